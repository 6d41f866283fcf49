//! A quota measured from its throttles.

/// A send that was throttled, and when (seconds).
#[derive(Clone, Copy, Debug)]
pub(super) struct Throttle {
    pub(super) id: u64,
    /// When it went out, where that is known.
    pub(super) sent_at: Option<f64>,
    pub(super) answered_at: f64,
}

/// What was accepted between two throttles, and in how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    pub(super) accepted: f64,
    pub(super) rate: f64,
}

/// A bucket that throttles is empty. So between two throttled sends it accepted exactly what
/// flowed into it: count the sends in between, less those throttled, over the time. No window, no
/// smoothing; the longer the span, the better. Sends still in flight count as accepted.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    since: Option<Throttle>,
    throttled: u32,
    /// Requests beyond one a send.
    more: u32,
}

impl Ledger {
    /// What was sent in the meantime says nothing: the bucket may have been full.
    pub(super) const fn forget(&mut self) {
        self.since = None;
    }

    /// The bucket was empty at `throttle`: measure from here.
    pub(super) const fn restart(&mut self, throttle: Throttle) {
        *self = Self { since: Some(throttle), throttled: 0, more: 0 };
    }

    /// A send after the beginning was throttled; it is no beginning itself.
    pub(super) fn throttled(&mut self, id: u64) {
        if self.since.is_some_and(|since| since.id < id) {
            self.throttled = self.throttled.saturating_add(1);
        }
    }

    /// A run made more requests than one.
    pub(super) const fn more(&mut self, requests: u32) {
        self.more = self.more.saturating_add(requests);
    }

    /// The quota by what lies between the beginning and `until`.
    pub(super) fn measure(&self, until: Throttle) -> Option<Measure> {
        let since = self.since?;
        let between = until.id.checked_sub(since.id)?.checked_sub(1)?;
        #[expect(clippy::cast_precision_loss, reason = "sends between two throttles")]
        let accepted = between as f64 - f64::from(self.throttled) + f64::from(self.more);
        let accepted = accepted.max(0.0);
        let seconds = match (since.sent_at, until.sent_at) {
            (Some(from), Some(to)) => to - from,
            _ => until.answered_at - since.answered_at,
        };
        (seconds > 0.0).then(|| Measure { accepted, rate: (accepted + 0.5) / seconds })
    }
}
