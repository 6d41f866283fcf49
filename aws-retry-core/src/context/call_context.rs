//! What code inside an attempt can learn of its call, and what it tells the call: a context in a
//! thread-local, swapped in for the length of one poll and out again, so that it follows the future and
//! costs no allocation.

use std::cell::Cell;
use std::mem::{self, ManuallyDrop};
use std::sync::Arc;

use crate::context::attempt_records::{AttemptRecord, AttemptRecords, Source};
use crate::decision::failure::Failure;

/// What the attempt in progress and the code inside it know of each other.
#[derive(Clone, Debug)]
pub(crate) struct CallContext {
    /// The attempt's number, from 1. 0: no annotated call is in progress.
    pub attempt: u32,
    /// Something must be done before attempts. (The call's own matter, as the next two: here is room that
    /// its future, which should be small, need not have elsewhere.)
    pub needs_setup: bool,
    /// It has not been done yet for this attempt.
    pub setup_pending: bool,
    /// The call's waits block the thread.
    pub blocking: bool,
    /// What the code inside recorded. Shared with the tasks that [`in_call`] sent out.
    records: Option<Arc<AttemptRecords>>,
}

/// The part of a frame that code inside sees. Two cells, since what was just written in parts is slow to
/// read back as a whole.
struct Current {
    attempt: Cell<u32>,
    // Whoever swaps a frame in swaps it out again, so that nothing is left to drop when the thread ends.
    records: Cell<ManuallyDrop<Option<Arc<AttemptRecords>>>>,
}

thread_local! {
    static CURRENT: Current = const {
        Current { attempt: Cell::new(0), records: Cell::new(ManuallyDrop::new(None)) }
    };
}

/// Puts the surrounding frame back when it goes, also while a panic unwinds.
pub(crate) struct Entered<'a> {
    inside: &'a mut CallContext,
}

impl CallContext {
    /// The frame outside every annotated call.
    pub const NONE: Self = Self {
        attempt: 0,
        needs_setup: false,
        setup_pending: false,
        blocking: false,
        records: None,
    };

    /// The frame of a call.
    pub const fn new(needs_setup: bool) -> Self {
        Self { needs_setup, ..Self::NONE }
    }

    /// Makes this the current frame until the guard goes.
    #[inline]
    pub fn enter(&mut self) -> Entered<'_> {
        swap(self);
        Entered { inside: self }
    }

    /// Whether an attempt is in progress.
    pub const fn is_in_call(&self) -> bool {
        self.attempt > 0
    }

    /// The records, made if there are none.
    pub fn records(&mut self) -> &Arc<AttemptRecords> {
        let attempt = self.attempt;
        self.records.get_or_insert_with(|| Arc::new(AttemptRecords::new(attempt)))
    }

    /// Adds a record.
    pub fn add(&mut self, record: AttemptRecord) {
        let attempt = self.attempt;
        self.records().add(attempt, record);
    }

    /// An operation of the SDK succeeded.
    #[cfg(feature = "sdk")]
    pub fn succeeded(&self, execution: Option<u64>) {
        if let Some(records) = &self.records {
            records.succeeded(self.attempt, execution);
        }
    }

    /// Whether the call's own list names this code as a throttle. Known once an attempt has failed.
    #[cfg(feature = "sdk")]
    pub fn calls_throttle(&self, code: &str) -> bool {
        self.records.as_ref().is_some_and(|records| records.calls_throttle(code))
    }

    /// Whether an operation of the SDK must not be sent, because the call's deadline has passed.
    #[cfg(feature = "sdk")]
    pub fn refuses(&self) -> bool {
        self.records.as_ref().is_some_and(|records| records.refuses())
    }

    /// Whether there are any.
    #[inline]
    pub const fn has_records(&self) -> bool {
        self.records.is_some()
    }

    /// The records, if there are any.
    pub fn shared_records(&self) -> Option<Arc<AttemptRecords>> {
        self.records.clone()
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        swap(self.inside);
    }
}

#[inline]
fn swap(frame: &mut CallContext) {
    CURRENT.with(|current| {
        frame.attempt = current.attempt.replace(frame.attempt);
        let entering = ManuallyDrop::new(frame.records.take());
        let leaving = ManuallyDrop::into_inner(current.records.replace(entering));
        // What `frame` holds now is `None`: forgetting it spares the hot path a drop.
        mem::forget(mem::replace(&mut frame.records, leaving));
    });
}

/// Looks at the current frame.
pub(crate) fn with<T>(look: impl FnOnce(&mut CallContext) -> T) -> T {
    let mut frame = CallContext::NONE;
    let inside = frame.enter();
    // What is inside is the surrounding frame; it goes back when the guard goes.
    look(inside.inside)
}

/// The number of the attempt in progress, from 1; 0 outside every annotated call.
///
/// ```
/// assert_eq!(aws_retry_core::attempt(), 0);
/// ```
#[must_use]
pub fn attempt() -> u32 {
    with(|frame| frame.attempt)
}

/// Tells the call around this one, if there is one, what this one gave up on.
pub(crate) fn gave_up(failure: &Failure<'_>) {
    with(|around| {
        if around.is_in_call() {
            let record = AttemptRecord::new(failure.to_owned(), Source::Inner);
            around.add(record);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_nest_and_come_back_after_a_panic() {
        let mut outer = CallContext { attempt: 1, ..CallContext::NONE };
        let _outer = outer.enter();
        assert_eq!(attempt(), 1);
        let panicked = std::panic::catch_unwind(|| {
            let mut inner = CallContext { attempt: 7, ..CallContext::NONE };
            let _inner = inner.enter();
            assert_eq!(attempt(), 7);
            panic!("inside");
        });
        assert!(panicked.is_err());
        assert_eq!(attempt(), 1);
    }

    #[test]
    fn a_frame_is_two_words() {
        assert!(size_of::<CallContext>() <= 2 * size_of::<usize>());
    }

    #[test]
    fn records_are_freed_with_their_call() {
        let mut frame = CallContext { attempt: 1, ..CallContext::NONE };
        {
            let _inside = frame.enter();
            gave_up(&Failure::throttled());
        }
        let records = Arc::downgrade(frame.records());
        drop(frame);
        assert!(records.upgrade().is_none());
    }
}
