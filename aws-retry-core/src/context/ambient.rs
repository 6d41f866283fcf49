//! The settings that the surroundings make for every call inside them: a deadline, a report, the rules of a
//! test, a clock. A call takes the ambient that it finds when it begins.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use pin_project_lite::pin_project;

#[cfg(feature = "sdk")]
use crate::clock::CustomTimer;
use crate::clock::{Clock, random};
use crate::context::harness_state::HarnessState;
use crate::context::task::TaskId;
use crate::limits::scope::Registry;
use crate::observe::Collector;
use crate::switches::Switch;

/// The settings that the surroundings make for a call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ambient {
    pub deadline: Option<Instant>,
    /// The collectors of all the surrounding reports, the innermost last.
    pub reports: Vec<Arc<Collector>>,
    pub harness: Option<Arc<HarnessState>>,
    #[cfg(feature = "sdk")]
    pub timer: Option<Arc<CustomTimer>>,
}

impl Ambient {
    /// A changed copy of the surrounding one.
    pub fn changed(change: impl FnOnce(&mut Self)) -> Arc<Self> {
        Switch::Ambient.set(true);
        let mut ambient = current().as_deref().cloned().unwrap_or_default();
        change(&mut ambient);
        Arc::new(ambient)
    }

    /// This one, for code inside `around` as well: every report counts, the earlier deadline holds, and for
    /// all other settings `around` wins.
    pub fn inside(mut self, around: &Self) -> Self {
        if let Some(at) = around.deadline {
            self.limit(at);
        }
        for report in &around.reports {
            if !self.reports.iter().any(|known| Arc::ptr_eq(known, report)) {
                self.reports.push(Arc::clone(report));
            }
        }
        self.harness = around.harness.clone().or(self.harness);
        #[cfg(feature = "sdk")]
        {
            self.timer = around.timer.clone().or(self.timer);
        }
        self
    }

    /// Adds a deadline: the earlier one holds.
    pub fn limit(&mut self, at: Instant) {
        self.deadline = Some(self.deadline.map_or(at, |known| known.min(at)));
    }

    /// The clock in force: the one that was handed over to the surrounding future, else the process's.
    pub fn clock(ambient: Option<&Self>) -> Clock {
        let harness = ambient.and_then(|ambient| ambient.harness.as_ref());
        let test_time = harness.map(|harness| Arc::clone(&harness.time));
        #[cfg(feature = "sdk")]
        if let Some(timer) = ambient.and_then(|ambient| ambient.timer.clone()) {
            return Clock::custom(timer, test_time);
        }
        Clock::current(test_time)
    }

    /// Whether a surrounding test skips all waits.
    #[cfg(feature = "sdk")]
    pub fn skips_waits(ambient: Option<&Self>) -> bool {
        let harness = ambient.and_then(|ambient| ambient.harness.as_ref());
        harness.is_some_and(|harness| harness.time.skips_waits())
    }

    /// The registry of a surrounding test, if it has one of its own, else the process's.
    pub fn registry(ambient: Option<&Self>) -> &Registry {
        match ambient.and_then(|ambient| ambient.harness.as_deref()) {
            Some(harness) => &harness.registry,
            None => Registry::global(),
        }
    }

    /// Uniform in [0, 1): from the seed of a surrounding test, if there is one.
    pub fn uniform(ambient: Option<&Self>) -> f64 {
        let harness = ambient.and_then(|ambient| ambient.harness.as_ref());
        harness.map_or_else(random::uniform, |harness| harness.uniform())
    }
}

struct CurrentAmbient {
    /// The ambient that a poll swapped in, and the task whose poll that was.
    ambient: Cell<Option<Arc<Ambient>>>,
    task: Cell<TaskId>,
    /// The thread's ambient: for all its tasks that do not have their own.
    thread: Cell<Option<Arc<Ambient>>>,
}

thread_local! {
    static CURRENT: CurrentAmbient = const {
        CurrentAmbient {
            ambient: Cell::new(None),
            task: Cell::new(TaskId::NONE),
            thread: Cell::new(None),
        }
    };
}

/// The ambient of a call that begins here.
pub(crate) fn current() -> Option<Arc<Ambient>> {
    // A thread that is ending no longer has one: no call can begin on it either.
    let seen = CURRENT.try_with(|current| {
        let own = (current.task.get() == TaskId::current()).then(|| clone(&current.ambient));
        own.flatten().or_else(|| clone(&current.thread))
    });
    seen.ok().flatten()
}

fn clone(cell: &Cell<Option<Arc<Ambient>>>) -> Option<Arc<Ambient>> {
    let ambient = cell.take();
    let clone = ambient.clone();
    cell.set(ambient);
    clone
}

/// Makes an ambient the current one of this task, and restores the former one when it is dropped, even while
/// a panic unwinds.
pub(crate) struct Swapped<'a> {
    inside: &'a mut Option<Arc<Ambient>>,
    around: TaskId,
}

impl<'a> Swapped<'a> {
    pub fn new(ambient: &'a mut Option<Arc<Ambient>>) -> Self {
        let around = swap(ambient, TaskId::current());
        Self { inside: ambient, around }
    }
}

impl Drop for Swapped<'_> {
    fn drop(&mut self) {
        swap(self.inside, self.around);
    }
}

/// Exchanges `ambient` and the current one, which then belongs to `task`; returns the task to which it
/// belonged before.
fn swap(ambient: &mut Option<Arc<Ambient>>, task: TaskId) -> TaskId {
    let swapped = CURRENT.try_with(|current| {
        *ambient = current.ambient.replace(ambient.take());
        current.task.replace(task)
    });
    swapped.unwrap_or(TaskId::NONE)
}

/// Keeps an ambient on the thread, for this task and for those that do not have their own.
#[derive(Debug)]
pub(crate) struct OnThread {
    /// The former ambient of this task, if it had one, and that of the thread.
    before: (Option<Arc<Ambient>>, Option<Arc<Ambient>>),
}

impl OnThread {
    pub fn new(ambient: Arc<Ambient>) -> Self {
        let before = CURRENT.try_with(|current| {
            let own = current.task.get() == TaskId::current();
            let own = own.then(|| current.ambient.take()).flatten();
            if own.is_some() {
                current.ambient.set(Some(Arc::clone(&ambient)));
            }
            (own, current.thread.replace(Some(ambient)))
        });
        Self { before: before.unwrap_or_default() }
    }
}

impl Drop for OnThread {
    fn drop(&mut self) {
        let (own, thread) = std::mem::take(&mut self.before);
        let _ = CURRENT.try_with(|current| {
            if own.is_some() {
                current.ambient.set(own);
            }
            current.thread.set(thread);
        });
    }
}

pin_project! {
    /// A future with its own ambient: a changed copy of the one around its first poll.
    #[must_use = "futures do nothing unless polled"]
    pub(crate) struct Within<F, C> {
        change: Option<C>,
        ambient: Option<Arc<Ambient>>,
        #[pin]
        future: F,
    }
}

impl<F, C> Within<F, C> {
    pub const fn new(future: F, change: C) -> Self {
        Self { change: Some(change), ambient: None, future }
    }
}

impl<F: Future, C: FnOnce(&mut Ambient)> Future for Within<F, C> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if let Some(change) = this.change.take() {
            *this.ambient = Some(Ambient::changed(change));
        }
        let _inside = Swapped::new(this.ambient);
        this.future.poll(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_are_from_0_to_below_1_and_those_of_a_seed_are_the_same_again() {
        let draws = |seed: Option<u64>, surrounded: bool| -> Vec<f64> {
            let harness = HarnessState::new();
            seed.into_iter().for_each(|seed| harness.set_seed(seed));
            let ambient = Ambient { harness: Some(Arc::new(harness)), ..Ambient::default() };
            let ambient = surrounded.then_some(&ambient);
            let drawn: Vec<_> = (0..100).map(|_| Ambient::uniform(ambient)).collect();
            assert!(drawn.iter().all(|it| (0.0..1.0).contains(it)), "{drawn:?}");
            assert!(drawn.windows(2).any(|it| it[0] != it[1]), "{drawn:?}");
            drawn
        };
        assert_eq!(draws(Some(1), true), draws(Some(1), true));
        assert_ne!(draws(Some(1), true), draws(Some(2), true));
        assert_ne!(draws(Some(1), false), draws(Some(1), false));
        assert_ne!(draws(None, true), draws(None, true));
    }
}
