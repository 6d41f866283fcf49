//! One simulated job: workers, a quota, a latency, on a paused clock.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use tokio::time::{Duration, Instant, sleep, sleep_until};

use crate::server::{Counts, Server};

/// What is simulated.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub counts: Counts,
    pub rate: f64,
    pub burst: f64,
    pub calls: u64,
    pub workers: u64,
    pub latency: f64,
    pub error_rate: f64,
    /// When the quota changes (seconds), and to what.
    pub change: Option<(f64, f64)>,
    pub processes: u64,
    /// Seconds of work, then as many of rest.
    pub idle_every: Option<f64>,
    pub seed: u64,
}

/// What the service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Done,
    Throttled,
    /// A 503 that is no throttle.
    Fault,
}

/// What happened so far.
#[derive(Debug, Default)]
pub struct Log {
    pub sent: u64,
    pub throttled: u64,
    /// Throttled though sent after the first throttle was known to its process.
    pub avoidable: u64,
    pub first_throttle: Option<f64>,
    /// (second, believed quota) of the first process, every 10 ms.
    pub rates: Vec<(f64, f64)>,
    pub calls: Vec<Call>,
}

/// One finished call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub process: u64,
    pub worker: u64,
    pub seconds: f64,
    pub ended_at: f64,
    pub attempts: u32,
    pub failed: bool,
}

/// A process's view of the world.
#[derive(Clone)]
pub struct Process {
    pub id: u64,
    pub scenario: Arc<Scenario>,
    pub origin: Instant,
    inner: Arc<Mutex<Inner>>,
    left: Arc<AtomicU64>,
    warned: Arc<AtomicU64>,
}

struct Inner {
    server: Server,
    random: fastrand::Rng,
    log: Log,
}

impl Process {
    /// As many processes as the scenario has, around one service.
    pub fn all(scenario: &Arc<Scenario>) -> Vec<Self> {
        let origin = Instant::now();
        let server = Server::new(scenario.counts, scenario.rate, scenario.burst, scenario.change);
        let random = fastrand::Rng::with_seed(scenario.seed);
        let inner = Arc::new(Mutex::new(Inner { server, random, log: Log::default() }));
        (0..scenario.processes)
            .map(|id| Self {
                id,
                scenario: Arc::clone(scenario),
                origin,
                inner: Arc::clone(&inner),
                left: Arc::new(AtomicU64::new(scenario.calls / scenario.processes)),
                warned: Arc::new(AtomicU64::new(0)),
            })
            .collect()
    }

    /// A process's fair part of the quota.
    pub fn part(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a few processes")]
        let processes = self.scenario.processes as f64;
        1.0 / processes
    }

    pub fn now(&self) -> f64 {
        self.origin.elapsed().as_secs_f64()
    }

    /// A number in [0, 1).
    pub fn random(&self) -> f64 {
        self.inner().random.f64()
    }

    /// Another call is to be made.
    pub fn next_call(&self) -> bool {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .is_ok()
    }

    /// Rests, if it is time to.
    pub async fn rest(&self) {
        if let Some(seconds) = self.scenario.idle_every {
            let phase = self.now() % (2.0 * seconds);
            if phase >= seconds {
                let until = self.now() - phase + 2.0 * seconds;
                sleep_until(self.origin + Duration::from_secs_f64(until)).await;
            }
        }
    }

    /// One request: 0.3 of the latency to the service, and back 0.3 of it for a throttle, 0.7 for
    /// all else.
    pub async fn request(&self) -> Reply {
        let (latency, fault) = {
            let mut inner = self.inner();
            inner.log.sent += 1;
            let latency = self.scenario.latency * (0.3 * normal(&mut inner.random)).exp();
            (latency, inner.random.f64() < self.scenario.error_rate)
        };
        let warned = self.warned.load(Ordering::Relaxed) > 0;
        sleep(Duration::from_secs_f64(0.3 * latency)).await;
        let now = self.now();
        let admitted = self.inner().server.admits(now);
        if !admitted {
            sleep(Duration::from_secs_f64(0.3 * latency)).await;
            self.warned.store(1, Ordering::Relaxed);
            let now = self.now();
            let log = &mut self.inner().log;
            log.throttled += 1;
            log.avoidable += u64::from(warned);
            log.first_throttle.get_or_insert(now);
            return Reply::Throttled;
        }
        sleep(Duration::from_secs_f64(0.7 * latency)).await;
        if fault { Reply::Fault } else { Reply::Done }
    }

    pub fn ended(&self, call: Call) {
        self.inner().log.calls.push(call);
    }

    /// What the process believes the quota to be.
    pub fn believes(&self, rate: f64) {
        let now = self.now();
        self.inner().log.rates.push((now, rate));
    }

    pub fn log(&self) -> Log {
        std::mem::take(&mut self.inner().log)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A standard normal number (Box and Muller).
fn normal(random: &mut fastrand::Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.f64()).cos()
}
