//! A quota measured from its throttles.

/// A send that was throttled, and when it went out (seconds).
#[derive(Clone, Copy, Debug)]
pub(super) struct Throttle {
    pub(super) id: u64,
    pub(super) sent_at: f64,
}

/// What was accepted between two throttles, in how long, and so how fast.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    pub(super) accepted: f64,
    pub(super) seconds: f64,
    pub(super) sends: f64,
    pub(super) rate: f64,
}

/// A bucket that throttles is empty. So between two throttled sends it accepted exactly what
/// flowed into it: count the sends in between, less those throttled, over the time. No window, no
/// smoothing; the longer the span, the better. Sends still in flight count as accepted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ledger {
    first: Option<Throttle>,
    newest: Option<Throttle>,
    /// Sends throttled after the first, to the newest.
    throttled: u32,
    /// Runs answered since, and their requests.
    runs: u32,
    requests: f64,
    /// Requests that were accepted before their run was throttled.
    in_vain: f64,
}

impl Ledger {
    /// What was sent in the meantime says nothing: the bucket may have been full.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// From now on, measure from the newest throttle.
    pub(super) fn restart(&mut self) {
        *self = Self { first: self.newest, newest: self.newest, ..Self::default() };
    }

    /// A send was throttled.
    pub(super) const fn throttled(&mut self, throttle: Throttle) {
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
        }
    }

    /// A run of so many requests was accepted.
    pub(super) fn ran(&mut self, requests: f64) {
        self.runs = self.runs.saturating_add(1);
        self.requests += requests;
    }

    /// A run made so many requests before the one that was throttled.
    pub(super) fn in_vain(&mut self, requests: f64) {
        self.in_vain += requests;
    }

    /// The quota by what lies between the first throttle and the newest.
    pub(super) fn measure(&self) -> Option<Measure> {
        let (first, newest) = (self.first?, self.newest?);
        #[expect(clippy::cast_precision_loss, reason = "sends between two throttles")]
        let sends = (newest.id - first.id) as f64;
        // Those in flight will make as many requests as the others.
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
