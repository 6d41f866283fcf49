//! Simulates jobs against a quota: the real code on a paused clock.

mod args;
mod batches;
mod bounds;
mod cost;
mod figures;
mod fleets;
mod freeze;
mod irregular;
mod members;
mod policy;
mod report;
mod run;
mod scenarios;
mod scoreboard;
mod server;
mod trouble;
mod units;
mod world;

use std::process::ExitCode;

use clap::Parser;

use args::Args;
use policy::Policy;
use report::Row;
use run::many;

fn main() -> ExitCode {
    let args = Args::parse();
    if args.short {
        return scoreboard::check(&args);
    }
    if args.scoreboard {
        scoreboard::print(&args);
        return ExitCode::SUCCESS;
    }
    let (scenario, seeds) = (args.scenario(), args.seeds.unwrap_or(1));
    let policies = match (args.policy.is_empty(), args.fleet) {
        (true, true) => &[Policy::Paced, Policy::Fleet][..],
        (true, false) => &[Policy::Paced],
        _ => &args.policy,
    };
    let oracle = many(Policy::Oracle, &scenario, seeds);
    let rows: Vec<_> = policies
        .iter()
        .map(|&policy| {
            let figures = many(policy, &scenario, seeds);
            Row { policy, share: figures.speed / oracle.speed, figures }
        })
        .collect();
    if args.json {
        rows.iter().for_each(report::json);
    } else {
        report::table(&rows);
    }
    ExitCode::SUCCESS
}
