//! The calls that wait for their turn, and how much they take.

use std::collections::BTreeMap;
use std::collections::btree_map::{OccupiedEntry, RangeMut};
use std::ops::RangeFrom;

/// A call that waits.
#[derive(Debug)]
pub(super) struct InLine<W> {
    /// The time at which it was told to ask again, in seconds.
    pub(super) due: f64,
    /// Units of the quota that its attempt takes.
    pub(super) cost: f64,
    pub(super) waker: W,
}

/// The calls that wait for their turn, in order, and the units that they take.
#[derive(Debug)]
pub(super) struct Waiters<W> {
    pub(super) calls: BTreeMap<u64, InLine<W>>,
    pub(super) units: f64,
}

impl<W> Waiters<W> {
    pub(super) const fn new() -> Self {
        Self { calls: BTreeMap::new(), units: 0.0 }
    }

    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    /// The head, and its place.
    pub(super) fn first(&self) -> Option<(&u64, &InLine<W>)> {
        self.calls.first_key_value()
    }

    pub(super) fn first_mut(&mut self) -> Option<&mut InLine<W>> {
        self.calls.first_entry().map(OccupiedEntry::into_mut)
    }

    /// The place of the last call.
    pub(super) fn last(&self) -> Option<u64> {
        self.calls.last_key_value().map(|(last, _)| *last)
    }

    pub(super) fn range_mut(&mut self, places: RangeFrom<u64>) -> RangeMut<'_, u64, InLine<W>> {
        self.calls.range_mut(places)
    }

    /// The call takes its place in the line. Returns its former waker.
    pub(super) fn insert(&mut self, place: u64, it: InLine<W>) -> Option<W> {
        self.units += it.cost;
        let former = self.calls.insert(place, it)?;
        self.units -= former.cost;
        Some(former.waker)
    }

    pub(super) fn remove(&mut self, place: u64) -> Option<InLine<W>> {
        let it = self.calls.remove(&place)?;
        // Sums of fractions drift.
        self.units = if self.calls.is_empty() { 0.0 } else { (self.units - it.cost).max(0.0) };
        Some(it)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(cost: f64, waker: u32) -> InLine<u32> {
        InLine { due: 0.0, cost, waker }
    }

    #[test]
    fn the_units_are_those_of_the_calls_in_line() {
        let mut it = Waiters::new();
        assert_eq!((it.insert(7, call(2.0, 1)), it.insert(9, call(5.0, 2))), (None, None));
        assert_eq!((it.units, it.len(), it.last()), (7.0, 2, Some(9)));
        // The same call again, with another cost.
        assert_eq!(it.insert(7, call(3.0, 3)), Some(1));
        assert_eq!(it.units, 8.0);
        assert!(it.remove(8).is_none());
        assert_eq!(it.remove(7).map(|it| it.waker), Some(3));
        assert_eq!((it.units, it.first().map(|it| *it.0)), (5.0, Some(9)));
        // Sums of fractions drift, but not below nothing, and not beyond the last call.
        it.units = 4.0;
        it.insert(10, call(0.0, 4));
        it.remove(9);
        assert_eq!(it.units, 0.0);
        it.units = 1e-9;
        it.remove(10);
        assert_eq!(it.units, 0.0);
    }
}
