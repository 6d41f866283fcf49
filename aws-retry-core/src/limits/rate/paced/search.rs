//! From the first throttle to the first measure.
//!
//! The requests sent before the first throttle was known, the initial burst, are answered first: they show
//! how much the bucket held. Then probes go out, faster and faster, until a few are accepted between two
//! throttles.

use super::super::quota_meter::{Measure, QuotaMeter};
use super::known::{HIGHEST_RATE, Known, MIN_ACCEPTED_FIRST};

/// Probes per second at first.
const FIRST_PROBES: f64 = 11.0;
/// Round trips until most throttles of the initial burst are in.
const BURST_ANSWERED: f64 = 0.7;
/// The initial burst is a measure by itself if its throttles were spread over at least this many round trips.
const BURST_SPREAD: f64 = 1.5;
/// Seconds of its quota that an account's bucket commonly holds.
const USUAL_BURST: f64 = 5.0;
/// Round trips between two doublings; if two sends take longer, at most this many seconds.
const STEP: f64 = 1.25;
const SLOWEST_STEP: f64 = 0.5;
/// Doublings without a success in between.
const UNPROVEN_DOUBLINGS: u8 = 3;
/// Probes per second at least.
const FEWEST_PROBES: f64 = 0.35;
/// Probes per second at least, once something is accepted behind a door that was shut.
const REOPENED: f64 = 0.7;
/// The search stays below this many times the rate that too few accepted requests hint at.
const MOST_ABOVE_HINT: f64 = 3.0;
/// A throttle lowers the search at most to this part of the rate that was used: a window may be shut.
const LOWER_TO: f64 = 0.5;
/// A search that took more seconds and more accepted sends than this began too low: others sent in the
/// meantime, or the bucket ran over.
const LONG_SEARCH: f64 = 1.5;
const MANY_ACCEPTED: f64 = 4.0;

/// The units that were sent before the first throttle was known.
#[derive(Clone, Copy, Debug)]
pub(super) struct InitialBurst {
    pub(super) accepted: f64,
    pub(super) seconds: f64,
    /// Most of its answers are in.
    answered: bool,
}

impl InitialBurst {
    pub(super) const fn new(accepted: f64, seconds: f64) -> Self {
        Self { accepted, seconds, answered: false }
    }
}

/// Faster and faster, until throttles tell the quota.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search {
    /// The present rate in units per second.
    pub(super) rate: f64,
    /// Seconds since the last step in which a call waited.
    pub(super) age: f64,
    /// Something was sent at this rate.
    pub(super) tried: bool,
    /// Doublings since the last success.
    pub(super) unproven: u8,
    /// None once a throttle of a probe has come.
    pub(super) initial: Option<InitialBurst>,
}

impl Search {
    pub(super) const fn new(initial: InitialBurst, per_send: f64) -> Self {
        Self { initial: Some(initial), ..Self::from(FIRST_PROBES * per_send) }
    }

    /// A search that begins at this rate.
    pub(super) const fn from(rate: f64) -> Self {
        Self { rate, age: 0.0, tried: false, unproven: 0, initial: None }
    }

    /// A call waited for `seconds`: goes faster if it is time to.
    pub(super) fn waited(&mut self, seconds: f64, known: Known, meter: &QuotaMeter) {
        self.age += seconds;
        while self.rate < HIGHEST_RATE {
            let initial = self.initial.as_mut().filter(|it| !it.answered);
            let step = match initial {
                Some(_) => BURST_ANSWERED * known.round_trip,
                None => {
                    let two = 2.0 * known.per_send / self.rate;
                    (STEP * known.round_trip).max(two.min(SLOWEST_STEP))
                }
            };
            if self.age < step {
                break;
            }
            if let Some(initial) = initial {
                self.age -= step;
                initial.answered = true;
                self.rate = hint(initial.accepted, known, meter);
            } else if self.unproven < UNPROVEN_DOUBLINGS && std::mem::take(&mut self.tried) {
                self.unproven += 1;
                self.age -= step;
                self.rate *= 2.0;
            } else {
                // Successes prove a rate, but not a pause or the time in which the head was not polled.
                self.age = step;
                break;
            }
        }
    }

    /// A probe was throttled, with too few accepted for a measure.
    pub(super) fn lower(&mut self, meter: &QuotaMeter, known: Known) {
        let hint = meter.measure().map_or(0.0, |it| MOST_ABOVE_HINT * it.rate);
        let fewest = FEWEST_PROBES * known.per_send;
        self.rate = self.rate.min(hint.max(LOWER_TO * self.rate).max(fewest));
    }

    /// Something was accepted behind a door that was shut: the probes need no longer be rare.
    pub(super) const fn reopen(&mut self, per_send: f64) {
        self.rate = self.rate.max(REOPENED * per_send);
    }

    /// Whether the measure is the whole quota, not less.
    pub(super) fn is_whole(it: &Measure, known: Known) -> bool {
        let quick = it.seconds < LONG_SEARCH || it.accepted < MANY_ACCEPTED * known.per_send;
        quick && 0.5 * it.rate * it.seconds <= known.burst
    }
}

/// The rate that the initial burst hints at.
fn hint(accepted: f64, known: Known, meter: &QuotaMeter) -> f64 {
    let (round_trip, per_send) = (known.round_trip, known.per_send);
    // The requests arrived in a different order than they were sent: a measure only if that hardly matters.
    if let Some(it) = meter.measure()
        && it.accepted >= MIN_ACCEPTED_FIRST * per_send
        && it.seconds >= BURST_SPREAD * round_trip
        && it.accepted > 0.3 * round_trip * it.sends / it.seconds
    {
        return it.rate;
    }
    // The quota for which such a bucket is usual; if it is low, closer to one probe per round trip.
    let (usual, probes) = (accepted.max(per_send) / USUAL_BURST, per_send / round_trip.max(1e-3));
    usual.max((usual * probes).sqrt()).max(probes.min(FIRST_PROBES * per_send))
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
