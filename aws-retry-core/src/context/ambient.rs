//! What the surroundings ask of every call inside them: a deadline, a report, the rules of a test,
//! a clock. It follows the future, not the thread: a thread-local, swapped in for the length of one poll.
//! A call takes what it finds when it begins.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use pin_project_lite::pin_project;

#[cfg(feature = "sdk")]
use crate::clock::Handed;
use crate::clock::random;
use crate::observe::Collector;
use crate::switches::Switch;
use crate::testing::Rules;

#[derive(Clone, Debug, Default)]
pub(crate) struct Ambient {
    pub deadline: Option<Instant>,
    pub report: Option<Arc<Collector>>,
    pub rules: Option<Arc<Rules>>,
    #[cfg(feature = "sdk")]
    pub handed: Option<Arc<Handed>>,
}

impl Ambient {
    /// The surrounding one, changed.
    pub fn changed(change: impl FnOnce(&mut Self)) -> Arc<Self> {
        Switch::Ambient.set(true);
        let mut ambient = current().as_deref().cloned().unwrap_or_default();
        change(&mut ambient);
        Arc::new(ambient)
    }
}

thread_local! {
    static CURRENT: Cell<Option<Arc<Ambient>>> = const { Cell::new(None) };
}

/// What the surroundings ask of a call that begins here.
pub(crate) fn current() -> Option<Arc<Ambient>> {
    let ambient = CURRENT.try_with(Cell::take).ok()?;
    let seen = ambient.clone();
    let _ = CURRENT.try_with(|current| current.set(ambient));
    seen
}

/// Uniform in [0, 1): from the seed of a test around, if there is one.
pub(crate) fn uniform(ambient: Option<&Ambient>) -> f64 {
    let rules = ambient.and_then(|ambient| ambient.rules.as_ref());
    rules.map_or_else(random::uniform, |rules| rules.uniform())
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

/// Runs `future` with a deadline for every call inside it, as though each had `deadline = at` written
/// on it: no wait passes it, and an attempt is cut where its error type can say so. The future itself
/// is not cut. Inside another deadline the earlier one counts. Spawned tasks do not inherit it, unless by
/// [`in_call`](crate::in_call).
///
/// For a Lambda handler `at` is the invocation's deadline, less what the answer takes; for a request
/// handler, the client's time-out.
///
/// ```
/// use aws_retry_core::{Reason, RetryPolicy, report, with_deadline};
/// use std::io::{Error, ErrorKind::ConnectionReset};
/// use std::time::{Duration, Instant};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // 100 ms are left: too few for the first wait, so the first error comes back at once.
/// let at = Instant::now() + Duration::from_millis(100);
/// let policy = RetryPolicy::new();
/// let call = policy.run(|| async { Err::<(), _>(Error::from(ConnectionReset)) });
/// let (outcome, report) = report(with_deadline(at, call)).await;
/// assert!(outcome.is_err());
/// assert_eq!(report.failures[0].reason, Some(Reason::Deadline));
/// # }
/// ```
pub fn with_deadline<F: Future>(
    at: impl Into<Instant>,
    future: F,
) -> impl Future<Output = F::Output> {
    let at = at.into();
    Within::new(future, move |ambient: &mut Ambient| {
        ambient.deadline = Some(ambient.deadline.map_or(at, |outer| outer.min(at)));
    })
}
