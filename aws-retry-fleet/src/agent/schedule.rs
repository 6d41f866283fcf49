//! The time of the next exchange.

/// A news waits at least this part of an interval after the last exchange.
const GAP: f64 = 0.2;

#[derive(Debug)]
pub(super) struct Schedule {
    /// Seconds between two exchanges, of a fleet of up to a hundred members.
    pub(super) interval: f64,
    /// The next exchange is due then.
    pub(super) next_at: f64,
    /// An exchange is in flight.
    pub(super) in_flight: bool,
    /// The last one began then.
    pub(super) began_at: f64,
    /// Exchanges since the first throttle, without a quota so far.
    pub(super) polls: i32,
    /// Nobody uses the scope.
    pub(super) dormant: bool,
}

impl Schedule {
    pub(super) const fn new(interval: f64, now: f64) -> Self {
        Self {
            interval,
            next_at: now,
            in_flight: false,
            began_at: f64::NEG_INFINITY,
            polls: 0,
            dormant: false,
        }
    }

    pub(super) fn due_at(&self) -> f64 {
        if self.in_flight { f64::INFINITY } else { self.next_at }
    }

    /// An exchange is due not later than `at`, with a gap to the last one.
    pub(super) fn by(&mut self, at: f64) {
        let at = at.max(self.began_at + GAP * self.interval);
        // What happens during an exchange is not in its record.
        self.next_at = if self.in_flight { at } else { self.next_at.min(at) };
    }

    /// An exchange is due now, however soon after the last one.
    pub(super) fn at_once(&mut self, now: f64) {
        self.began_at = f64::NEG_INFINITY;
        self.by(now);
    }

    pub(super) const fn begin(&mut self, now: f64) {
        (self.in_flight, self.began_at, self.next_at) = (true, now, f64::INFINITY);
    }
}
