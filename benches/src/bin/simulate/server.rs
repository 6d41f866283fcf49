//! The service: what it throttles.

use std::collections::VecDeque;

use aws_retry_testkit::bucket::{Quota, TokenBucket};

use crate::{trouble::Kind, world::Scenario};

/// How a service counts requests against its quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Counts {
    /// A token bucket: `burst` at first, then `rate` a second. What EC2 and most services do.
    Bucket,
    /// At most `rate` per second in each window, by default of a second.
    FixedWindow,
    /// The same in a window that slides.
    SlidingWindow,
}

/// One quota, and what was used of it.
#[derive(Debug)]
pub struct Server {
    counts: Counts,
    rate: f64,
    /// When the rate changes (seconds), and to what.
    changes: VecDeque<(f64, f64)>,
    /// Seconds of a window.
    window: f64,
    bucket: TokenBucket,
    accepted: VecDeque<f64>,
}

impl Server {
    /// A full bucket, or an empty window.
    pub fn new(it: &Scenario) -> Self {
        let mut changes: VecDeque<_> = it.change.into_iter().collect();
        if let Kind::Taken(left) = it.trouble.kind {
            changes.extend([(it.trouble.from, left), (it.trouble.ends_at(), it.rate)]);
        }
        let bucket = TokenBucket::full(Quota { burst: it.burst, rate: it.rate });
        let (counts, rate, window) = (it.counts, it.rate, it.window);
        Self { counts, rate, changes, window, bucket, accepted: VecDeque::new() }
    }

    /// A request arrives at second `now`: is it within the quota?
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

    /// Seconds of a window, or as long as one request takes.
    fn window(&self) -> f64 {
        (1.0 / self.rate).max(self.window)
    }

    fn within_window(&mut self, now: f64) -> bool {
        // As long as one request takes is not quite one request, by rounding.
        let allowed = (self.rate * self.window() + 1e-9).floor();
        #[expect(clippy::cast_precision_loss, reason = "a second's requests")]
        let admitted = (self.accepted.len() as f64) < allowed;
        if admitted {
            self.accepted.push_back(now);
        }
        admitted
    }
}
