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
    pub fn attempt_blocking<O, A>(&mut self, (body, _): (impl FnOnce() -> O, A)) -> O
    where
        O: Outcome,
        A: FromStopped<O::Error>,
    {
        if let Some(stopped) = self.stopped_before_attempt::<O, A>() {
            return stopped;
        }
        let _inside = self.frame.enter();
        body()
    }

    /// The same for a body that is not a closure: the attempt ends with the guard. The outcome of a call
    /// that is stopped before it is the error. The closure only tells the type of the outcome.
    #[inline]
    pub fn begin_attempt_blocking<O, A>(
        &mut self,
        _: (impl FnOnce() -> O, A),
    ) -> Result<impl Drop, O>
    where
        O: Outcome,
        A: FromStopped<O::Error>,
    {
        match self.stopped_before_attempt::<O, A>() {
            Some(stopped) => Err(stopped),
            None => Ok(self.frame.enter()),
        }
    }

    /// The wait before an attempt of a sync fn; the outcome, if the call is stopped in it.
    #[inline]
    fn stopped_before_attempt<O, A>(&mut self) -> Option<O>
    where
        O: Outcome,
        A: FromStopped<O::Error>,
    {
        self.check_slow_path();
        self.frame.blocking = true;
        self.frame.attempt = self.frame.attempt.saturating_add(1);
        if self.frame.needs_setup
            && let Some(stopped) = self.block_setup(A::constructor().is_some())
            && let Some(error_of) = A::constructor()
        {
            return Some(O::of_error(error_of(stopped)));
        }
        None
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
        if polled.is_pending()
            && let Some(state) = this.call.state.as_deref_mut()
            && let Poll::Ready(stopped) = state.poll_cut(cx)
            && let Some(error_of) = A::constructor()
        {
            return Poll::Ready(F::Output::of_error(error_of(stopped)));
        }
        polled
    }
}

/// The wait before an attempt. Not generic: one copy serves every fn.
#[cold]
fn poll_setup(call: &mut Call<'_>, cx: &mut Context<'_>, can_stop: bool) -> Poll<Option<Stopped>> {
    let stopped = ready!(call.state_mut().poll_setup(cx, can_stop));
    call.tell_inside();
    Poll::Ready(stopped)
}
