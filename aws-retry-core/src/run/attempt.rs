//! The future of one attempt: the wait before it, the body, and what may cut it.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::call::Call;
use crate::clock::{DefaultTimer, Timer};
use crate::errors::Stopped;
use crate::expansion::outcome::Outcome;
use crate::expansion::read_error::FromStopped;

pin_project! {
    /// One attempt.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Attempt<'c, 'p, F, A> {
        call: &'c mut Call<'p>,
        adapter: PhantomData<A>,
        #[pin]
        future: F,
    }
}

impl<'p> Call<'p> {
    /// The next attempt: waits first, if it must. `body` is the future, and the way in which its output
    /// can hold a [`Stopped`](crate::Stopped). Its bounds are the [`Attempt`]'s: asked for here, too, they
    /// would cost the compiler as much again at every call site.
    #[inline]
    pub fn attempt<F, A>(&mut self, (future, _): (F, A)) -> Attempt<'_, 'p, F, A> {
        self.check_slow_path();
        self.frame.attempt = self.frame.attempt.saturating_add(1);
        self.frame.setup_pending = self.frame.needs_setup;
        Attempt { call: self, adapter: PhantomData, future }
    }

    /// The next attempt of a sync fn: blocks first, if it must.
    #[inline]
    pub fn attempt_blocking<B: BlockingBody>(&mut self, body: B) -> B::Outcome {
        match self.begin_blocking::<B>() {
            Ok(_inside) => body.run(),
            Err(outcome) => outcome,
        }
    }

    /// The same for a body that is not a closure: the attempt ends with the guard. `hint` is not run.
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
        self.frame.attempt = self.frame.attempt.saturating_add(1);
        if self.frame.needs_setup
            && let Some(stopped) = self.block_setup(B::can_stop())
            && let Some(outcome) = B::outcome_of(stopped)
        {
            return Err(outcome);
        }
        Ok(self.frame.enter())
    }
}

/// The body of a sync fn, with the adapter that makes its error of a call that was cut. A trait of its own,
/// so that an outcome that is not a `Result` is one error: see [`Outcome::Checked`].
pub trait BlockingBody {
    /// The outcome of an attempt.
    type Outcome;

    /// Runs it.
    fn run(self) -> Self::Outcome;

    /// Whether a call that was cut has an outcome.
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

impl<F, A> Future for Attempt<'_, '_, F, A>
where
    F: Future<Output: Outcome>,
    A: FromStopped<<F::Output as Outcome>::Error>,
    DefaultTimer: Timer<F::Output>,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if this.call.frame.setup_pending {
            if let Some(stopped) = ready!(poll_setup(this.call, cx, A::constructor().is_some()))
                && let Some(error_of) = A::constructor()
            {
                return Poll::Ready(F::Output::of_error(error_of(stopped)));
            }
            this.call.frame.setup_pending = false;
        }
        let polled = {
            let _span = this.call.state.as_deref().map(|state| state.span.enter());
            let _inside = this.call.frame.enter();
            this.future.poll(cx)
        };
        // Returned as a whole, so that a large outcome is not copied at each poll.
        if polled.is_ready() {
            return polled;
        }
        if let Some(state) = this.call.state.as_deref_mut()
            && let Poll::Ready(stopped) = state.poll_cut(cx)
            && let Some(error_of) = A::constructor()
        {
            return Poll::Ready(F::Output::of_error(error_of(stopped)));
        }
        Poll::Pending
    }
}

/// The wait before an attempt. Not generic: one copy serves every fn.
#[cold]
fn poll_setup(call: &mut Call<'_>, cx: &mut Context<'_>, can_stop: bool) -> Poll<Option<Stopped>> {
    let stopped = ready!(call.state_mut().poll_setup(cx, can_stop));
    call.tell_inside();
    Poll::Ready(stopped)
}
