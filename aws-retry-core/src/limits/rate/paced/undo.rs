//! Undoes a decrease if the call that caused it turns out to be refused alone.

use super::phase::Phase;
use crate::limits::rate::Dispatch;
use crate::limits::rate::quota_meter::QuotaMeter;

/// The most calls that may wait for one undo, of which it is not yet known whether they are refused alone.
const MOST_CAUSES: usize = 4;

/// The state before a decrease.
#[derive(Debug)]
pub(super) struct Before {
    /// The first refused sends of the calls that caused it, as long as it is not known whether these are
    /// refused alone.
    causes: [Option<u64>; MOST_CAUSES],
    /// Of the known causes: those refused alone, less those that passed later.
    balance: i32,
    pub(super) phase: Phase,
    pub(super) meter: QuotaMeter,
}

impl Before {
    pub(super) fn new(cause: u64, phase: Phase, meter: QuotaMeter) -> Self {
        let mut it = Self { causes: [None; MOST_CAUSES], balance: 0, phase, meter };
        it.causes[0] = Some(cause);
        it
    }

    /// Another throttle. False if the list is full.
    pub(super) fn add(&mut self, cause: u64) -> bool {
        let free = self.causes.iter_mut().find(|it| it.is_none());
        free.map(|it| *it = Some(cause)).is_some()
    }

    pub(super) fn is_caused_by(&self, cause: u64) -> bool {
        self.causes.contains(&Some(cause))
    }

    /// It is now known whether a cause is refused alone. Once all are known: whether most were.
    pub(super) fn resolve(&mut self, cause: Dispatch, alone: bool) -> Option<bool> {
        let known = self.causes.iter_mut().find(|it| **it == Some(cause.id))?;
        *known = None;
        self.balance += if alone { 1 } else { -1 };
        if alone {
            self.meter.refused_alone(cause);
        }
        (self.causes == [None; MOST_CAUSES]).then_some(self.balance > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Caused by calls 1, 2 and so on.
    fn before(causes: u64) -> Before {
        let of = Dispatch::of_one;
        let mut meter = QuotaMeter::NONE;
        [of(0, 0.0), of(20, 20.0)].into_iter().for_each(|send| meter.throttled(send));
        let mut it = Before::new(1, Phase::Fleet, meter);
        assert!((2..=causes).all(|cause| it.add(cause)));
        it
    }

    fn resolve(it: &mut Before, alone: &[bool]) -> Option<bool> {
        let resolved =
            |(cause, alone): (u64, &bool)| it.resolve(Dispatch::of_one(cause, 0.0), *alone);
        (1..).zip(alone).map(resolved).last().unwrap()
    }

    #[test]
    fn it_is_undone_if_most_of_its_causes_were_refused_alone() {
        for (alone, undone) in [
            (&[true][..], true),
            (&[false], false),
            (&[true, false], false),
            (&[true, true, false], true),
            (&[true, false, false], false),
        ] {
            let mut it = before(alone.len() as u64);
            assert_eq!(resolve(&mut it, alone), Some(undone), "{alone:?}");
        }
        assert_eq!(resolve(&mut before(3), &[true, true]), None, "one is not known yet");
        assert_eq!(before(1).resolve(Dispatch::of_one(7, 0.0), true), None, "it caused nothing");
    }

    #[test]
    fn at_most_four_causes() {
        let mut it = before(4);
        assert!(!it.add(5));
        assert!((1..=4).all(|cause| it.is_caused_by(cause)) && !it.is_caused_by(5));
    }

    #[test]
    fn the_meter_forgets_the_sends_refused_alone() {
        let accepted = |it: &Before| it.meter.measure().unwrap().accepted;
        let mut it = before(2);
        let all = accepted(&it);
        it.resolve(Dispatch::of_one(1, 0.0), true);
        assert_eq!(accepted(&it), all - 1.0);
        it.resolve(Dispatch::of_one(2, 0.0), false);
        assert_eq!(accepted(&it), all - 1.0);
    }
}
