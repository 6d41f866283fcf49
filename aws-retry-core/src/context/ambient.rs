//! The requests of the surroundings to every call inside them: a deadline, a report, the rules of a
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
use crate::limits::scope::Registry;
use crate::observe::Collector;
use crate::switches::Switch;

#[derive(Clone, Debug, Default)]
pub(crate) struct Ambient {
    pub deadline: Option<Instant>,
    pub report: Option<Arc<Collector>>,
    pub harness: Option<Arc<HarnessState>>,
    #[cfg(feature = "sdk")]
    pub timer: Option<Arc<CustomTimer>>,
}

impl Ambient {
    /// The surrounding one, changed.
    pub fn changed(change: impl FnOnce(&mut Self)) -> Arc<Self> {
        Switch::Ambient.set(true);
        let mut ambient = current().as_deref().cloned().unwrap_or_default();
        change(&mut ambient);
        Arc::new(ambient)
    }

    /// The clock in force: the one that was handed over to the future around, else the process's.
    pub fn clock(ambient: Option<&Self>) -> Clock {
        let harness = ambient.and_then(|ambient| ambient.harness.as_ref());
        let test_time = harness.map(|harness| Arc::clone(&harness.time));
        #[cfg(feature = "sdk")]
        if let Some(timer) = ambient.and_then(|ambient| ambient.timer.clone()) {
            return Clock::custom(timer, test_time);
        }
        Clock::current(test_time)
    }

    /// The registry of a test that has one of its own, else the process's.
    pub fn registry(ambient: Option<&Self>) -> &Registry {
        match ambient.and_then(|ambient| ambient.harness.as_deref()) {
            Some(harness) => &harness.registry,
            None => Registry::global(),
        }
    }

    /// Uniform in [0, 1): from the seed of a test around, if there is one.
    pub fn uniform(ambient: Option<&Self>) -> f64 {
        let harness = ambient.and_then(|ambient| ambient.harness.as_ref());
        harness.map_or_else(random::uniform, |harness| harness.uniform())
    }
}

thread_local! {
    static CURRENT: Cell<Option<Arc<Ambient>>> = const { Cell::new(None) };
}

/// The ambient of a call that begins here.
pub(crate) fn current() -> Option<Arc<Ambient>> {
    let ambient = CURRENT.try_with(Cell::take).ok()?;
    let seen = ambient.clone();
    let _ = CURRENT.try_with(|current| current.set(ambient));
    seen
}

/// Makes `ambient` the current one, and the current one `ambient`.
pub(crate) fn swap(ambient: &mut Option<Arc<Ambient>>) {
    // A thread that is going has none any more: no call can begin on it either.
    let _ = CURRENT.try_with(|current| *ambient = current.replace(ambient.take()));
}

/// Puts the other ambient back when it goes, also while a panic unwinds.
pub(crate) struct Swapped<'a>(&'a mut Option<Arc<Ambient>>);

impl<'a> Swapped<'a> {
    pub fn new(ambient: &'a mut Option<Arc<Ambient>>) -> Self {
        swap(ambient);
        Self(ambient)
    }
}

impl Drop for Swapped<'_> {
    fn drop(&mut self) {
        swap(self.0);
    }
}

pin_project! {
    /// A future with an ambient of its own: the one around its first poll, changed.
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
