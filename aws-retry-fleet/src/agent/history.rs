//! The sends of this process, as a staircase over time.

use std::collections::VecDeque;

/// Steps that are kept. At the finest grain they last six seconds.
const MOST_STEPS: usize = 640;

/// Units that this process sent, less those that were throttled, over time.
#[derive(Debug)]
pub(super) struct History {
    /// Units until `known_from`, before the first step.
    before: f64,
    known_from: f64,
    /// The beginning of each step (seconds), and all units up to its end.
    steps: VecDeque<(f64, f64)>,
}

impl History {
    /// `units` were sent before `now`, at times that are not known.
    pub(super) const fn new(now: f64, units: f64) -> Self {
        Self { before: units, known_from: now, steps: VecDeque::new() }
    }

    /// Units until the earliest time that is known.
    pub(super) const fn oldest(&self) -> f64 {
        self.before
    }

    pub(super) fn total(&self) -> f64 {
        self.steps.back().map_or(self.before, |step| step.1)
    }

    /// Sent `units` more. Sends within `grain` seconds are one step.
    pub(super) fn add(&mut self, now: f64, units: f64, grain: f64) {
        let total = self.total() + units;
        match self.steps.back_mut() {
            Some(last) if now <= last.0 + grain => last.1 = total,
            _ => self.steps.push_back((now, total)),
        }
        if self.steps.len() > MOST_STEPS
            && let Some((at, total)) = self.steps.pop_front()
        {
            (self.known_from, self.before) = (at, total);
        }
    }

    /// The send at `at` took so many units more than it was counted with. It was not counted if it is older than the
    /// history and its units are not among those before.
    pub(super) fn correct(&mut self, at: f64, mut units: f64) {
        let after = self.steps.partition_point(|step| step.0 <= at);
        if after == 0 {
            units = units.max(-self.before);
            self.before += units;
        }
        self.steps.range_mut(after.saturating_sub(1)..).for_each(|step| step.1 += units);
    }

    /// Units until `at`, if that is still known.
    pub(super) fn at(&self, at: f64) -> Option<f64> {
        if at < self.known_from {
            return None;
        }
        let after = self.steps.partition_point(|step| step.0 <= at);
        Some(after.checked_sub(1).and_then(|i| self.steps.get(i)).map_or(self.before, |it| it.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throttle_counts_from_its_send_on() {
        let mut history = History::new(10.0, 3.0);
        history.add(11.0, 1.0, 0.01);
        history.add(11.005, 1.0, 0.01);
        history.add(12.0, 1.0, 0.01);
        assert_eq!(
            [9.9, 10.5, 11.5, 12.5].map(|at| history.at(at)),
            [None, Some(3.0), Some(5.0), Some(6.0)]
        );
        history.correct(11.005, -1.0);
        assert_eq!([10.5, 11.5, 12.5].map(|at| history.at(at)), [3.0, 4.0, 5.0].map(Some));
        // Sent before the history began.
        history.correct(9.0, -1.0);
        assert_eq!([10.5, 11.5, 12.5].map(|at| history.at(at)), [2.0, 3.0, 4.0].map(Some));
    }

    #[test]
    fn a_throttle_of_a_send_that_was_not_counted_does_not_count() {
        let mut history = History::new(10.0, 1.0);
        history.add(11.0, 1.0, 0.01);
        for _ in 0..5 {
            history.correct(9.0, -1.0);
        }
        assert_eq!([10.5, 11.5].map(|at| history.at(at)), [0.0, 1.0].map(Some));
    }

    #[test]
    fn old_steps_are_forgotten_and_their_units_are_not() {
        let mut history = History::new(0.0, 0.0);
        for i in 0..1000_u16 {
            history.add(f64::from(i), 1.0, 0.01);
        }
        assert_eq!(history.at(100.0), None);
        assert_eq!(history.at(999.5), Some(1000.0));
        assert_eq!(history.at(500.5), Some(501.0));
    }
}
