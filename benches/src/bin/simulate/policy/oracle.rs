//! The best possible policy: it knows the quota and the bucket.

use tokio::{
    sync::Mutex,
    time::{Duration, sleep},
};

use super::Ended;
use crate::{
    cost::{Cost, Costs},
    world::{Process, Reply},
};

pub struct Oracle {
    bucket: Mutex<Bucket>,
    /// Units that answers gave back. Not under the lock, which the head holds while it waits.
    given_back: std::sync::Mutex<f64>,
}

struct Bucket {
    tokens: f64,
    rate: f64,
    burst: f64,
    at: f64,
    /// Of the quota.
    part: f64,
}

impl Oracle {
    /// `part`: of the quota.
    pub fn new(process: &Process, part: f64) -> Self {
        let burst = process.scenario.burst * part;
        let rate = process.scenario.rate * part;
        let bucket = Mutex::new(Bucket { tokens: burst, rate, burst, at: 0.0, part });
        Self { bucket, given_back: std::sync::Mutex::new(0.0) }
    }

    /// The lock serves its waiters in order of arrival. Sends can still overtake each other; a call that fails
    /// for that is sent again.
    pub async fn call(&self, process: &Process) -> Ended {
        let mut attempts = 0;
        loop {
            self.bucket.lock().await.turn(process, || self.given_back(0.0)).await;
            attempts += 1;
            if process.request().await == Reply::Done {
                let Cost { planned, used } = process.cost();
                if used < planned {
                    let before = self.given_back(0.0);
                    self.given_back(before + planned - used);
                }
                return Ended { attempts, failed: false };
            }
        }
    }
}

impl Oracle {
    /// Takes the units that were given back, and leaves these.
    fn given_back(&self, units: f64) -> f64 {
        let mut given = self.given_back.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::replace(&mut given, units)
    }
}

impl Bucket {
    async fn turn(&mut self, process: &Process, given_back: impl Fn() -> f64) {
        loop {
            let now = process.now();
            // A process's part of a small burst may be less than one request.
            let cost = process.cost().planned;
            let full = self.burst.max(cost);
            self.tokens = (self.tokens + given_back() + (now - self.at) * self.rate).min(full);
            self.at = now;
            if let Some((at, rate)) = process.scenario.change
                && now >= at
            {
                self.rate = rate * self.part;
            }
            // A sleep may end too early by rounding.
            if self.tokens >= cost - 1e-9 {
                self.tokens -= cost;
                return;
            }
            let mut wait = (cost - self.tokens) / self.rate;
            if matches!(process.scenario.costs, Costs::Corrected(..)) {
                // Units may be given back meanwhile.
                wait = wait.min(0.05);
            }
            sleep(Duration::from_secs_f64(wait)).await;
        }
    }
}
