//! `max_rate`: a bound on the units per second.

/// `max_rate`: after a send, the next one comes `cost / rate` later at the earliest. The delay of a late timer is made up for.
#[derive(Debug)]
pub(super) struct Limit {
    pub(super) rate: f64,
    pub(super) next_at: f64,
    /// The units that the last send took.
    last: f64,
}

impl Limit {
    /// The delay of a late timer that is made up for, in seconds.
    const SLACK: f64 = 0.005;

    pub(super) fn new(rate: f64, next_at: f64) -> Option<Self> {
        (rate > 0.0 && rate.is_finite()).then_some(Self { rate, next_at, last: 1.0 })
    }

    /// The same sends, held to `rate` from now on.
    pub(super) fn changed(limit: Option<&Self>, rate: f64) -> Option<Self> {
        let cost = limit.map_or(1.0, |limit| limit.last);
        let sent_at = limit.map_or(0.0, |limit| limit.next_at - cost / limit.rate);
        Some(Self { last: cost, ..Self::new(rate, sent_at + cost / rate)? })
    }

    pub(super) fn sent(&mut self, now: f64, cost: f64) {
        self.last = cost;
        self.next_at = self.next_at.max(now - Self::SLACK) + cost / self.rate;
    }
}
