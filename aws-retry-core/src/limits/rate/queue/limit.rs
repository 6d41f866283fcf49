//! `max_rate`: a bound on the units per second, of which a member of a fleet has a part.

/// `max_rate`: after a send, the next one comes `cost / rate` later at the earliest. The delay of a late timer is made up for.
#[derive(Debug)]
pub(super) struct Limit {
    /// Units per second of all members of the fleet; without one, of this process.
    pub(super) max_rate: f64,
    /// The part that is this process's, above 0 to 1.
    pub(super) part: f64,
    pub(super) next_at: f64,
    /// The units that the last send took.
    last: f64,
}

impl Limit {
    /// The delay of a late timer that is made up for, in seconds.
    const SLACK: f64 = 0.005;

    pub(super) fn new(max_rate: f64, next_at: f64) -> Option<Self> {
        let limits = max_rate > 0.0 && max_rate.is_finite();
        limits.then_some(Self { max_rate, part: 1.0, next_at, last: 1.0 })
    }

    /// The same sends, held to `part` of `max_rate` from now on.
    pub(super) fn changed(limit: Option<&Self>, max_rate: f64, part: f64) -> Option<Self> {
        let cost = limit.map_or(1.0, |limit| limit.last);
        let sent_at = limit.map_or(0.0, |limit| limit.next_at - cost / limit.rate());
        let it = Self { part, last: cost, ..Self::new(max_rate, sent_at)? };
        Some(Self { next_at: sent_at + cost / it.rate(), ..it })
    }

    /// Units per second of this process.
    pub(super) fn rate(&self) -> f64 {
        self.max_rate * self.part
    }

    pub(super) fn sent(&mut self, now: f64, cost: f64) {
        self.last = cost;
        self.next_at = self.next_at.max(now - Self::SLACK) + cost / self.rate();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_send_comes_when_the_last_one_is_paid_for() {
        let mut it = Limit::new(10.0, 0.0).unwrap();
        it.sent(100.0, 2.0);
        assert_eq!(it.next_at, 99.995 + 0.2, "a timer that is late by 5 ms costs nothing");
        it.sent(it.next_at + 0.003, 1.0);
        assert!((it.next_at - 100.295).abs() < 1e-9);
        for rate in [0.0, -1.0, f64::INFINITY, f64::NAN] {
            assert!(Limit::new(rate, 0.0).is_none());
        }
    }

    #[test]
    fn a_new_bound_counts_from_the_last_send() {
        let mut old = Limit::new(10.0, 0.0).unwrap();
        old.sent(100.005, 2.0);
        let new = Limit::changed(Some(&old), 4.0, 1.0).unwrap();
        assert!((new.next_at - 100.5).abs() < 1e-9, "{new:?}");
        assert_eq!((new.rate(), new.last), (4.0, 2.0));
        let part = Limit::changed(Some(&old), 4.0, 0.5).unwrap();
        assert!((part.next_at - 101.0).abs() < 1e-9, "{part:?}");
        assert_eq!((part.rate(), part.max_rate), (2.0, 4.0));
        assert_eq!(Limit::changed(None, 4.0, 1.0).unwrap().next_at, 0.25);
        assert!(Limit::changed(Some(&old), f64::INFINITY, 1.0).is_none());
    }
}
