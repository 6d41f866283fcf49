//! How much this process has to send.

use super::peers::count;

/// A want is above what was sent by this part: it may be more.
const MORE: f64 = 1.1;
/// Units per second; less is nothing.
const NOTHING: f64 = 1e-3;
/// Seconds; a shorter time says nothing.
const SHORTEST: f64 = 0.05;

#[derive(Debug)]
pub(super) struct Demand {
    /// Units per second that it would send.
    pub(super) want: f64,
    since: f64,
    units: f64,
    has_sent: bool,
    /// Smoothed units per second.
    rate: f64,
    /// The line has been empty since then.
    idle_since: Option<f64>,
}

impl Demand {
    pub(super) const fn new(now: f64) -> Self {
        Self {
            want: 0.0,
            since: now,
            units: 0.0,
            has_sent: false,
            rate: 0.0,
            idle_since: Some(now),
        }
    }

    pub(super) fn sent(&mut self, units: f64) {
        self.units += units;
    }

    /// The same, where nobody tells whether a call waits.
    pub(super) fn sent_before_any_throttle(&mut self, now: f64, units: f64) {
        self.idle_since = Some(now);
        self.has_sent = true;
        self.sent(units);
    }

    /// It has sent anything before the first throttle.
    pub(super) const fn has_sent(&self) -> bool {
        self.has_sent
    }

    /// Whether a call waits; returns for how long (seconds) none did, if that ends now.
    pub(super) fn waits(&mut self, now: f64, waiting: bool) -> Option<f64> {
        if waiting {
            return self.idle_since.take().map(|since| now - since);
        }
        self.idle_since.get_or_insert(now);
        None
    }

    pub(super) const fn is_idle(&self) -> bool {
        self.idle_since.is_some()
    }

    /// Seconds for which no call has waited.
    pub(super) fn idle_for(&self, now: f64) -> f64 {
        self.idle_since.map_or(0.0, |since| now - since)
    }

    /// Sums up the time since the last exchange. `interval`: the usual seconds between two.
    pub(super) fn sum_up(&mut self, now: f64, interval: f64, waiting: usize) {
        let seconds = now - self.since;
        if seconds <= SHORTEST {
            return;
        }
        let rate = self.units / seconds;
        self.rate += (seconds / (2.0 * interval)).min(1.0) * (rate - self.rate);
        self.want = if waiting > 0 {
            let all = (self.units + count(waiting)) / seconds.max(0.5 * interval);
            all.max(MORE * self.rate)
        } else {
            MORE * rate
        };
        if self.want < NOTHING {
            self.want = 0.0;
        }
        (self.since, self.units) = (now, 0.0);
    }
}
