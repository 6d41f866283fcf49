//! Simulates jobs against a quota, over the real code, on a paused clock.

mod figures;
mod policy;
mod scoreboard;
mod server;
mod world;

use std::sync::Arc;

use clap::Parser;

use figures::Figures;
use policy::{Client, Policy};
use server::Counts;
use world::{Call, Process, Scenario};

/// Simulates a job against a quota, over the real code, on a paused clock.
#[derive(Debug, Parser)]
struct Args {
    /// Who calls.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "paced")]
    policy: Vec<Policy>,
    /// How the service counts.
    #[arg(long, value_enum, default_value = "bucket")]
    server: Counts,
    /// The quota, requests a second.
    #[arg(long, default_value_t = 20.0)]
    rate: f64,
    /// What the bucket holds.
    #[arg(long, default_value_t = 100.0)]
    burst: f64,
    /// Calls to make.
    #[arg(long, default_value_t = 2000)]
    calls: u64,
    /// Workers, of all processes together.
    #[arg(long, default_value_t = 100)]
    workers: u64,
    /// Median latency of a request, seconds (lognormal, sigma 0.3).
    #[arg(long, default_value_t = 0.1)]
    latency: f64,
    /// The part of the accepted requests that end in a 503.
    #[arg(long, default_value_t = 0.0)]
    error_rate: f64,
    /// The second at which the quota changes.
    #[arg(long, requires = "change_rate_to")]
    change_rate_at: Option<f64>,
    /// What it changes to.
    #[arg(long, requires = "change_rate_at")]
    change_rate_to: Option<f64>,
    /// Processes that share the quota, and know nothing of each other.
    #[arg(long, default_value_t = 1)]
    processes: u64,
    /// Work so many seconds, rest so many.
    #[arg(long)]
    idle_every: Option<f64>,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many seeds; medians are shown.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// All scenarios.
    #[arg(long)]
    scoreboard: bool,
    #[arg(long)]
    held_out: bool,
    #[arg(long, default_value = "")]
    only: String,
}

fn main() {
    let args = Args::parse();
    if args.scoreboard {
        for line in if args.held_out { scoreboard::held_out() } else { scoreboard::lines() } {
            if !line.name.contains(&args.only) {
                continue;
            }
            let scenario = Scenario { seed: args.seed, ..line.scenario.clone() };
            let oracle = many(Policy::Oracle, &scenario, args.seeds);
            for policy in &args.policy {
                let it = many(*policy, &scenario, args.seeds);
                let share = oracle.seconds / it.seconds;
                println!(
                    "{:28} fail {:4} share {:.4} thr {:6.2} avoid {:5.2} slow {:5.3} jW {:.4} jP {:.3} att {:2} learn {:5.2} re {:5.2}  {}",
                    line.name,
                    it.failed,
                    share,
                    it.throttled,
                    it.avoidable,
                    it.slowest,
                    it.jain_workers,
                    it.jain_processes,
                    it.attempts,
                    it.learned,
                    it.relearned,
                    line.bounds.missed(&it, share).join(", "),
                );
            }
        }
        return;
    }
    let scenario = Scenario {
        counts: args.server,
        rate: args.rate,
        burst: if args.server == Counts::Bucket { args.burst } else { args.rate },
        calls: args.calls,
        workers: args.workers,
        latency: args.latency,
        error_rate: args.error_rate,
        change: args.change_rate_at.zip(args.change_rate_to),
        processes: args.processes,
        idle_every: args.idle_every,
        seed: args.seed,
    };
    let oracle = many(Policy::Oracle, &scenario, args.seeds);
    for policy in args.policy {
        let it = many(policy, &scenario, args.seeds);
        println!(
            "{policy:?}: failed {} share {:.4} throttled {:.2} avoidable {:.2} slow {:.3} ({:.1}s) jainW {:.4} jainP {:.4} attempts {} learned {:.2} relearned {:.2} makespan {:.1}",
            it.failed,
            oracle.seconds / it.seconds,
            it.throttled,
            it.avoidable,
            it.slowest,
            it.slowest_seconds,
            it.jain_workers,
            it.jain_processes,
            it.attempts,
            it.learned,
            it.relearned,
            it.seconds,
        );
    }
}

fn many(policy: Policy, scenario: &Scenario, seeds: u64) -> Figures {
    let runs: Vec<_> = (0..seeds)
        .map(|more| run(policy, &Scenario { seed: scenario.seed + more, ..scenario.clone() }))
        .collect();
    Figures::median(&runs)
}

fn run(policy: Policy, scenario: &Scenario) -> Figures {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let scenario = Arc::new(scenario.clone());
    let log = runtime.block_on(async {
        let processes = Process::all(&scenario);
        let mut tasks = Vec::new();
        for process in &processes {
            let client = Arc::new(Client::new(policy, process));
            for worker in 0..(scenario.workers / scenario.processes).max(1) {
                let (process, client) = (process.clone(), Arc::clone(&client));
                tasks.push(tokio::spawn(async move {
                    process.rest().await;
                    while process.next_call() {
                        let began = process.now();
                        let (attempts, failed) = client.call(&process).await;
                        let ended_at = process.now();
                        let seconds = ended_at - began;
                        process.ended(Call {
                            process: process.id,
                            worker,
                            seconds,
                            ended_at,
                            attempts,
                            failed,
                        });
                        process.rest().await;
                    }
                }));
            }
        }
        for task in tasks {
            task.await.expect("a worker");
        }
        processes[0].log()
    });
    Figures::of(&log, &scenario)
}
