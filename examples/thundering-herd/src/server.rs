//! The service: a token bucket behind some latency. Only this part is a model.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_retry::{AsFailure, Failure};
use aws_retry_testkit::bucket::{Quota, TokenBucket};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use thiserror::Error;
use tokio::time::{Duration, Instant, sleep};

/// The service's throttle.
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

/// One quota, which all clients share.
#[derive(Clone, Debug)]
pub struct Server {
    begun: Instant,
    latency: f64,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    bucket: TokenBucket,
    random: SmallRng,
    requests: Vec<Request>,
}

impl Server {
    pub fn new(quota: Quota, latency: f64, seed: u64) -> Self {
        let random = SmallRng::seed_from_u64(seed);
        let state = State { bucket: TokenBucket::full(quota), random, requests: Vec::new() };
        Self { begun: Instant::now(), latency, state: Arc::new(Mutex::new(state)) }
    }

    /// Seconds since the start.
    pub fn now(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// Sends one request: a third of the latency to the service; a throttle is back after another
    /// third, an answer takes the rest.
    pub async fn request(&self) -> Result<(), Throttled> {
        let sent = self.now();
        let third = self.latency / 3.0 * self.state().random.random_range(0.7..1.3);
        sleep(Duration::from_secs_f64(third)).await;
        let served = self.state().bucket.take(self.now());
        self.state().requests.push(Request { sent, served });
        let back = if served { 2.0 * third } else { third };
        sleep(Duration::from_secs_f64(back)).await;
        if served { Ok(()) } else { Err(Throttled) }
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
