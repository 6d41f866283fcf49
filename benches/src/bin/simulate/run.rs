//! One run: a runtime with a paused clock, the processes' workers, the log.

use std::sync::Arc;

use aws_retry_core::testing::Harness;
use tokio::{
    task::JoinHandle,
    time::{Duration, sleep},
};

use crate::{
    figures::Figures,
    policy::{Client, Policy},
    world::{Call, Log, Process, Scenario},
};

/// The figures of `seeds` runs.
pub fn many(policy: Policy, scenario: &Scenario, seeds: u64) -> Figures {
    let runs: Vec<_> = (0..seeds)
        .map(|more| {
            let scenario = Scenario { seed: scenario.seed + more, ..scenario.clone() };
            Figures::of(&once(policy, &scenario), &scenario)
        })
        .collect();
    Figures::of_all(&runs)
}

/// The same for the other policies, which take long over long jobs and differ little from seed to seed.
pub fn few(policy: Policy, scenario: &Scenario, seeds: u64) -> Figures {
    many(policy, scenario, if scenario.calls > 10_000 { 1 } else { seeds })
}

pub fn once(policy: Policy, scenario: &Scenario) -> Log {
    // Scopes of its own, and the jitter that belongs to the seed.
    let _rules = Harness::new().seed(scenario.seed).enter();
    fastrand::seed(scenario.seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let scenario = Arc::new(scenario.clone());
    runtime.block_on(async {
        let processes = Process::all(&scenario);
        let mut tasks = Vec::new();
        let mut watches = Vec::new();
        for process in &processes {
            let client = Client::new(policy, process);
            if process.id == 0 {
                watches.push(tokio::spawn(watch(process.clone(), client.clone())));
            }
            for worker in 0..(scenario.workers / scenario.processes).max(1) {
                tasks.push(tokio::spawn(work(process.clone(), worker, client.clone())));
            }
        }
        for task in tasks {
            task.await.expect("a worker");
        }
        watches.iter().for_each(JoinHandle::abort);
        processes[0].log()
    })
}

/// Records the believed quota of a process.
async fn watch(process: Process, client: Client) {
    loop {
        if let Some(rate) = client.belief() {
            process.believes(rate);
        }
        sleep(Duration::from_millis(10)).await;
    }
}

async fn work(process: Process, worker: u64, client: Client) {
    process.rest().await;
    while process.next_call() {
        let began = process.now();
        let (ended, poisoned) = process.begin(client.call(&process)).await;
        let ended_at = process.now();
        process.ended(Call {
            process: process.id,
            worker,
            seconds: ended_at - began,
            ended_at,
            attempts: ended.attempts,
            failed: ended.failed,
            poisoned,
        });
        process.rest().await;
    }
}
