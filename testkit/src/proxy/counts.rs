//! The numbers of requests, by their outcome.

use std::iter::Sum;
use std::ops::AddAssign;

/// Requests, counted as their answers leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub received: usize,
    pub answered: usize,
    pub throttled: usize,
    /// Throttled requests that arrived after the first refusal of their like had left: the client
    /// could know.
    pub beyond_burst: usize,
    pub faults: usize,
    /// Errors of any other kind.
    pub refused: usize,
    /// Their connection was lost.
    pub dropped: usize,
    /// Requests that had been sent before: the same caller, operation and body.
    pub repeated: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.received += other.received;
        self.answered += other.answered;
        self.throttled += other.throttled;
        self.beyond_burst += other.beyond_burst;
        self.faults += other.faults;
        self.refused += other.refused;
        self.dropped += other.dropped;
        self.repeated += other.repeated;
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |mut sum, it| {
            sum += it;
            sum
        })
    }
}
