//! The task that is polled on this thread. A thread-local set by a poll would also reach the tasks that the
//! poll drives in turn (`block_on`, a `LocalSet`), so anything that belongs to one task is compared with
//! this.

/// The task that is being polled, or none. Without tokio, no code is in a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskId(#[cfg(feature = "tokio")] Option<tokio::task::Id>);

impl TaskId {
    /// No task.
    pub const NONE: Self = Self(
        #[cfg(feature = "tokio")]
        None,
    );

    /// The task that is being polled on this thread.
    #[inline]
    pub fn current() -> Self {
        Self(
            #[cfg(feature = "tokio")]
            tokio::task::try_id(),
        )
    }
}

#[cfg(all(test, feature = "tokio"))]
#[path = "task_tests.rs"]
mod tests;
