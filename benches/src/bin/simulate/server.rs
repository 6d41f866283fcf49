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
    /// When requests were accepted in the present window, the units that they took, and their sum.
    accepted: VecDeque<(f64, f64)>,
    taken: f64,
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
            taken: 0.0,
        }
    }

    /// Whether a request of `units` that arrives at second `now` is within the quota.
    pub fn admits(&mut self, now: f64, units: f64) -> bool {
        while let Some(&(at, rate)) = self.changes.front()
            && now >= at
        {
            self.bucket.set_rate(rate, at);
            self.rate = rate;
            self.changes.pop_front();
        }
        match self.counts {
            Counts::Bucket => self.bucket.take_units(now, units),
            Counts::FixedWindow => {
                let (now_in, window) = ((now / self.window()).floor(), self.window());
                self.forget(|at| (at / window).floor() < now_in);
                self.within_window(now, units)
            }
            Counts::SlidingWindow => {
                let window = self.window();
                self.forget(|at| at + window <= now);
                self.within_window(now, units)
            }
        }
    }

    /// A request used fewer units than it took. Windows give nothing back.
    pub fn give_back(&mut self, now: f64, units: f64) {
        self.bucket.give_back(now, units);
    }

    fn forget(&mut self, is_old: impl Fn(f64) -> bool) {
        while self.accepted.front().is_some_and(|(at, _)| is_old(*at)) {
            self.taken -= self.accepted.pop_front().map_or(0.0, |it| it.1);
        }
    }

    /// Seconds per window: at least as long as the quota needs for one request.
    fn window(&self) -> f64 {
        (1.0 / self.rate).max(self.window)
    }

    fn within_window(&mut self, now: f64, units: f64) -> bool {
        // The epsilon makes up for rounding: a window of 1 / rate seconds has room for one request.
        let allowed = (self.rate * self.window() + 1e-9).floor();
        let admitted = self.taken + units <= allowed;
        if admitted {
            self.accepted.push_back((now, units));
            self.taken += units;
        }
        admitted
    }
}
