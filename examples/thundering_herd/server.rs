//! The service: a token bucket behind some latency. The only thing here that is a model.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_retry::{AsFailure, Failure};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use thiserror::Error;
use tokio::time::{Duration, Instant, sleep};

/// At most `burst` requests at once, then `rate` a second.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    pub rate: f64,
    pub burst: f64,
}

/// The service's way to say "slow down".
#[derive(Debug, Error)]
#[error("Rate exceeded")]
pub struct Throttled;

impl AsFailure for Throttled {
    fn as_failure(&self) -> Failure<'_> {
        Failure::throttled().with_code("ThrottlingException")
    }
}

/// A request, seconds after the start.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub sent: f64,
    pub served: bool,
}

/// One quota, shared by all who ask.
#[derive(Clone, Debug)]
pub struct Server {
    begun: Instant,
    latency: f64,
    bucket: Arc<Mutex<Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    quota: Quota,
    tokens: f64,
    filled: f64,
    random: SmallRng,
    requests: Vec<Request>,
}

impl Server {
    pub fn new(quota: Quota, latency: f64, seed: u64) -> Self {
        let random = SmallRng::seed_from_u64(seed);
        let bucket =
            Bucket { quota, tokens: quota.burst, filled: 0.0, random, requests: Vec::new() };
        Self { begun: Instant::now(), latency, bucket: Arc::new(Mutex::new(bucket)) }
    }

    /// Seconds since the start.
    pub fn now(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// Sends one request: a third of the latency to the service; a throttle is back after another
    /// third, an answer takes the rest.
    pub async fn request(&self) -> Result<(), Throttled> {
        let sent = self.now();
        let third = self.latency / 3.0 * self.bucket().random.random_range(0.7..1.3);
        sleep(Duration::from_secs_f64(third)).await;
        let served = self.bucket().admit(self.now());
        self.bucket().requests.push(Request { sent, served });
        let back = if served { 2.0 * third } else { third };
        sleep(Duration::from_secs_f64(back)).await;
        if served { Ok(()) } else { Err(Throttled) }
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.bucket().requests.clone()
    }

    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bucket {
    fn admit(&mut self, now: f64) -> bool {
        let refill = self.quota.rate * (now - self.filled);
        self.tokens = (self.tokens + refill).min(self.quota.burst);
        self.filled = now;
        let admitted = self.tokens >= 1.0;
        self.tokens -= f64::from(u8::from(admitted));
        admitted
    }
}
