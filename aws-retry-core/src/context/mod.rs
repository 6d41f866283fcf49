//! What code inside an attempt can learn of its call, and what it tells the call: a frame in a
//! thread-local, swapped in for the length of one poll and out again, so that it follows the task and
//! costs no allocation.

pub(crate) mod ambient;
mod in_call;
mod notes;
mod token;

pub use in_call::{InCall, in_call};
#[cfg(feature = "sdk")]
pub(crate) use notes::Sent;
pub(crate) use notes::{Note, Notes, Source};
pub use token::client_token;

use std::cell::Cell;
use std::mem::{self, ManuallyDrop};
use std::sync::Arc;

use crate::decision::failure::Failure;

/// What the attempt in progress and the code inside it know of each other.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// The attempt's number, from 1. 0: no annotated call is in progress.
    pub attempt: u32,
    /// Something must be done before attempts. (The call's own matter, as the next two: here is room that
    /// its future, which should be small, need not have elsewhere.)
    pub needs_setup: bool,
    /// It has not been done yet for this attempt.
    pub setup_pending: bool,
    /// The call's waits block the thread.
    pub blocking: bool,
    /// What the code inside noted. Shared with the tasks that [`in_call`] sent out.
    notes: Option<Arc<Notes>>,
}

/// The part of a frame that code inside sees. Two cells, since what was just written in parts is slow to
/// read back as a whole.
struct Current {
    attempt: Cell<u32>,
    // Whoever swaps a frame in swaps it out again, so that nothing is left to drop when the thread ends.
    notes: Cell<ManuallyDrop<Option<Arc<Notes>>>>,
}

thread_local! {
    static CURRENT: Current = const {
        Current { attempt: Cell::new(0), notes: Cell::new(ManuallyDrop::new(None)) }
    };
}

/// Puts the surrounding frame back when it goes, also while a panic unwinds.
pub(crate) struct Entered<'a> {
    inside: &'a mut Frame,
}

impl Frame {
    /// The frame outside every annotated call.
    pub const NONE: Self =
        Self { attempt: 0, needs_setup: false, setup_pending: false, blocking: false, notes: None };

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

    /// The notes, made if there are none.
    pub fn notes(&mut self) -> &Arc<Notes> {
        let attempt = self.attempt;
        self.notes.get_or_insert_with(|| Arc::new(Notes::new(attempt)))
    }

    /// Adds a note.
    pub fn add(&mut self, note: Note) {
        let attempt = self.attempt;
        self.notes().add(attempt, note);
    }

    /// An operation of the SDK succeeded.
    #[cfg(feature = "sdk")]
    pub fn succeeded(&self, execution: Option<u64>) {
        if let Some(notes) = &self.notes {
            notes.succeeded(self.attempt, execution);
        }
    }

    /// Whether the call's own list names this code as a throttle. Known once an attempt has failed.
    #[cfg(feature = "sdk")]
    pub fn calls_throttle(&self, code: &str) -> bool {
        self.notes.as_ref().is_some_and(|notes| notes.calls_throttle(code))
    }

    /// Whether there are any.
    #[inline]
    pub const fn has_notes(&self) -> bool {
        self.notes.is_some()
    }

    /// The notes, if there are any.
    pub fn shared_notes(&self) -> Option<Arc<Notes>> {
        self.notes.clone()
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        swap(self.inside);
    }
}

#[inline]
fn swap(frame: &mut Frame) {
    CURRENT.with(|current| {
        frame.attempt = current.attempt.replace(frame.attempt);
        let entering = ManuallyDrop::new(frame.notes.take());
        let leaving = ManuallyDrop::into_inner(current.notes.replace(entering));
        // What `frame` holds now is `None`: forgetting it spares the hot path a drop.
        mem::forget(mem::replace(&mut frame.notes, leaving));
    });
}

/// Looks at the current frame.
pub(crate) fn with<T>(look: impl FnOnce(&mut Frame) -> T) -> T {
    let mut frame = Frame::NONE;
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
            let note = Note::new(failure.to_owned(), Source::Inner);
            around.add(note);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_nest_and_come_back_after_a_panic() {
        let mut outer = Frame { attempt: 1, ..Frame::NONE };
        let _outer = outer.enter();
        assert_eq!(attempt(), 1);
        let panicked = std::panic::catch_unwind(|| {
            let mut inner = Frame { attempt: 7, ..Frame::NONE };
            let _inner = inner.enter();
            assert_eq!(attempt(), 7);
            panic!("inside");
        });
        assert!(panicked.is_err());
        assert_eq!(attempt(), 1);
    }

    #[test]
    fn a_frame_is_two_words() {
        assert!(size_of::<Frame>() <= 2 * size_of::<usize>());
    }

    #[test]
    fn notes_are_freed_with_their_call() {
        let mut frame = Frame { attempt: 1, ..Frame::NONE };
        {
            let _inside = frame.enter();
            gave_up(&Failure::throttled());
        }
        let notes = Arc::downgrade(frame.notes());
        drop(frame);
        assert!(notes.upgrade().is_none());
    }
}
