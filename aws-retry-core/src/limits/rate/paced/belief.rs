//! A quota that is believed in before it is measured: published by AWS, or measured by another process.

use super::Paced;
use super::cruise::Cruise;
use super::opening::Opening;
use super::phase::Phase;
use crate::limits::rate::{Belief, Learned};

impl Paced {
    /// Begins at a belief, unless a throttle has told something already. What the bucket holds goes out at
    /// once, then the rate counts. Without a known burst everything goes out until the first throttle, as
    /// always; then the search is skipped.
    pub(in crate::limits::rate) fn believe(&mut self, now: f64, belief: Belief) {
        if !self.is_unthrottled() {
            return;
        }
        let rate = self.known.valid_rate(belief.rate);
        self.learned_at = belief.age.map(|age| now - age);
        let Some(burst) = belief.burst else {
            self.believed = Some(rate);
            return;
        };
        self.known.burst = burst.max(self.known.per_send);
        let left = (belief.available - self.units).clamp(0.0, self.known.burst);
        let opening = Opening { at: now, units: self.units, left, until: self.next_id };
        self.opening = Some(Box::new(opening));
        self.phase = Phase::Cruise(Cruise::told(rate, self.known.share));
        (self.credit, self.refilled_at, self.decrease_at) = (left, now, f64::NEG_INFINITY);
    }

    /// The quota that was measured, by this process or by one that it believes.
    pub(in crate::limits::rate) fn learned(&self, now: f64) -> Option<Learned> {
        match (&self.phase, self.learned_at) {
            (Phase::Cruise(cruise), Some(at)) => Some(Learned {
                rate: cruise.quota,
                burst: self.known.burst,
                age: (now - at).max(0.0),
            }),
            _ => None,
        }
    }
}
