//! The service's quota: it decides which requests are throttled.

use std::collections::VecDeque;

use aws_retry_testkit::bucket::{Quota, TokenBucket};

/// How a service counts requests against its quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Counts {
    /// A token bucket: `burst` at first, then `rate` per second. EC2 and most services count this way.
    Bucket,
    /// At most `rate` per second in each window. A window lasts one second by default.
    FixedWindow,
    /// The same, in a sliding window.
    SlidingWindow,
}

/// One quota, and its use so far.
#[derive(Debug)]
pub struct Server {
    counts: Counts,
    rate: f64,
    /// The seconds at which the rate changes, and the new rates.
    changes: VecDeque<(f64, f64)>,
    /// Seconds of a window.
    window: f64,
    bucket: TokenBucket,
    accepted: VecDeque<f64>,
}

impl Server {
    /// A full bucket, or an empty window of `window` seconds. `changes` are the seconds at which the
    /// rate changes, in order, and the new rates.
    pub fn new(
        counts: Counts,
        quota: Quota,
        window: f64,
        changes: impl IntoIterator<Item = (f64, f64)>,
    ) -> Self {
        Self {
            counts,
            rate: quota.rate,
            changes: changes.into_iter().collect(),
            window,
            bucket: TokenBucket::full(quota),
            accepted: VecDeque::new(),
        }
    }

    /// Whether a request that arrives at second `now` is within the quota.
    pub fn admits(&mut self, now: f64) -> bool {
        while let Some(&(at, rate)) = self.changes.front()
            && now >= at
        {
            self.bucket.set_rate(rate, at);
            self.rate = rate;
            self.changes.pop_front();
        }
        match self.counts {
            Counts::Bucket => self.bucket.take(now),
            Counts::FixedWindow => {
                let window = (now / self.window()).floor();
                while self.accepted.front().is_some_and(|at| (at / self.window()).floor() < window)
                {
                    self.accepted.pop_front();
                }
                self.within_window(now)
            }
            Counts::SlidingWindow => {
                while self.accepted.front().is_some_and(|at| at + self.window() <= now) {
                    self.accepted.pop_front();
                }
                self.within_window(now)
            }
        }
    }

    /// Seconds per window: at least as long as the quota needs for one request.
    fn window(&self) -> f64 {
        (1.0 / self.rate).max(self.window)
    }

    fn within_window(&mut self, now: f64) -> bool {
        // The epsilon makes up for rounding: a window of 1 / rate seconds has room for one request.
        let allowed = (self.rate * self.window() + 1e-9).floor();
        #[expect(clippy::cast_precision_loss, reason = "a second's requests")]
        let admitted = (self.accepted.len() as f64) < allowed;
        if admitted {
            self.accepted.push_back(now);
        }
        admitted
    }
}
