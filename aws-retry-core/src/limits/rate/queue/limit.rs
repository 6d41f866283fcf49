//! `max_rate`: a bound on the sends per second.

/// `max_rate`: sends are at least `1 / rate` apart. The delay of a late timer is made up for.
#[derive(Debug)]
pub(super) struct Limit {
    pub(super) rate: f64,
    pub(super) next_at: f64,
}

impl Limit {
    /// The delay of a late timer that is made up for, in seconds.
    const SLACK: f64 = 0.005;

    pub(super) fn new(rate: f64, next_at: f64) -> Option<Self> {
        (rate > 0.0 && rate.is_finite()).then_some(Self { rate, next_at })
    }

    /// The same sends, held to `rate` from now on.
    pub(super) fn changed(limit: Option<&Self>, rate: f64) -> Option<Self> {
        let last = limit.map_or(0.0, |limit| limit.next_at - 1.0 / limit.rate);
        Self::new(rate, last + 1.0 / rate)
    }

    pub(super) fn sent(&mut self, now: f64) {
        self.next_at = self.next_at.max(now - Self::SLACK) + 1.0 / self.rate;
    }
}
