//! The throttles of all members.

use std::collections::VecDeque;

/// Throttles that are remembered.
const MOST_MARKS: usize = 100;
/// Throttles within this many seconds are one.
const SAME_MARK: f64 = 0.02;
/// Round trips after which a send is answered.
pub(super) const ANSWERED_AFTER: f64 = 1.5;

/// The throttles of all members: at each of them, the bucket was empty.
#[derive(Debug)]
pub(super) struct Ledger {
    /// Times, in order.
    pub(super) marks: VecDeque<f64>,
    /// The throttle that the present cycle began with.
    pub(super) cut: f64,
    /// The newest throttle that a measure rests on, and the cycle in which it was made.
    pub(super) evaluated: f64,
    pub(super) epoch: u32,
}

impl Ledger {
    pub(super) const fn new() -> Self {
        Self { marks: VecDeque::new(), cut: 0.0, evaluated: f64::NEG_INFINITY, epoch: 0 }
    }

    /// Somebody was throttled.
    pub(super) fn mark(&mut self, at: f64) {
        let place = self.marks.partition_point(|mark| *mark < at - SAME_MARK);
        if self.marks.get(place).is_some_and(|mark| (mark - at).abs() <= SAME_MARK) {
            return;
        }
        self.marks.insert(place, at);
        if self.marks.len() > MOST_MARKS {
            self.marks.pop_front();
        }
    }
}
