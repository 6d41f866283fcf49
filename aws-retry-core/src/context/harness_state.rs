//! The settings of a test's harness, which apply to every call inside it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use crate::clock::{TestTime, random};
use crate::limits::scope::Registry;

#[derive(Debug)]
pub(crate) struct HarnessState {
    max_attempts: AtomicU32,
    random: Mutex<Option<SmallRng>>,
    pub time: Arc<TestTime>,
    pub registry: Registry,
}

impl HarnessState {
    pub fn new() -> Self {
        Self {
            max_attempts: AtomicU32::new(u32::MAX),
            random: Mutex::new(None),
            time: Arc::default(),
            registry: Registry::new(),
        }
    }

    pub fn set_max_attempts(&self, attempts: u32) {
        self.max_attempts.store(attempts, Ordering::Relaxed);
    }

    pub fn set_seed(&self, seed: u64) {
        *self.random.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(SmallRng::seed_from_u64(seed));
    }

    /// The most attempts of any call.
    pub fn max_attempts(&self) -> u32 {
        self.max_attempts.load(Ordering::Relaxed)
    }

    /// Uniform in [0, 1), from the seed if there is one.
    pub fn uniform(&self) -> f64 {
        let mut seeded = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        seeded.as_mut().map_or_else(random::uniform, RngExt::random)
    }
}
