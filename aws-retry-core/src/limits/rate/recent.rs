//! A send of one to two seconds ago, while nothing holds back the sends.

use super::Dispatch;
use crate::clock::Time;
use crate::sync::{AtomicU64, Ordering};

const ONE_SECOND: u64 = 1_000_000_000;

/// The last send that is remembered, and the one before it, at least one second apart.
pub(super) struct Recent([Mark; 2]);

/// A send, its time in nanoseconds, and the units that the sends before it took beyond one each.
struct Mark {
    id: AtomicU64,
    at: AtomicU64,
    surplus: AtomicU64,
}

impl Recent {
    pub(super) fn new() -> Self {
        Self([Mark::new(), Mark::new()])
    }

    /// The send `id` goes out; those before it took `surplus` units beyond one each. About once per second one is
    /// remembered. The last but one of these is at least a second old, however recent the last one is. Races do no
    /// harm.
    pub(super) fn remember(&self, id: u64, now: Time, surplus: f64) {
        let nanos = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let [last, before] = &self.0;
        if id == 0 {
            last.store(id, nanos, surplus.to_bits());
            before.copy(last);
        }
        if nanos.abs_diff(last.at.load(Ordering::Relaxed)) > ONE_SECOND {
            before.copy(last);
            last.store(id, nanos, surplus.to_bits());
        }
    }

    /// The older one of the two.
    pub(super) fn send(&self) -> Dispatch {
        let [_, it] = &self.0;
        let at = Time::from_nanos(it.at.load(Ordering::Relaxed)).as_secs_f64();
        // The surplus is the one before it, as if it had cost one unit.
        let surplus = f64::from_bits(it.surplus.load(Ordering::Relaxed));
        Dispatch { id: it.id.load(Ordering::Relaxed), at, cost: 1.0, surplus }
    }
}

impl Mark {
    fn new() -> Self {
        Self { id: AtomicU64::new(0), at: AtomicU64::new(0), surplus: AtomicU64::new(0) }
    }

    fn store(&self, id: u64, at: u64, surplus: u64) {
        self.id.store(id, Ordering::Relaxed);
        self.at.store(at, Ordering::Relaxed);
        self.surplus.store(surplus, Ordering::Relaxed);
    }

    fn copy(&self, from: &Self) {
        let [id, at, surplus] =
            [&from.id, &from.at, &from.surplus].map(|it| it.load(Ordering::Relaxed));
        self.store(id, at, surplus);
    }
}
