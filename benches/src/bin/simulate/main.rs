//! Simulates jobs against a quota, over the real code, on a paused clock.

mod args;
mod figures;
mod policy;
mod report;
mod run;
mod scoreboard;
mod server;
mod world;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use args::Args;
use policy::Policy;
use report::Row;
use run::many;
use world::Scenario;

fn main() -> ExitCode {
    let args = Args::parse();
    if args.short {
        return scoreboard::check(args.seed);
    }
    if args.scoreboard {
        let lines = scoreboard::lines().into_iter().chain(scoreboard::held_out());
        for line in lines {
            let scenario = Scenario { seed: args.seed, ..line.scenario.clone() };
            let rows = rows(line.name, Policy::value_variants(), &scenario, 7);
            report::table(&rows);
            for row in rows.iter().filter(|it| it.policy == Policy::Paced) {
                let missed = line.bounds.missed(&row.figures, row.share);
                println!(
                    "\nmissed by paced: {}\n",
                    if missed.is_empty() { "none".into() } else { missed.join(", ") }
                );
            }
        }
        return ExitCode::SUCCESS;
    }
    let rows = rows("", &args.policy, &args.scenario(), args.seeds);
    if args.json {
        rows.iter().for_each(report::json);
    } else {
        report::table(&rows);
    }
    ExitCode::SUCCESS
}

/// How the policies do over so many seeds (of a long job: the others over one), as shares of what the oracle does.
fn rows(name: &str, policies: &[Policy], scenario: &Scenario, seeds: u64) -> Vec<Row> {
    let oracle = many(Policy::Oracle, scenario, seeds);
    policies
        .iter()
        .map(|&policy| {
            let figures = match policy {
                Policy::Oracle => oracle.clone(),
                Policy::Paced => many(policy, scenario, seeds),
                // The others take long over long jobs, and differ little from seed to seed.
                _ => many(policy, scenario, if scenario.calls > 10_000 { 1 } else { seeds }),
            };
            Row { scenario: name.into(), policy, share: figures.speed / oracle.speed, figures }
        })
        .collect()
}
