//! The retry quota: a bucket of 500 tokens that retries empty and successes refill.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

/// AWS's capacity.
pub(crate) const CAPACITY: u32 = 500;

/// How many quotas are below their capacity, in the whole process. While it is 0, a success on the first
/// try has nothing to give back, and needs not look for its scope.
static DRAINED: AtomicUsize = AtomicUsize::new(0);

#[inline]
pub(crate) fn any_drained() -> bool {
    DRAINED.load(Ordering::Relaxed) != 0
}

/// The tokens of a scope. Lock-free: every change is one compare-and-swap, so none is lost or doubled.
#[derive(Debug)]
pub struct Quota {
    left: AtomicU32,
}

impl Quota {
    /// A full one.
    #[must_use]
    pub const fn new() -> Self {
        Self { left: AtomicU32::new(CAPACITY) }
    }

    /// Tokens left.
    pub fn left(&self) -> u32 {
        self.left.load(Ordering::Relaxed)
    }

    /// Takes `cost`, or nothing if fewer are left.
    pub fn take(&self, cost: u32) -> bool {
        let update = |left: u32| left.checked_sub(cost);
        match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update) {
            Ok(before) => {
                if before == CAPACITY && cost > 0 {
                    DRAINED.fetch_add(1, Ordering::Relaxed);
                }
                true
            }
            Err(_) => false,
        }
    }

    /// Gives back `tokens`, up to the capacity.
    pub fn give(&self, tokens: u32) {
        let update =
            |left: u32| (left < CAPACITY).then(|| left.saturating_add(tokens).min(CAPACITY));
        if let Ok(before) = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update)
            && before.saturating_add(tokens) >= CAPACITY
        {
            DRAINED.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Default for Quota {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        if *self.left.get_mut() < CAPACITY {
            DRAINED.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_and_gives_within_its_bounds() {
        let quota = Quota::new();
        assert!(quota.take(14));
        assert_eq!(quota.left(), 486);
        assert!(any_drained());
        quota.give(14);
        quota.give(1);
        assert_eq!(quota.left(), CAPACITY);
        assert!(quota.take(490));
        assert!(!quota.take(14), "10 are left");
        assert!(quota.take(10));
        assert_eq!(quota.left(), 0);
        quota.give(u32::MAX);
        assert_eq!(quota.left(), CAPACITY);
    }

    #[test]
    fn nothing_is_lost_between_threads() {
        let quota = Quota::new();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..10_000 {
                        if quota.take(5) {
                            quota.give(5);
                        }
                    }
                });
            }
        });
        assert_eq!(quota.left(), CAPACITY);
    }
}
