//! The send rate of either kind.

use super::cubic::Cubic;
use super::paced::Paced;
use super::{Belief, Dispatch, Kind, Learned, Repeat, SendReport};

/// A send rate. All times are seconds since the clock's origin and never decrease.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one per scope, and nearly always the large one")]
pub(super) enum Pace {
    Adaptive(Cubic),
    Paced(Paced),
}

impl Pace {
    pub(super) fn new(kind: Kind, share: f64) -> Self {
        match kind {
            Kind::Adaptive => Self::Adaptive(Cubic::new(share)),
            Kind::Paced => Self::Paced(Paced::new(share)),
        }
    }

    /// The time at which the next send may go, which takes `cost` units; not later than `now` means at once.
    pub(super) fn ready_at(&mut self, now: f64, cost: f64) -> f64 {
        match self {
            Self::Adaptive(it) => it.ready_at(now),
            Self::Paced(it) => it.turn_at(now, cost),
        }
    }

    /// [`Pace::ready_at`], for a call that does not wait yet.
    pub(super) fn next_turn(&mut self, now: f64, cost: f64) -> f64 {
        match self {
            Self::Adaptive(it) => it.ready_at(now),
            Self::Paced(it) => it.next_turn(now, cost),
        }
    }

    /// A send takes its turn.
    pub(super) fn sent(&mut self, send: Dispatch) {
        match self {
            Self::Adaptive(it) => it.sent(),
            Self::Paced(it) => it.sent_by_member(send, false),
        }
    }

    /// A send goes out beside the queue: paced mode has let it by.
    pub(super) fn sent_beside(&mut self, send: Dispatch) {
        if let Self::Paced(it) = self {
            it.sent_by_member(send, true);
        }
    }

    /// An attempt ended. True if its throttle is not counted until its call gets its next answer.
    pub(super) fn answered(
        &mut self,
        now: f64,
        send: Dispatch,
        report: &SendReport,
        repeat: Option<Repeat>,
    ) -> bool {
        match self {
            Self::Adaptive(it) => {
                it.answered(now, report.outcome);
                false
            }
            Self::Paced(it) => it.answered_to_member(now, send, report, repeat),
        }
    }

    /// The time before the first throttle: the number of its sends, their units beyond one each, and a
    /// recent one.
    pub(super) fn unthrottled(&mut self, sends: u64, surplus: f64, recent: Dispatch) {
        if let Self::Paced(it) = self {
            it.unthrottled(sends, surplus, recent);
        }
    }

    /// Begins at a belief, if nothing was learned yet; paced mode only.
    pub(super) fn believe(&mut self, now: f64, belief: Belief) {
        if let Self::Paced(it) = self {
            it.believe(now, belief);
        }
    }

    /// The quota that was measured; paced mode only.
    pub(super) fn learned(&self, now: f64) -> Option<Learned> {
        match self {
            Self::Adaptive(_) => None,
            Self::Paced(it) => it.learned(now),
        }
    }

    /// The units that a send takes on average: the adaptive rate counts sends.
    pub(super) const fn per_send(&self) -> f64 {
        match self {
            Self::Adaptive(_) => 1.0,
            Self::Paced(it) => it.per_send(),
        }
    }

    /// The part of a bound that all members of a fleet share, above 0 and at most 1.
    pub(super) fn part(&self) -> f64 {
        match self {
            Self::Adaptive(_) => 1.0,
            Self::Paced(it) => it.part(),
        }
    }

    /// A fleet may hold back sends although nothing has been throttled.
    pub(super) fn is_starting(&self) -> bool {
        matches!(self, Self::Paced(it) if it.is_starting())
    }

    /// The present rate in units per second; none before the first throttle.
    pub(super) fn rate(&self) -> Option<f64> {
        match self {
            Self::Adaptive(it) => it.rate(),
            Self::Paced(it) => it.rate(),
        }
    }

    /// The degree to which throttles come irregularly, 0 to 1; paced mode only.
    pub(super) const fn irregularity(&self) -> f64 {
        match self {
            Self::Adaptive(_) => 0.0,
            Self::Paced(it) => it.irregularity(),
        }
    }

    /// Nothing was throttled yet.
    pub(super) const fn is_unthrottled(&self) -> bool {
        match self {
            Self::Adaptive(it) => !it.is_enabled(),
            Self::Paced(it) => it.is_unthrottled(),
        }
    }

    /// A quota is measured.
    pub(super) fn is_measured(&self) -> bool {
        match self {
            Self::Adaptive(_) => false,
            Self::Paced(it) => it.quota().is_some(),
        }
    }

    /// The least number of seconds between two probes while the door is shut, else 0.
    pub(super) fn probe_pause(&self, now: f64) -> f64 {
        match self {
            Self::Adaptive(_) => 0.0,
            Self::Paced(it) => it.probe_pause(now),
        }
    }

    /// Whether a call that is known to be refused alone may be sent now whatever the queue.
    pub(super) fn lets_by(&self, now: f64) -> bool {
        match self {
            Self::Adaptive(_) => false,
            Self::Paced(it) => it.lets_by(now),
        }
    }

    /// The time (seconds) since which nothing sent after a decrease has been accepted, if that is so. Paced
    /// mode only.
    pub(super) const fn blocked_since(&self) -> Option<f64> {
        match self {
            Self::Adaptive(_) => None,
            Self::Paced(it) => it.blocked_since(),
        }
    }

    /// The rate that it may reach soon, for promises about the future.
    pub(super) fn optimistic_rate(&self) -> f64 {
        match self {
            Self::Adaptive(it) => it.optimistic_rate(),
            Self::Paced(it) => it.optimistic_rate(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::rate::SendOutcome;

    /// Throttled at second 1,000, at the first send, which took three units.
    fn throttled(kind: Kind) -> Pace {
        let mut it = Pace::new(kind, 1.0);
        let send = Dispatch { id: 0, at: 999.5, cost: 3.0, surplus: 2.0 };
        it.sent(send);
        it.answered(1000.0, send, &SendReport::new(SendOutcome::Throttled), None);
        it
    }

    #[test]
    fn a_paced_rate_knows_doors_costs_and_quotas() {
        let mut it = throttled(Kind::Paced);
        assert_eq!((it.per_send(), it.part(), it.blocked_since()), (3.0, 1.0, Some(1000.0)));
        assert_eq!((it.probe_pause(1000.5), it.probe_pause(1200.0)), (0.0, 2.0));
        assert!(!it.lets_by(1000.5) && it.lets_by(1200.0));
        assert!(!it.is_measured());
        assert!(it.next_turn(1000.0, 3.0) > 1000.0);
        let mut told = Pace::new(Kind::Paced, 1.0);
        told.believe(0.0, Belief { rate: 20.0, burst: Some(5.0), available: 5.0, age: Some(1.0) });
        assert!(told.is_measured() && told.learned(0.0).is_some());
    }

    #[test]
    fn an_adaptive_rate_knows_none_of_them() {
        let mut it = throttled(Kind::Adaptive);
        assert_eq!((it.per_send(), it.part(), it.blocked_since()), (1.0, 1.0, None));
        assert_eq!((it.probe_pause(1200.0), it.is_measured()), (0.0, false));
        assert!(!it.lets_by(1200.0));
        assert!(it.next_turn(1000.0, 3.0) > 1000.0);
        it.believe(0.0, Belief { rate: 20.0, burst: Some(5.0), available: 5.0, age: Some(1.0) });
        assert!(it.learned(0.0).is_none());
    }
}
