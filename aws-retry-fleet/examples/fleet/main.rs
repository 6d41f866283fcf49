//! `cargo run --release -p aws-retry-fleet --example fleet`: twenty processes share one quota that none of them
//! knows, first each for itself, then as a fleet.
//!
//! The processes are real: this program starts itself again. So is the service, an HTTP endpoint on loopback that
//! throttles with one token bucket. The fleet meets in a store that the first process serves on a local socket;
//! with `--features redis` or `--features dynamodb` it also meets in Redis or in DynamoDB:
//!
//! ```console
//! cargo run --release -p aws-retry-fleet --features redis --example fleet -- --redis redis://localhost
//! ```
//!
//! `--disturbed` kills, stops and starts processes, and restarts the store, while they work. Your own program needs
//! only the parts in `worker.rs`: `join`, and an annotated function with a textual scope.

#![allow(missing_docs, reason = "a program, not a library")]
#![allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]

mod args;
mod disturb;
mod outcome;
mod picture;
mod run;
mod service;
mod store;
mod team;
mod worker;

use anyhow::Result;
use clap::Parser;

use crate::args::{Args, Command};

fn main() -> Result<()> {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match &args.command {
        Some(Command::Work(work)) => runtime.block_on(worker::work(work)),
        None => runtime.block_on(compare(&args)),
    }
}

async fn compare(args: &Args) -> Result<()> {
    println!("{args}");
    let mut outcomes = vec![run::run(args, None).await?];
    for kind in args.stores() {
        outcomes.push(run::run(args, Some(&kind)).await?);
    }
    println!("\n{}", outcome::table(&outcomes));
    println!("{}", outcome::LEGEND);
    if let Some(path) = &args.picture {
        picture::draw(path, args, &outcomes)?;
        println!("wrote {}", path.display());
    }
    if args.check { outcome::check(&outcomes) } else { Ok(()) }
}
