//! Undoes a decrease if the call that caused it turns out to be refused alone.

use super::phase::Phase;
use crate::limits::rate::Dispatch;
use crate::limits::rate::quota_meter::QuotaMeter;

/// The most calls that may wait for one undo, of which it is not yet known whether they are refused alone.
const MOST_CAUSES: usize = 4;
/// Seconds after which a decrease is no longer undone.
const TOO_LATE: f64 = 10.0;

/// The state before a decrease.
#[derive(Debug)]
pub(super) struct Before {
    /// The first refused sends of the calls that caused it, as long as it is not known whether these are
    /// refused alone.
    causes: [Option<u64>; MOST_CAUSES],
    /// Of the known causes: those refused alone, less those that passed later.
    balance: i32,
    pub(super) at: f64,
    pub(super) phase: Phase,
    pub(super) meter: QuotaMeter,
}

impl Before {
    pub(super) fn new(cause: u64, at: f64, phase: Phase, meter: QuotaMeter) -> Self {
        let mut it = Self { causes: [None; MOST_CAUSES], balance: 0, at, phase, meter };
        it.causes[0] = Some(cause);
        it
    }

    /// Another throttle. False if it comes too late, or if the list is full.
    pub(super) fn add(&mut self, now: f64, cause: u64) -> bool {
        let free = self.causes.iter_mut().find(|it| it.is_none() && now < self.at + TOO_LATE);
        free.map(|it| *it = Some(cause)).is_some()
    }

    pub(super) fn is_caused_by(&self, cause: u64) -> bool {
        self.causes.contains(&Some(cause))
    }

    /// It is now known whether a cause is refused alone. Once all are known: whether most were.
    pub(super) fn resolve(&mut self, cause: Dispatch, alone: bool) -> Option<bool> {
        let known = self.causes.iter_mut().find(|it| **it == Some(cause.id))?;
        *known = None;
        self.balance += if alone { 1 } else { -1 };
        if alone {
            self.meter.refused_alone(cause);
        }
        (self.causes == [None; MOST_CAUSES]).then_some(self.balance > 0)
    }
}
