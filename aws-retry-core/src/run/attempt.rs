//! The future of one attempt: the wait before it, the body, the timer that may cut it short, and the
//! decision.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::call::Call;
use super::state::CallState;
use crate::clock::{DefaultTimer, Timer};
use crate::errors::Stopped;
use crate::expansion::outcome::Outcome;
use crate::expansion::read_error::{FromStopped, ReadFailure};

pin_project! {
    /// One attempt, and the decision after it: the unchanged outcome, or none if the loop goes on.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Attempt<'c, 'p, F, R, A> {
        call: &'c mut Call<'p>,
        read: R,
        stop: PhantomData<A>,
        #[pin]
        future: F,
    }
}

pin_project! {
    /// One attempt of a function with callbacks. These borrow the function's arguments, so they are created,
    /// and the decision is made, after the attempt has released the arguments.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct AttemptBeforeCallbacks<'c, 'p, F, A> {
        call: &'c mut Call<'p>,
        stop: PhantomData<A>,
        #[pin]
        future: F,
    }
}

impl<'p> Call<'p> {
    /// The next attempt: it waits first if it must. `body` is the future, and the adapters by which its error
    /// is read and can hold a [`Stopped`](crate::Stopped). Their bounds are on [`Attempt`]: repeated here,
    /// they would double the compiler's work at every call site.
    #[inline]
    pub fn attempt<F, R, A>(&mut self, (future, read, _): (F, R, A)) -> Attempt<'_, 'p, F, R, A> {
        self.begin_attempt();
        Attempt { call: self, read, stop: PhantomData, future }
    }

    /// The next attempt of a function with callbacks.
    #[inline]
    pub fn attempt_before_callbacks<F, A>(
        &mut self,
        (future, _): (F, A),
    ) -> AttemptBeforeCallbacks<'_, 'p, F, A> {
        self.begin_attempt();
        AttemptBeforeCallbacks { call: self, stop: PhantomData, future }
    }

    #[inline]
    fn begin_attempt(&mut self) {
        self.check_slow_path();
        self.frame.attempt = self.frame.attempt.wrapping_add(1);
        self.frame.setup_pending = self.frame.needs_setup;
    }

    /// Polls the attempt. The slow parts are neither generic nor inlined: one copy serves every function.
    #[inline(always)]
    fn poll_attempt<F, A>(&mut self, future: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output>
    where
        F: Future<Output: Outcome>,
        A: FromStopped<<F::Output as Outcome>::Error>,
    {
        if self.frame.setup_pending {
            if let Some(stopped) = ready!(self.poll_setup(cx, A::constructor().is_some()))
                && let Some(error_of) = A::constructor()
            {
                return Poll::Ready(F::Output::of_error(error_of(stopped)));
            }
            self.frame.setup_pending = false;
        }
        let polled = {
            let _span = InSpan::enter(self.state.as_deref());
            let _inside = self.frame.enter();
            future.poll(cx)
        };
        // Returned as a whole, so that a large outcome is not copied on each poll.
        if polled.is_ready() {
            return polled;
        }
        if self.frame.needs_setup
            && let Some(error_of) = A::constructor()
            && let Poll::Ready(stopped) = self.poll_cut(cx)
        {
            return Poll::Ready(F::Output::of_error(error_of(stopped)));
        }
        Poll::Pending
    }

    #[cold]
    fn poll_setup(&mut self, cx: &mut Context<'_>, can_stop: bool) -> Poll<Option<Stopped>> {
        if can_stop && self.only_notes_the_start() {
            return Poll::Ready(None);
        }
        let stopped = ready!(self.state_mut().poll_setup(cx, can_stop));
        self.tell_inside();
        Poll::Ready(stopped)
    }

    #[cold]
    fn poll_cut(&mut self, cx: &mut Context<'_>) -> Poll<Stopped> {
        if self.state.is_none()
            && let Some(stopped) = self.begin_to_time()
        {
            return Poll::Ready(stopped);
        }
        self.state.as_deref_mut().map_or(Poll::Pending, |state| state.poll_cut(cx))
    }

    /// The next attempt of a sync function: it blocks first if it must.
    #[inline]
    pub fn attempt_blocking<B: BlockingBody>(&mut self, body: B) -> B::Outcome {
        match self.begin_blocking::<B>() {
            Ok(_inside) => body.run(),
            Err(outcome) => outcome,
        }
    }

    /// The same for a body that is not a closure: the attempt ends when the guard is dropped. `hint` is not
    /// run.
    ///
    /// # Errors
    /// The outcome of a call that must not begin an attempt.
    #[inline]
    pub fn begin_attempt_blocking<B: BlockingBody>(
        &mut self,
        _hint: B,
    ) -> Result<impl Drop, B::Outcome> {
        self.begin_blocking::<B>()
    }

    #[inline]
    fn begin_blocking<B: BlockingBody>(&mut self) -> Result<impl Drop, B::Outcome> {
        self.check_slow_path();
        self.frame.blocking = true;
        self.frame.attempt = self.frame.attempt.wrapping_add(1);
        if self.frame.needs_setup
            && let Some(stopped) = self.block_setup(B::can_stop())
            && let Some(outcome) = B::outcome_of(stopped)
        {
            return Err(outcome);
        }
        Ok(self.frame.enter())
    }
}

/// The body of a sync function, with the adapter that makes its error when a call is cut short. It is a
/// separate trait, so that an outcome that is not a `Result` gives one error: see [`Outcome::Checked`].
pub trait BlockingBody {
    /// The outcome of an attempt.
    type Outcome;

    /// Runs it.
    fn run(self) -> Self::Outcome;

    /// Whether a call that was cut short has an outcome.
    fn can_stop() -> bool;

    /// That outcome.
    fn outcome_of(stopped: Stopped) -> Option<Self::Outcome>;
}

impl<F, A> BlockingBody for (F, A)
where
    F: Body<Output: Outcome>,
    A: FromStopped<<F::Output as Outcome>::Error>,
{
    type Outcome = F::Output;

    #[inline]
    fn run(self) -> F::Output {
        self.0.run()
    }

    fn can_stop() -> bool {
        A::constructor().is_some()
    }

    fn outcome_of(stopped: Stopped) -> Option<F::Output> {
        A::constructor().map(|error_of| F::Output::of_error(error_of(stopped)))
    }
}

/// A closure, whose output has a name.
pub trait Body {
    /// The outcome.
    type Output;
    /// Runs it.
    fn run(self) -> Self::Output;
}

impl<O, F: FnOnce() -> O> Body for F {
    type Output = O;

    #[inline]
    fn run(self) -> O {
        self()
    }
}

// Neither `poll` is `#[inline]`: the body would be compiled again in each codegen unit that polls the
// function's future.

impl<F, R, A> Future for Attempt<'_, '_, F, R, A>
where
    F: Future<Output: Outcome>,
    R: ReadFailure<<F::Output as Outcome>::Error>,
    A: FromStopped<<F::Output as Outcome>::Error>,
    DefaultTimer: Timer<F::Output>,
{
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        let this = self.project();
        let outcome = ready!(this.call.poll_attempt::<F, A>(this.future, cx));
        Poll::Ready(this.call.finish(outcome, *this.read))
    }
}

impl<F, A> Future for AttemptBeforeCallbacks<'_, '_, F, A>
where
    F: Future<Output: Outcome>,
    A: FromStopped<<F::Output as Outcome>::Error>,
    DefaultTimer: Timer<F::Output>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.call.poll_attempt::<F, A>(this.future, cx)
    }
}

/// Enters the span of a call that has one, and exits it when dropped, even while a panic unwinds.
struct InSpan<'a>(Option<&'a CallState>);

impl<'a> InSpan<'a> {
    #[inline]
    fn enter(state: Option<&'a CallState>) -> Self {
        if let Some(state) = state {
            state.span.open();
        }
        Self(state)
    }
}

impl Drop for InSpan<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(state) = self.0 {
            state.span.close();
        }
    }
}
