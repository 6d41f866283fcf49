//! Who competes.

use aws_retry_core::__rate::{Gate, Kind, Outcome, Ticket, Time, Timekeeper};
use tokio::time::{Duration, Instant, sleep, sleep_until};

use crate::world::{Process, Reply};

/// A way of calling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Policy {
    /// This crate's paced mode.
    Paced,
    /// This crate's adaptive mode.
    Adaptive,
    /// A queue in order of arrival that knows the quota.
    Oracle,
}

/// What a process shares among its workers.
pub enum Client {
    Gated(Gate, Clock, u32),
    Oracle(tokio::sync::Mutex<Oracle>),
}

/// The paused clock.
#[derive(Clone, Copy)]
pub struct Clock(Instant);

impl Timekeeper for Clock {
    fn now(&self) -> Time {
        self.0.elapsed()
    }

    fn sleep_until(&self, until: Time) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(sleep_until(self.0 + until))
    }
}

pub struct Oracle {
    tokens: f64,
    rate: f64,
    burst: f64,
    at: f64,
}

impl Client {
    pub fn new(policy: Policy, process: &Process) -> Self {
        let clock = Clock(process.origin);
        let scenario = &process.scenario;
        #[expect(clippy::cast_precision_loss, reason = "a few processes")]
        let processes = scenario.processes as f64;
        match policy {
            Policy::Paced => Self::Gated(Gate::new(Kind::Paced, f64::INFINITY, 1.0), clock, 20),
            Policy::Adaptive => {
                Self::Gated(Gate::new(Kind::Adaptive, f64::INFINITY, 1.0), clock, 10)
            }
            Policy::Oracle => Self::Oracle(tokio::sync::Mutex::new(Oracle {
                tokens: scenario.burst / processes,
                rate: scenario.rate / processes,
                burst: scenario.burst / processes,
                at: 0.0,
            })),
        }
    }

    /// One call: how many attempts it took, and whether it failed.
    pub async fn call(&self, process: &Process) -> (u32, bool) {
        match self {
            Self::Gated(gate, clock, max_attempts) => {
                gated(gate, *clock, *max_attempts, process).await
            }
            Self::Oracle(oracle) => {
                let mut attempts = 0;
                loop {
                    oracle.lock().await.turn(process).await;
                    attempts += 1;
                    if process.request().await == Reply::Done {
                        return (attempts, false);
                    }
                }
            }
        }
    }
}

async fn gated(gate: &Gate, clock: Clock, max_attempts: u32, process: &Process) -> (u32, bool) {
    let mut ticket = Ticket::new();
    let mut faults = 0;
    for attempt in 1..=max_attempts {
        let Ok(sent) = gate.turn(&mut ticket, None, false, &clock).await else {
            return (attempt, true);
        };
        let reply = process.request().await;
        let outcome =
            if reply == Reply::Throttled { Outcome::Throttled } else { Outcome::Accepted };
        gate.answered(sent, outcome, 1, || clock.now());
        let state = gate.state();
        if let Some(quota) = state.quota.or(state.rate) {
            process.believes(quota);
        }
        match reply {
            Reply::Done => return (attempt, false),
            Reply::Throttled => {}
            Reply::Fault => {
                faults += 1;
                if faults > 5 {
                    return (attempt, true);
                }
                let seconds = 0.5 * f64::from(1 << (faults - 1)) * (0.75 + 0.5 * process.random());
                sleep(Duration::from_secs_f64(seconds)).await;
            }
        }
    }
    (max_attempts, true)
}

impl Oracle {
    async fn turn(&mut self, process: &Process) {
        loop {
            let now = process.now();
            if let Some((at, rate)) = process.scenario.change
                && now >= at
            {
                #[expect(clippy::cast_precision_loss, reason = "a few processes")]
                let processes = process.scenario.processes as f64;
                self.rate = rate / processes;
            }
            self.tokens = (self.tokens + (now - self.at) * self.rate).min(self.burst);
            self.at = now;
            if self.tokens >= 1.0 - 1e-9 {
                self.tokens -= 1.0;
                return;
            }
            sleep(Duration::from_secs_f64((1.0 - self.tokens) / self.rate)).await;
        }
    }
}
