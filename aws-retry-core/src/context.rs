//! What code inside an attempt can learn of its call: a frame in a thread-local, swapped in for the
//! length of one poll and out again, so that it follows the task and costs no allocation.

use std::cell::Cell;

/// What the attempt in progress tells the code inside it.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    /// The attempt's number, from 1. 0: no annotated call is in progress.
    pub attempt: u32,
}

thread_local! {
    static CURRENT: Cell<Frame> = const { Cell::new(Frame::NONE) };
}

/// Puts the surrounding frame back when it goes, also while a panic unwinds.
pub(crate) struct Entered<'a> {
    inside: &'a mut Frame,
}

impl Frame {
    /// The frame outside every annotated call.
    pub const NONE: Self = Self { attempt: 0 };

    /// Makes this the current frame until the guard goes.
    pub fn enter(&mut self) -> Entered<'_> {
        swap(self);
        Entered { inside: self }
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        swap(self.inside);
    }
}

fn swap(frame: &mut Frame) {
    // A thread that is going has no frames any more: nothing inside can ask for one either.
    let _ = CURRENT.try_with(|current| *frame = current.replace(std::mem::take(frame)));
}

/// Looks at the current frame.
pub(crate) fn with<T>(look: impl FnOnce(&mut Frame) -> T) -> T {
    let mut frame = CURRENT.try_with(Cell::take).unwrap_or_default();
    let seen = look(&mut frame);
    let _ = CURRENT.try_with(|current| current.set(frame));
    seen
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
