//! One run: a runtime with a paused clock, the processes' workers, the log.

use std::sync::Arc;

use aws_retry_core::testing::Harness;
use tokio::{
    task::{AbortHandle, JoinHandle},
    time::{Duration, sleep},
};

use crate::{
    figures::Figures,
    freeze::frozen,
    policy::{Client, Fleet, Policy},
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
        let fleet = (policy == Policy::Fleet).then(|| Arc::new(Fleet::start(&scenario)));
        let joint = Client::joint_oracle(&processes[0]);
        for process in &processes {
            let client = match policy {
                Policy::Oracle if scenario.joint_oracle => joint.clone(),
                _ => Client::new(policy, process),
            };
            if process.id == 0 {
                watches.push(tokio::spawn(watch(process.clone(), client.clone())));
            }
            let of = scenario.processes;
            let workers = (scenario.workers / of).max(1);
            let own: Vec<_> = (0..scenario.members.workers(process.id, workers))
                .map(|worker| {
                    let still = scenario.members.stands_still(process.id, of);
                    let work = work(process.clone(), worker, client.clone());
                    tokio::spawn(frozen(process.origin, still, work))
                })
                .collect();
            if let Some(at) = scenario.members.dies_at(process.id, of) {
                let (fleet, id) = (fleet.clone(), process.id);
                let aborts: Vec<_> = own.iter().map(JoinHandle::abort_handle).collect();
                tokio::spawn(async move {
                    sleep(Duration::from_secs_f64(at)).await;
                    aborts.iter().for_each(AbortHandle::abort);
                    fleet.into_iter().for_each(|it| it.kill(id));
                });
            }
            tasks.extend(own);
        }
        for task in tasks {
            // One that has died is canceled.
            let ended = task.await;
            assert!(ended.is_ok() || ended.is_err_and(|it| it.is_cancelled()), "a worker");
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
    let begins = process.scenario.members.begins_at(process.id, process.scenario.processes);
    sleep(Duration::from_secs_f64(begins)).await;
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
