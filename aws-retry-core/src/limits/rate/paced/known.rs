//! The facts and the figures that the phases share.

use super::bounded::Bounded;

/// Accepted sends between two throttles that make the first measure.
pub(super) const MIN_ACCEPTED_FIRST: f64 = 2.0;
/// Sends per second.
pub(super) const LOWEST_RATE: f64 = 1e-3;
/// Units per second.
pub(super) const HIGHEST_RATE: f64 = 1e9;

/// The facts that every phase needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// The part of the quota to use.
    pub(super) share: f64,
    /// Seconds, smoothed.
    pub(super) round_trip: f64,
    /// Units that the bucket is known to hold.
    pub(super) burst: f64,
    /// Units that a send takes on average; 1 as long as every send costs one.
    pub(super) per_send: f64,
}

impl Known {
    /// A rate (units per second) that the controller can work with.
    pub(super) fn valid_rate(&self, rate: f64) -> f64 {
        // Above 0 even where a send costs next to nothing.
        rate.at_least(LOWEST_RATE * self.per_send).clamp(f64::MIN_POSITIVE, HIGHEST_RATE)
    }
}
