//! `cargo run -p thundering-herd`: many clients share a quota that none of them knows, except in the last case. It draws SVG pictures of each
//! retry policy:
//!
//! - `calls_over_time.svg`: the requests sent, compared with the quota
//! - `waits.svg`: the times of the calls, and their spread
//! - `work_by_clients.svg`: the cost of a growing herd
//!
//! Only the service is a model, a token bucket with latency. The policies are the run time's own and the SDK's real
//! client, on a paused clock. This draws the pictures of the README and of `benches/README.md`:
//! `cargo run -p thundering-herd -- --out docs/pictures --only calls_over_time,work_by_clients`.

// Counts are far below the 2^52 that a float holds.
#![allow(clippy::cast_precision_loss)]

mod herd;
mod plot;
mod policy;
mod sdk;
mod server;
mod table;
mod work;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use aws_retry_testkit::bucket::Quota;
use clap::{Parser, ValueEnum};

use crate::{herd::Herd, policy::Policy};

/// Draws how retry policies treat a quota.
#[derive(Debug, Parser)]
struct Args {
    /// Directory for the pictures.
    #[arg(long, default_value = "target/thundering-herd")]
    out: PathBuf,
    /// Pictures to draw.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Picture::value_variants().to_vec())]
    only: Vec<Picture>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Picture {
    CallsOverTime,
    Waits,
    WorkByClients,
}

/// Two hundred clients wake at the same moment, each with five calls to make.
const JOB: Herd =
    Herd { quota: Quota { rate: 20.0, burst: 100.0 }, latency: 0.2, clients: 200, calls: 5 };

fn main() -> Result<()> {
    let Args { out, only } = Args::parse();
    fs::create_dir_all(&out).with_context(|| format!("can't make {}", out.display()))?;
    let path = |picture: Picture| {
        let name = picture.to_possible_value().map(|value| value.get_name().to_owned());
        out.join(name.unwrap_or_default()).with_extension("svg")
    };
    if only.iter().any(|picture| *picture != Picture::WorkByClients) {
        let outcomes: Vec<_> = Policy::OF_THE_JOB
            .iter()
            .map(|&policy| herd::run(policy, JOB, 1))
            .collect::<Result<_>>()?;
        println!("{}\n\n{}\n", JOB, table::of_the_job(&outcomes, JOB));
        if only.contains(&Picture::CallsOverTime) {
            plot::calls_over_time(&path(Picture::CallsOverTime), JOB, &outcomes)?;
        }
        if only.contains(&Picture::Waits) {
            plot::waits(&path(Picture::Waits), JOB, &outcomes)?;
        }
    }
    if only.contains(&Picture::WorkByClients) {
        let lines = work::measure()?;
        println!("{}\n\n{}\n", work::herd(work::CLIENTS[0]).of_many(), table::of_the_work(&lines));
        plot::work_by_clients(&path(Picture::WorkByClients), &lines)?;
    }
    for picture in only {
        println!("wrote {}", path(picture).display());
    }
    Ok(())
}
