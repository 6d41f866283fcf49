//! The results of a batch.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::decision::failure::Failure;
use crate::decision::reason::Reason;
use crate::decision::shown::{Quoted, Word};

/// The results of all items of a batch. Each item is in exactly one of the three lists, and each list is in
/// the order of the items.
#[must_use = "a batch may hold items that failed or were not sent"]
#[non_exhaustive]
pub struct Batch<I, T, E> {
    /// The accepted items: the position of each among the items, from 0, and its value.
    pub done: Vec<(usize, T)>,
    /// The items that were sent and not accepted.
    pub failed: Vec<FailedItem<I, E>>,
    /// The items that were never sent, because the deadline passed, or because no item can succeed: with
    /// their positions.
    pub unsent: Vec<(usize, I)>,
}

/// An item that was sent and not accepted.
#[non_exhaustive]
pub struct FailedItem<I, E> {
    /// Its position among the items, from 0.
    pub index: usize,
    /// The item.
    pub item: I,
    /// The last failure: that of the item's part of an answer, or of the whole request.
    pub failure: Failure<'static>,
    /// The error of the last request that contained the item, if that request failed as a whole. The items of
    /// the request share it.
    pub error: Option<Arc<E>>,
    /// The reason for which it is not sent again.
    pub reason: Reason,
    /// The attempts that contained it.
    pub attempts: u32,
}

impl<I, T, E> Batch<I, T, E> {
    /// Whether all items were accepted.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.unsent.is_empty()
    }

    /// The values of all items, in their order.
    ///
    /// # Errors
    /// The batch itself, if an item failed or was not sent.
    pub fn complete(self) -> Result<Vec<T>, Incomplete<I, T, E>> {
        if self.is_complete() {
            Ok(self.done.into_iter().map(|(_, value)| value).collect())
        } else {
            Err(Incomplete(self))
        }
    }
}

/// A [`Batch`] in which items failed or were not sent.
pub struct Incomplete<I, T, E>(pub Batch<I, T, E>);

// Numbers only: items are arguments, which are not logged.

impl<I, T, E> fmt::Debug for Batch<I, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("done", &self.done.len())
            .field("failed", &self.failed)
            .field("unsent", &self.unsent.len())
            .finish()
    }
}

impl<I, E> fmt::Debug for FailedItem<I, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailedItem")
            .field("index", &self.index)
            .field("code", &self.failure.code().map(Quoted))
            .field("reason", &self.reason)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

impl<I, T, E> fmt::Debug for Incomplete<I, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Incomplete").field(&self.0).finish()
    }
}

impl<I, T, E> fmt::Display for Incomplete<I, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Batch { done, failed, unsent } = &self.0;
        let all = done.len() + failed.len() + unsent.len();
        write!(f, "of {all} items {} failed and {} were not sent", failed.len(), unsent.len())?;
        let Some(first) = failed.first() else { return Ok(()) };
        write!(f, "; item {} failed with ", first.index)?;
        match first.failure.code() {
            Some(code) => write!(f, "{} ({})", Word(code), first.reason),
            None => write!(f, "no code ({})", first.reason),
        }
    }
}

impl<I, T, E: Error + 'static> Error for Incomplete<I, T, E> {
    /// The error of the first item that failed with its whole request.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.failed.iter().find_map(|it| it.error.as_deref()).map(|error| error as _)
    }
}
