//! The items of a batch: those that wait, and the ends of the others.

use std::sync::Arc;

use super::outcome::{Batch, FailedItem};
use crate::decision::batch::{ChunkLimits, Sends};
use crate::decision::failure::Failure;
use crate::decision::reason::Reason;

/// An item in a request, or between two.
#[derive(Debug)]
pub(super) struct Sending {
    pub index: usize,
    pub sends: Sends,
    /// Its last failure, if it has been sent before.
    pub last: Option<Box<Failure<'static>>>,
}

/// The end of an item.
enum End<T, E> {
    Done(T),
    Failed { failure: Box<Failure<'static>>, error: Option<Arc<E>>, reason: Reason, attempts: u32 },
}

/// Shared by the lanes of a batch.
pub(super) struct Work<I, T, E> {
    items: Vec<I>,
    /// The bytes of each item; empty if they do not count.
    sizes: Vec<usize>,
    /// The units of the quota that each item takes; empty if a request takes one.
    costs: Vec<f64>,
    limits: ChunkLimits,
    /// The first item that was never part of a request.
    next: usize,
    ends: Vec<Option<End<T, E>>>,
    /// No further item is to be sent.
    pub stopped: bool,
}

impl<I, T, E> Work<I, T, E> {
    pub fn new(items: Vec<I>, sizes: Vec<usize>, costs: Vec<f64>, limits: ChunkLimits) -> Self {
        let ends = items.iter().map(|_| None).collect();
        Self { items, sizes, costs, limits, next: 0, ends, stopped: false }
    }

    fn size(&self, index: usize) -> usize {
        self.sizes.get(index).copied().unwrap_or_default()
    }

    /// Adds items that were never sent to `chunk`, as long as they fit.
    pub fn refill(&mut self, chunk: &mut Vec<Sending>) {
        let mut bytes = chunk.iter().map(|it| self.size(it.index)).fold(0, usize::saturating_add);
        while self.next < self.items.len() {
            let (index, size) = (self.next, self.size(self.next));
            if !self.limits.fits(chunk.len(), bytes, size) {
                break;
            }
            bytes = bytes.saturating_add(size);
            chunk.push(Sending { index, sends: Sends::default(), last: None });
            self.next += 1;
        }
    }

    /// The units of the quota that these items take, if items have a cost.
    pub fn cost<'s>(&self, items: impl IntoIterator<Item = &'s Sending>) -> Option<f64> {
        let cost = |item: &Sending| self.costs.get(item.index);
        (!self.costs.is_empty()).then(|| items.into_iter().filter_map(cost).sum())
    }

    /// The items of a chunk.
    pub fn items(&self, chunk: &[Sending]) -> Vec<&I> {
        chunk.iter().filter_map(|it| self.items.get(it.index)).collect()
    }

    pub fn done(&mut self, item: &Sending, value: T) {
        self.end(item.index, End::Done(value));
    }

    /// The item is not sent again. One that was never sent has no end.
    pub fn failed(&mut self, item: Sending, error: Option<&Arc<E>>, reason: Reason) {
        if let Some(failure) = item.last {
            let (error, attempts) = (error.cloned(), item.sends.attempts);
            self.end(item.index, End::Failed { failure, error, reason, attempts });
        }
    }

    fn end(&mut self, index: usize, end: End<T, E>) {
        if let Some(slot) = self.ends.get_mut(index) {
            *slot = Some(end);
        }
    }

    pub fn into_batch(self) -> Batch<I, T, E> {
        let mut batch = Batch { done: Vec::new(), failed: Vec::new(), unsent: Vec::new() };
        for (index, (item, end)) in self.items.into_iter().zip(self.ends).enumerate() {
            match end {
                Some(End::Done(value)) => batch.done.push((index, value)),
                Some(End::Failed { failure, error, reason, attempts }) => {
                    let failure = *failure;
                    batch.failed.push(FailedItem { index, item, failure, error, reason, attempts });
                }
                None => batch.unsent.push((index, item)),
            }
        }
        batch
    }
}
