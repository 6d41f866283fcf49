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
#[derive(Debug, Default)]
pub(super) struct Ledger {
    first: Option<Throttle>,
    newest: Option<Throttle>,
    /// Sends throttled after the first, to the newest.
    throttled: u32,
    /// Requests beyond one a send.
    more: u32,
}

impl Ledger {
    /// What was sent in the meantime says nothing: the bucket may have been full.
    pub(super) const fn forget(&mut self) {
        (self.first, self.newest, self.throttled, self.more) = (None, None, 0, 0);
    }

    /// From now on, measure from the newest throttle.
    pub(super) const fn restart(&mut self) {
        (self.first, self.throttled, self.more) = (self.newest, 0, 0);
    }

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

    /// A run made more requests than one.
    pub(super) const fn more(&mut self, requests: u32) {
        self.more = self.more.saturating_add(requests);
    }

    /// The quota by what lies between the first throttle and the newest.
    pub(super) fn measure(&self) -> Option<Measure> {
        let (first, newest) = (self.first?, self.newest?);
        #[expect(clippy::cast_precision_loss, reason = "sends between two throttles")]
        let sends = (newest.id - first.id) as f64;
        let accepted = (sends - f64::from(self.throttled) + f64::from(self.more)).max(0.0);
        let seconds = newest.sent_at - first.sent_at;
        (seconds > 0.0).then(|| Measure {
            accepted,
            seconds,
            sends,
            rate: (accepted + 0.5) / seconds,
        })
    }
}
