//! The best possible policy: it knows the quota and the bucket.

use tokio::{
    sync::Mutex,
    time::{Duration, sleep},
};

use super::Ended;
use crate::world::{Process, Reply};

pub struct Oracle(Mutex<Bucket>);

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
        Self(Mutex::new(Bucket { tokens: burst, rate, burst, at: 0.0, part }))
    }

    /// The lock serves its waiters in order of arrival. Sends can still overtake each other; a call that fails
    /// for that is sent again.
    pub async fn call(&self, process: &Process) -> Ended {
        let mut attempts = 0;
        loop {
            self.0.lock().await.turn(process).await;
            attempts += 1;
            if process.request().await == Reply::Done {
                return Ended { attempts, failed: false };
            }
        }
    }
}

impl Bucket {
    async fn turn(&mut self, process: &Process) {
        loop {
            let now = process.now();
            // A process's part of a small burst may be less than one request.
            let full = self.burst.max(1.0);
            self.tokens = (self.tokens + (now - self.at) * self.rate).min(full);
            self.at = now;
            if let Some((at, rate)) = process.scenario.change
                && now >= at
            {
                self.rate = rate * self.part;
            }
            // A sleep may end too early by rounding.
            if self.tokens >= 1.0 - 1e-9 {
                self.tokens -= 1.0;
                return;
            }
            sleep(Duration::from_secs_f64((1.0 - self.tokens) / self.rate)).await;
        }
    }
}
