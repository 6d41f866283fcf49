//! The exchange between a call and the code inside its attempt. It is a context in a thread-local, swapped in
//! for the length of one poll and out again, so that it follows the future and costs no allocation. It
//! belongs to the task whose poll swapped it in: another task that this poll drives in turn does not see it.

use std::cell::Cell;
use std::mem::{self, ManuallyDrop};
use std::sync::Arc;

use crate::context::attempt_records::{AttemptRecord, AttemptRecords, RecordedBy};
#[cfg(feature = "sdk")]
use crate::context::sdk_requests::SdkRequests;
use crate::context::task::TaskId;
use crate::decision::failure::{Failure, Kind};
use crate::sync::per_thread;

/// The facts that the attempt in progress and the code inside it share.
#[derive(Clone, Debug)]
pub(crate) struct CallContext {
    /// The attempt's number, from 1. 0 if no annotated call is in progress.
    pub attempt: u32,
    /// How far the call is. (This and the next field concern the call alone. They are here because there is
    /// room; the call's future, which should be small, would need extra room for them.)
    pub stage: Stage,
    /// The call's waits block the thread.
    pub blocking: bool,
    /// The records of the code inside. Shared with the tasks of [`in_call`].
    records: Option<Arc<AttemptRecords>>,
}

/// How far a call is, and whether anything but its body concerns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// No attempt has begun. It is not known yet whether something must be done before the first.
    Fresh,
    /// An attempt runs whose call has neither a state nor records: one look at this on each poll, and one at
    /// the end, spare it the rest.
    Plain,
    /// An attempt runs.
    Begun,
    /// The same with a span, which each poll enters.
    InSpan,
    /// The next attempt has not begun, and something must be done before it.
    New,
    /// That is being done.
    Setup,
}

/// The part of a context that the code inside sees. Separate cells, since a value whose parts were just
/// written is slow to read back as a whole.
struct CurrentContext {
    attempt: Cell<u32>,
    // Each context that is swapped in is swapped out again, so nothing is left to drop when the thread ends.
    records: Cell<ManuallyDrop<Option<Arc<AttemptRecords>>>>,
    task: Cell<TaskId>,
    /// A call was polled here since the last look.
    called: Cell<bool>,
}

per_thread! {
    static CURRENT: CurrentContext = const {
        CurrentContext {
            attempt: Cell::new(0),
            records: Cell::new(ManuallyDrop::new(None)),
            task: Cell::new(TaskId::NONE),
            called: Cell::new(false),
        }
    };
}

/// The surroundings of a call that is polled, but for their records, which the call's context holds meanwhile.
#[derive(Clone, Copy)]
pub(crate) struct Around {
    attempt: u32,
    task: TaskId,
}

/// Restores the surrounding context when it is dropped, even while a panic unwinds.
pub(crate) struct InContext<'a> {
    inside: &'a mut CallContext,
    around: TaskId,
    /// The entered code is a call that is polled, not code that looks around or joins in.
    call: bool,
}

impl CallContext {
    /// The context outside every annotated call.
    pub const NONE: Self = Self { attempt: 0, stage: Stage::Fresh, blocking: false, records: None };

    /// Makes this the current context while its call runs, until the guard is dropped.
    #[inline]
    pub fn enter(&mut self) -> InContext<'_> {
        let around = swap(self, TaskId::current());
        InContext { inside: self, around, call: true }
    }

    /// Makes this the current context while its call is polled, until [`CallContext::swap_out`].
    #[inline]
    pub fn swap_in(&mut self) -> Around {
        let task = TaskId::current();
        CURRENT.with(|current| {
            current.swap_records(&mut self.records);
            let attempt = current.attempt.replace(self.attempt);
            Around { attempt, task: current.task.replace(task) }
        })
    }

    /// Restores the surroundings of a call.
    #[inline]
    pub fn swap_out(&mut self, around: Around) {
        CURRENT.with(|current| {
            current.swap_records(&mut self.records);
            current.attempt.set(around.attempt);
            current.task.set(around.task);
            current.called.set(true);
        });
        if self.records.is_some() {
            self.found_records();
        }
    }

    /// A call with records is not plain.
    #[cold]
    fn found_records(&mut self) {
        if self.stage == Stage::Plain {
            self.stage = Stage::Begun;
        }
    }

    /// From now on every attempt has a state to look at.
    pub fn has_state(&mut self) {
        self.stage = match self.stage {
            Stage::Fresh => Stage::New,
            Stage::Plain => Stage::Begun,
            stage => stage,
        };
    }

    /// Makes this the current context for code that is not itself a call, until the guard is dropped.
    pub fn join(&mut self) -> InContext<'_> {
        let around = swap(self, TaskId::current());
        InContext { inside: self, around, call: false }
    }

    /// Whether an attempt is in progress. A task of [`in_call`](crate::in_call) can outlive its call.
    pub fn is_in_call(&self) -> bool {
        self.attempt > 0 && !self.records.as_ref().is_some_and(|records| records.has_ended())
    }

    /// The call is over: the tasks that it spawned are on their own.
    pub fn end(&mut self) {
        if let Some(records) = self.records.take() {
            records.end();
            #[cfg(feature = "sdk")]
            with(|around| {
                if around.is_in_call() {
                    around.records().sdk().on_inner(&records.sdk());
                }
            });
        }
    }

    /// The records, created if there are none.
    pub fn records(&mut self) -> &Arc<AttemptRecords> {
        let attempt = self.attempt;
        self.records.get_or_insert_with(|| Arc::new(AttemptRecords::new(attempt)))
    }

    /// Adds a record.
    pub fn add(&mut self, record: AttemptRecord) {
        let attempt = self.attempt;
        self.records().add(attempt, record);
    }

    /// An SDK operation succeeded.
    #[cfg(feature = "sdk")]
    pub fn succeeded(&self, execution: u64) {
        if let Some(records) = &self.records {
            records.succeeded(self.attempt, execution);
        }
    }

    /// Reads the requests of the call, or adds to them.
    #[cfg(feature = "sdk")]
    pub fn sdk_requests<T>(&mut self, look: impl FnOnce(&mut SdkRequests) -> T) -> T {
        look(&mut self.records().sdk())
    }

    /// Whether an SDK operation must not be sent because the call's deadline has passed.
    #[cfg(feature = "sdk")]
    pub fn refuses(&self) -> bool {
        self.records.as_ref().is_some_and(|records| records.refuses())
    }

    /// Whether the deadline has passed while the SDK retried: the attempt sends no further operation.
    #[cfg(feature = "sdk")]
    pub fn is_late(&mut self) -> bool {
        let late = self.records.as_ref().is_some_and(|records| records.sdk().is_late());
        if late {
            let records = self.records();
            records.refuse();
            records.refuses();
        }
        late
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

impl Drop for InContext<'_> {
    #[inline]
    fn drop(&mut self) {
        swap(self.inside, self.around);
        if self.call {
            CURRENT.with(|current| current.called.set(true));
            if self.inside.records.is_some() {
                self.inside.found_records();
            }
        }
    }
}

/// Runs `poll`, and says whether a call was polled inside it.
#[cfg(feature = "sdk")]
pub(crate) fn watch_calls<T>(poll: impl FnOnce() -> T) -> (T, bool) {
    let before = CURRENT.with(|current| current.called.replace(false));
    let polled = poll();
    let called = CURRENT.with(|current| current.called.get());
    CURRENT.with(|current| current.called.set(before || called));
    (polled, called)
}

/// Exchanges `context` and the current one, which then belongs to `task`; returns the task to which it
/// belonged before.
#[inline]
fn swap(context: &mut CallContext, task: TaskId) -> TaskId {
    CURRENT.with(|current| {
        context.attempt = current.attempt.replace(context.attempt);
        current.swap_records(&mut context.records);
        current.task.replace(task)
    })
}

impl CurrentContext {
    #[inline]
    fn swap_records(&self, records: &mut Option<Arc<AttemptRecords>>) {
        let entering = ManuallyDrop::new(records.take());
        let leaving = ManuallyDrop::into_inner(self.records.replace(entering));
        // `records` are `None` now: forgetting them spares the hot path a drop.
        mem::forget(mem::replace(records, leaving));
    }
}

/// Gives access to the current context: the one around the code that asks, if it belongs to the same task.
pub(crate) fn with<T>(look: impl FnOnce(&mut CallContext) -> T) -> T {
    let mut context = CallContext::NONE;
    if CURRENT.with(|current| current.task.get()) != TaskId::current() {
        return look(&mut context);
    }
    let inside = context.join();
    // The guard holds the surrounding context now, and restores it when it is dropped.
    look(inside.inside)
}

/// The number of the attempt in progress, from 1; 0 outside every annotated call.
///
/// ```
/// assert_eq!(aws_retry_core::attempt(), 0);
/// ```
#[must_use]
pub fn attempt() -> u32 {
    with(|context| if context.is_in_call() { context.attempt } else { 0 })
}

/// Tells the surrounding call, if there is one, the failure on which this one gave up, and its kind.
pub(crate) fn gave_up(failure: &Failure<'_>, kind: Kind) {
    with(|around| {
        if around.is_in_call() {
            around.add(AttemptRecord::new(failure.to_owned(), kind, RecordedBy::Inner));
        }
    });
}

/// Tells the surrounding call, if there is one, that this one counts the requests.
pub(crate) fn told_of_requests() {
    with(|around| {
        if around.is_in_call() {
            around.records().sdk().called_inside = true;
        }
    });
}

#[cfg(aws_retry_loom)]
#[path = "call_context_loom.rs"]
pub mod model;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_nest_and_come_back_after_a_panic() {
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

    /// A plain call would not free its state.
    #[test]
    fn a_call_with_a_state_is_not_plain() {
        for (stage, with_state) in [
            (Stage::Fresh, Stage::New),
            (Stage::Plain, Stage::Begun),
            (Stage::Begun, Stage::Begun),
            (Stage::InSpan, Stage::InSpan),
            (Stage::New, Stage::New),
            (Stage::Setup, Stage::Setup),
        ] {
            let mut context = CallContext { stage, ..CallContext::NONE };
            context.has_state();
            assert_eq!(context.stage, with_state);
        }
    }

    #[test]
    fn a_context_is_two_words() {
        assert!(size_of::<CallContext>() <= 2 * size_of::<usize>());
    }

    #[test]
    fn records_are_freed_with_their_call() {
        let mut context = CallContext { attempt: 1, ..CallContext::NONE };
        {
            let _inside = context.enter();
            gave_up(&Failure::throttled(), Kind::Throttled);
        }
        let records = Arc::downgrade(context.records());
        drop(context);
        assert!(records.upgrade().is_none());
    }
}
