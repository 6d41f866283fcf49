//! The waits of a test: which ones are skipped, and a record of them all.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The part of a test's harness that a clock holds.
#[derive(Debug, Default)]
pub(crate) struct TestTime {
    skips_waits: AtomicBool,
    pauses: Mutex<Vec<Duration>>,
    /// The number of nanoseconds that passed without a wait.
    skipped: AtomicU64,
}

impl TestTime {
    /// From now on waits end at once, and the clock advances by as much.
    pub fn skip_waits(&self) {
        self.skips_waits.store(true, Ordering::Relaxed);
    }

    pub fn skips_waits(&self) -> bool {
        self.skips_waits.load(Ordering::Relaxed)
    }

    /// Records the wait between two attempts, and skips it if waits are skipped.
    pub fn pause(&self, duration: Duration) -> bool {
        self.lock_pauses().push(duration);
        if self.skips_waits() {
            self.skip(duration);
        }
        self.skips_waits()
    }

    /// The waits between attempts so far.
    pub fn pauses(&self) -> Vec<Duration> {
        self.lock_pauses().clone()
    }

    /// Time passes without a wait.
    pub fn skip(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let add = |skipped: u64| Some(skipped.saturating_add(nanos));
        let _ = self.skipped.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    /// The time that passed without a wait.
    pub fn skipped(&self) -> Duration {
        Duration::from_nanos(self.skipped.load(Ordering::Relaxed))
    }

    /// The list is consistent at every moment, so a panic elsewhere changes nothing.
    fn lock_pauses(&self) -> MutexGuard<'_, Vec<Duration>> {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
