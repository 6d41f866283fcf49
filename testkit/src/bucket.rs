//! The token bucket with which AWS limits an action in an account and region.

use std::time::Duration;

/// The limit on one kind of call: a burst, and then a rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota {
    /// Calls that are served at once after a pause.
    pub burst: f64,
    /// Calls per second.
    pub rate: f64,
}

impl Quota {
    /// The shortest time in which a client can have `calls` answers.
    pub fn least_time(&self, calls: usize) -> Duration {
        #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
        let beyond_burst = (calls as f64 - self.burst).max(0.0);
        Duration::from_secs_f64(beyond_burst / self.rate)
    }
}

/// A bucket of calls that refills at the quota's rate. Its times are seconds from any origin.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    quota: Quota,
    tokens: f64,
    filled: f64,
}

impl TokenBucket {
    /// A full bucket: an account that made no call for a while.
    pub const fn full(quota: Quota) -> Self {
        Self { quota, tokens: quota.burst, filled: 0.0 }
    }

    /// Whether a call that arrives at second `now` is served; otherwise it is throttled and takes nothing.
    pub fn take(&mut self, now: f64) -> bool {
        self.take_units(now, 1.0)
    }

    /// The same for a call that takes this many units of the quota.
    pub fn take_units(&mut self, now: f64, units: f64) -> bool {
        self.refill(now);
        let served = self.tokens >= units;
        if served {
            self.tokens -= units;
        }
        served
    }

    /// A call took fewer units than it said.
    pub fn give_back(&mut self, now: f64, units: f64) {
        self.refill(now);
        self.tokens = (self.tokens + units).min(self.quota.burst);
    }

    /// From second `at` on the bucket refills at another rate.
    pub fn set_rate(&mut self, rate: f64, at: f64) {
        self.refill(at);
        self.quota.rate = rate;
    }

    fn refill(&mut self, now: f64) {
        let refill = (now - self.filled).max(0.0) * self.quota.rate;
        self.tokens = (self.tokens + refill).min(self.quota.burst);
        self.filled = self.filled.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: Quota = Quota { burst: 3.0, rate: 10.0 };

    /// How many of `calls` at the same moment are served.
    fn served(bucket: &mut TokenBucket, calls: usize, now: f64) -> usize {
        (0..calls).filter(|_| bucket.take(now)).count()
    }

    #[test]
    fn serves_the_burst_then_the_rate() {
        let mut bucket = TokenBucket::full(QUOTA);
        assert_eq!(served(&mut bucket, 10, 0.0), 3);
        assert_eq!(served(&mut bucket, 10, 0.25), 2);
        assert_eq!(served(&mut bucket, 10, 0.301), 1);
    }

    #[test]
    fn a_long_pause_fills_no_more_than_the_burst() {
        let mut bucket = TokenBucket::full(QUOTA);
        assert_eq!(served(&mut bucket, 10, 0.0), 3);
        assert_eq!(served(&mut bucket, 10, 3600.0), 3);
    }

    #[test]
    fn least_time_counts_only_what_exceeds_the_burst() {
        assert_eq!(QUOTA.least_time(2), Duration::ZERO);
        assert_eq!(QUOTA.least_time(23), Duration::from_secs(2));
    }

    #[test]
    fn a_new_rate_counts_from_its_time_on() {
        let mut bucket = TokenBucket::full(QUOTA);
        assert_eq!(served(&mut bucket, 10, 0.0), 3);
        bucket.set_rate(1.0, 0.1);
        assert_eq!(served(&mut bucket, 10, 1.1), 2);
    }
}
