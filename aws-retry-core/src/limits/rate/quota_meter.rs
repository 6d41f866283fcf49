//! Measures a quota by its throttles.

/// A send that was throttled, and its time in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Throttle {
    pub(super) id: u64,
    pub(super) sent_at: f64,
}

/// The requests accepted between two throttles, the seconds between them, and the rate that follows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    pub(super) accepted: f64,
    pub(super) seconds: f64,
    pub(super) sends: f64,
    pub(super) rate: f64,
}

/// A bucket that throttles is empty, so between two throttled sends it accepted exactly its refill. Count the
/// sends in between, subtract those throttled, divide by the time. There is no window and no smoothing; a
/// longer span measures better. Sends still in flight count as accepted.
#[derive(Clone, Copy, Debug)]
pub(super) struct QuotaMeter {
    first: Option<Throttle>,
    newest: Option<Throttle>,
    /// Sends throttled after the first, up to the newest.
    throttled: u32,
    /// Sends after the newest that were throttled without saying anything about the bucket.
    alone: u32,
    /// Runs answered since, and their requests.
    runs: u32,
    requests: f64,
    /// Requests that were accepted before their run was throttled.
    in_vain: f64,
}

impl QuotaMeter {
    pub(super) const NONE: Self = Self {
        first: None,
        newest: None,
        throttled: 0,
        alone: 0,
        runs: 0,
        requests: 0.0,
        in_vain: 0.0,
    };

    /// The span so far says nothing: the bucket may have been full in between.
    pub(super) fn forget(&mut self) {
        *self = Self::NONE;
    }

    /// Measures from the newest throttle on.
    pub(super) fn restart(&mut self) {
        *self = Self { first: self.newest, newest: self.newest, ..Self::NONE };
    }

    /// A send was throttled.
    pub(super) fn throttled(&mut self, throttle: Throttle) {
        let Some(first) = self.first else {
            (self.first, self.newest) = (Some(throttle), Some(throttle));
            return;
        };
        if first.id < throttle.id {
            self.throttled = self.throttled.saturating_add(1);
        }
        if let Some(newest) = self.newest
            && newest.id < throttle.id
        {
            self.newest = Some(throttle);
            self.throttled = self.throttled.saturating_add(std::mem::take(&mut self.alone));
        }
    }

    /// A send was throttled for reasons of its own: it was not accepted, and says nothing about the bucket.
    pub(super) const fn refused_alone(&mut self, id: u64) {
        let (Some(first), Some(newest)) = (self.first, self.newest) else { return };
        if newest.id < id {
            self.alone = self.alone.saturating_add(1);
        } else if first.id < id {
            self.throttled = self.throttled.saturating_add(1);
        }
    }

    /// A run of this many requests was accepted.
    pub(super) fn ran(&mut self, requests: f64) {
        self.runs = self.runs.saturating_add(1);
        self.requests += requests;
    }

    /// A run made this many requests before the one that was throttled.
    pub(super) fn in_vain(&mut self, requests: f64) {
        self.in_vain += requests;
    }

    /// The quota, from the sends between the first throttle and the newest.
    pub(super) fn measure(&self) -> Option<Measure> {
        let (first, newest) = (self.first?, self.newest?);
        #[expect(clippy::cast_precision_loss, reason = "sends between two throttles")]
        let sends = (newest.id - first.id) as f64;
        // Runs in flight will make as many requests as the others.
        let per_run = if self.runs > 0 { self.requests / f64::from(self.runs) } else { 1.0 };
        let accepted = ((sends - f64::from(self.throttled)) * per_run + self.in_vain).max(0.0);
        let seconds = newest.sent_at - first.sent_at;
        (seconds > 0.0).then(|| Measure {
            accepted,
            seconds,
            sends,
            rate: (accepted + 0.5) / seconds,
        })
    }
}
