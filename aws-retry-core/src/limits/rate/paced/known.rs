//! The facts and the figures that the phases share.

/// Accepted requests between two throttles that make the first measure.
pub(super) const MIN_ACCEPTED_FIRST: f64 = 2.0;
/// Requests per second.
pub(super) const LOWEST_RATE: f64 = 1e-3;
/// Requests per second.
pub(super) const HIGHEST_RATE: f64 = 1e9;

/// The facts that every phase needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// The part of the quota to use.
    pub(super) share: f64,
    /// Seconds, smoothed.
    pub(super) round_trip: f64,
    /// Requests that the bucket is known to hold.
    pub(super) burst: f64,
}
