//! What a test asks of every call inside it, and what it sees of them.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use crate::clock::random;
use crate::limits::scope::Registry;

#[derive(Debug)]
pub(crate) struct Rules {
    max_attempts: AtomicU32,
    no_waits: AtomicBool,
    random: Mutex<Option<SmallRng>>,
    pauses: Mutex<Vec<Duration>>,
    /// Nanoseconds that were not waited.
    skipped: AtomicU64,
    pub registry: Registry,
}

impl Rules {
    pub fn new() -> Self {
        Self {
            max_attempts: AtomicU32::new(u32::MAX),
            no_waits: AtomicBool::new(false),
            random: Mutex::new(None),
            pauses: Mutex::new(Vec::new()),
            skipped: AtomicU64::new(0),
            registry: Registry::new(),
        }
    }

    pub fn set_max_attempts(&self, attempts: u32) {
        self.max_attempts.store(attempts, Ordering::Relaxed);
    }

    pub fn set_no_waits(&self) {
        self.no_waits.store(true, Ordering::Relaxed);
    }

    pub fn set_seed(&self, seed: u64) {
        *lock(&self.random) = Some(SmallRng::seed_from_u64(seed));
    }

    /// The most attempts of any call.
    pub fn max_attempts(&self) -> u32 {
        self.max_attempts.load(Ordering::Relaxed)
    }

    /// Uniform in [0, 1), from the seed if there is one.
    pub fn uniform(&self) -> f64 {
        lock(&self.random).as_mut().map_or_else(random::uniform, RngExt::random)
    }

    /// Notes the wait between two attempts, and skips it if waits are skipped.
    pub fn pause(&self, duration: Duration) -> bool {
        lock(&self.pauses).push(duration);
        if self.skips_waits() {
            self.skip(duration);
        }
        self.skips_waits()
    }

    pub fn pauses(&self) -> Vec<Duration> {
        lock(&self.pauses).clone()
    }

    pub fn skips_waits(&self) -> bool {
        self.no_waits.load(Ordering::Relaxed)
    }

    /// Time passes without a wait.
    pub fn skip(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let add = |skipped: u64| Some(skipped.saturating_add(nanos));
        let _ = self.skipped.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// The time that was not waited.
    pub fn skipped(&self) -> Duration {
        Duration::from_nanos(self.skipped.load(Ordering::Relaxed))
    }
}

/// Every value is whole at every moment, so a panic elsewhere changes nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
