//! The token bucket with which AWS limits an action in an account and region.

use std::time::Duration;
use tokio::time::Instant;

/// What one bucket allows: a burst, then so many calls a second.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    pub burst: u32,
    pub rate: f64,
}

impl Quota {
    /// No client can have `calls` answers in less time than this.
    pub fn least_time(&self, calls: usize) -> Duration {
        let beyond_burst = calls.saturating_sub(self.burst as usize);
        Duration::from_secs_f64(beyond_burst as f64 / self.rate)
    }
}

/// A bucket of calls that refills at the quota's rate.
#[derive(Debug)]
pub struct TokenBucket {
    quota: Quota,
    tokens: f64,
    at: Instant,
}

impl TokenBucket {
    /// A full bucket: an account that made no call for a while.
    pub fn full(quota: Quota, now: Instant) -> Self {
        Self { quota, tokens: f64::from(quota.burst), at: now }
    }

    /// Whether a call that arrives `now` is served; otherwise it is throttled and takes nothing.
    pub fn take(&mut self, now: Instant) -> bool {
        let refill = now.saturating_duration_since(self.at).as_secs_f64() * self.quota.rate;
        self.tokens = (self.tokens + refill).min(f64::from(self.quota.burst));
        self.at = self.at.max(now);
        let served = self.tokens >= 1.0;
        if served {
            self.tokens -= 1.0;
        }
        served
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: Quota = Quota { burst: 3, rate: 10.0 };

    /// How many of `calls` at the same moment are served.
    fn served(bucket: &mut TokenBucket, calls: usize, now: Instant) -> usize {
        (0..calls).filter(|_| bucket.take(now)).count()
    }

    #[test]
    fn serves_the_burst_then_the_rate() {
        let start = Instant::now();
        let mut bucket = TokenBucket::full(QUOTA, start);
        assert_eq!(served(&mut bucket, 10, start), 3);
        assert_eq!(served(&mut bucket, 10, start + Duration::from_millis(250)), 2);
        assert_eq!(served(&mut bucket, 10, start + Duration::from_millis(301)), 1);
    }

    #[test]
    fn a_long_pause_fills_no_more_than_the_burst() {
        let start = Instant::now();
        let mut bucket = TokenBucket::full(QUOTA, start);
        assert_eq!(served(&mut bucket, 10, start + Duration::from_secs(3600)), 3);
    }

    #[test]
    fn least_time_counts_only_what_exceeds_the_burst() {
        assert_eq!(QUOTA.least_time(2), Duration::ZERO);
        assert_eq!(QUOTA.least_time(23), Duration::from_secs(2));
    }
}
