//! The service: what it throttles.

use std::collections::VecDeque;

/// How a service counts requests against its quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Counts {
    /// A token bucket: `burst` at first, then `rate` a second. What EC2 and most services do.
    Bucket,
    /// At most `rate` in each whole second.
    FixedWindow,
    /// At most `rate` in any second.
    SlidingWindow,
}

/// One quota, and what was used of it.
#[derive(Debug)]
pub struct Server {
    counts: Counts,
    rate: f64,
    burst: f64,
    change: Option<(f64, f64)>,
    tokens: f64,
    refilled_at: f64,
    accepted: VecDeque<f64>,
}

impl Server {
    /// A full bucket, or an empty window. `change` is (when, new rate).
    pub fn new(counts: Counts, rate: f64, burst: f64, change: Option<(f64, f64)>) -> Self {
        Self {
            counts,
            rate,
            burst,
            change,
            tokens: burst,
            refilled_at: 0.0,
            accepted: VecDeque::new(),
        }
    }

    /// A request arrives at second `now`: is it within the quota?
    pub fn admits(&mut self, now: f64) -> bool {
        if let Some((at, rate)) = self.change
            && now >= at
        {
            self.refill(at);
            self.rate = rate;
            self.change = None;
        }
        self.refill(now);
        match self.counts {
            Counts::Bucket => {
                let admitted = self.tokens >= 1.0;
                if admitted {
                    self.tokens -= 1.0;
                }
                admitted
            }
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

    /// One second, or as long as one request takes.
    fn window(&self) -> f64 {
        (1.0 / self.rate).max(1.0)
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

    fn refill(&mut self, now: f64) {
        self.tokens = (self.tokens + (now - self.refilled_at) * self.rate).min(self.burst);
        self.refilled_at = now;
    }
}
