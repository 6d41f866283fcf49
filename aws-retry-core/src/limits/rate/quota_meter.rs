//! Measures a quota by its throttles.

use super::Dispatch;

/// The units accepted between two throttles, the seconds between them, and the rate that follows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    pub(super) accepted: f64,
    pub(super) seconds: f64,
    /// Units that were sent.
    pub(super) sends: f64,
    pub(super) rate: f64,
}

/// A bucket that throttles is empty, so between two throttled sends it accepted exactly its refill. Count the
/// units of the sends in between, subtract those throttled, divide by the time. There is no window and no
/// smoothing; a longer span measures better. Sends still in flight count as accepted.
#[derive(Clone, Copy, Debug)]
pub(super) struct QuotaMeter {
    first: Option<Dispatch>,
    newest: Option<Dispatch>,
    /// Units throttled after the first, up to the newest.
    throttled: f64,
    /// Units sent after the newest that were throttled without saying anything about the bucket.
    alone: f64,
    /// The cost of the runs answered since, and the units that they took.
    planned: f64,
    taken: f64,
    /// Units that were accepted before their run was throttled, or that were not planned.
    besides: f64,
}

impl QuotaMeter {
    pub(super) const NONE: Self = Self {
        first: None,
        newest: None,
        throttled: 0.0,
        alone: 0.0,
        planned: 0.0,
        taken: 0.0,
        besides: 0.0,
    };

    /// The span so far says nothing: the bucket may have been full in between.
    pub(super) fn forget(&mut self) {
        *self = Self::NONE;
    }

    /// Measures from the newest throttle on.
    pub(super) fn restart(&mut self) {
        *self = Self { first: self.newest, newest: self.newest, ..Self::NONE };
    }

    /// A send was throttled.
    pub(super) fn throttled(&mut self, throttle: Dispatch) {
        let Some(first) = self.first else {
            (self.first, self.newest) = (Some(throttle), Some(throttle));
            return;
        };
        if first.id < throttle.id {
            self.throttled += throttle.cost;
        }
        if let Some(newest) = self.newest
            && newest.id < throttle.id
        {
            self.newest = Some(throttle);
            self.throttled += std::mem::take(&mut self.alone);
        }
    }

    /// A send was throttled for reasons of its own: it was not accepted, and says nothing about the bucket.
    pub(super) const fn refused_alone(&mut self, send: Dispatch) {
        let (Some(first), Some(newest)) = (self.first, self.newest) else { return };
        if newest.id < send.id {
            self.alone += send.cost;
        } else if first.id < send.id {
            self.throttled += send.cost;
        }
    }

    /// A run was accepted that was to take `planned` units and took `taken`.
    pub(super) fn ran(&mut self, planned: f64, taken: f64) {
        if planned > 0.0 {
            self.planned += planned;
            self.taken += taken;
        } else {
            self.besides += taken;
        }
    }

    /// A run took this many units before it was throttled.
    pub(super) fn in_vain(&mut self, units: f64) {
        self.besides += units;
    }

    /// The quota, from the sends between the first throttle and the newest.
    pub(super) fn measure(&self) -> Option<Measure> {
        let (first, newest) = (self.first?, self.newest?);
        let sends = newest.units() - first.units();
        // Runs in flight will take as much of their cost as the others.
        let per_run = if self.planned > 0.0 { self.taken / self.planned } else { 1.0 };
        let accepted = ((sends - self.throttled) * per_run + self.besides).max(0.0);
        let seconds = newest.at - first.at;
        #[expect(clippy::cast_precision_loss, reason = "sends between two throttles")]
        let mean = || sends / (newest.id - first.id) as f64;
        (seconds > 0.0 && newest.id > first.id).then(|| {
            // A bucket that refuses a send holds half of its cost on average.
            let (half, left_over) = (0.5 * mean(), 0.5 * (newest.cost - first.cost));
            let rate = (accepted + half + left_over).max(half) / seconds;
            Measure { accepted, seconds, sends, rate }
        })
    }
}
