//! The client-side send rate of AWS's adaptive mode, as specified.

use super::SendOutcome;

const BETA: f64 = 0.7;
const SCALE: f64 = 0.4;
const SMOOTH: f64 = 0.8;
const LOWEST_RATE: f64 = 0.5;
const LOWEST_CAPACITY: f64 = 1.0;
/// The rate is measured in buckets of half a second.
const BUCKETS_PER_SECOND: f64 = 2.0;
/// A wait too short to sleep is granted: a sleep of nothing would never end the shortfall.
const ONE_NANOSECOND: f64 = 1e-9;

/// Off until the first throttle. From then on a token bucket whose rate falls to 0.7 of itself on
/// a throttle and climbs back along a cubic curve. Times are seconds.
#[derive(Debug)]
pub(super) struct Cubic {
    /// The part of the learned rate that is used.
    share: f64,
    enabled: bool,
    /// Responses per second, smoothed, and what measures them.
    measured: f64,
    measured_until: Option<f64>,
    responses: u32,
    /// The rate at the last throttle, and when that was.
    w_max: f64,
    throttled_at: f64,
    /// The token bucket.
    fill: f64,
    capacity: f64,
    tokens: f64,
    refilled_at: Option<f64>,
}

impl Cubic {
    pub(super) fn new(share: f64) -> Self {
        Self {
            share,
            enabled: false,
            measured: 0.0,
            measured_until: None,
            responses: 0,
            w_max: 0.0,
            throttled_at: 0.0,
            fill: 0.0,
            capacity: 0.0,
            tokens: 0.0,
            refilled_at: None,
        }
    }

    pub(super) fn ready_at(&mut self, now: f64) -> f64 {
        self.start(now);
        if !self.enabled {
            return now;
        }
        self.refill(now);
        let wait = (1.0 - self.tokens) / (self.fill * self.share);
        if wait < ONE_NANOSECOND { now } else { now + wait }
    }

    pub(super) fn sent(&mut self) {
        if self.enabled {
            self.tokens = (self.tokens - 1.0).max(0.0);
        }
    }

    pub(super) fn answered(&mut self, now: f64, outcome: SendOutcome) {
        self.start(now);
        self.measure(now);
        // Everything but a throttle counts the same, even a lost connection.
        let calculated = if outcome.is_throttle() {
            let rate = if self.enabled { self.measured.min(self.fill) } else { self.measured };
            self.w_max = rate;
            self.throttled_at = now;
            self.enabled = true;
            BETA * rate
        } else {
            cubic_success(self.w_max, now - self.throttled_at)
        };
        let rate = calculated.min(2.0 * self.measured);
        self.refill(now);
        self.fill = rate.max(LOWEST_RATE);
        self.capacity = rate.max(LOWEST_CAPACITY);
        self.tokens = self.tokens.min(self.capacity);
    }

    pub(super) const fn is_enabled(&self) -> bool {
        self.enabled
    }

    pub(super) fn rate(&self) -> Option<f64> {
        self.enabled.then_some(self.fill * self.share)
    }

    /// The rate may double within a measuring bucket.
    pub(super) fn optimistic_rate(&self) -> f64 {
        2.0 * self.fill * self.share
    }

    /// Measuring begins with the whole second in which the clock is first seen, the curve at that moment.
    fn start(&mut self, now: f64) {
        if self.measured_until.is_none() {
            self.measured_until = Some(now.floor());
            self.throttled_at = now;
        }
    }

    /// The part that `share` leaves unused counts as measured: it belongs to the learned rate.
    fn measure(&mut self, now: f64) {
        let until = (now * BUCKETS_PER_SECOND).floor() / BUCKETS_PER_SECOND;
        let last = self.measured_until.unwrap_or(until);
        self.responses = self.responses.saturating_add(1);
        if until > last {
            let rate = f64::from(self.responses) / (until - last) / self.share;
            self.measured = SMOOTH * rate + (1.0 - SMOOTH) * self.measured;
            self.responses = 0;
            self.measured_until = Some(until);
        }
    }

    fn refill(&mut self, now: f64) {
        if let Some(before) = self.refilled_at {
            let added = (now - before) * self.fill * self.share;
            self.tokens = (self.tokens + added).min(self.capacity);
        }
        self.refilled_at = Some(now);
    }
}

/// Seconds until the curve is back at `w_max`.
fn time_window(w_max: f64) -> f64 {
    (w_max * (1.0 - BETA) / SCALE).cbrt()
}

/// The rate `since` seconds after the throttle at `w_max`.
fn cubic_success(w_max: f64, since: f64) -> f64 {
    SCALE * (since - time_window(w_max)).powi(3) + w_max
}

#[cfg(test)]
#[path = "cubic_tests.rs"]
mod tests;
