//! The future of one attempt: the wait before it, the body, the timer that may cut it short, and the
//! decision.

use std::future::Future;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::call::Call;
use crate::clock::{DefaultTimer, Timer};
use crate::context::{Around, Stage};
use crate::errors::Stopped;
use crate::expansion::outcome::Outcome;
use crate::expansion::read_error::{Adapters, FromStopped, ReadFailure};
use crate::{observe, switches};

pin_project! {
    /// One attempt, which waits first if it must, and what comes after it. The expansion makes it by its
    /// fields: a function would be one more copy of the body, with the code that drops it if that function
    /// panics.
    #[allow(missing_docs, reason = "`pin_project` takes no documentation of fields")]
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Attempt<'c, 'p, F, X> {
        pub call: &'c mut Call<'p>,
        pub adapters: X,
        #[pin]
        pub future: F,
    }
}

/// What comes after an attempt with the outcome `O`.
trait After<O> {
    /// The output of the attempt's future.
    type Output: From<O>;

    /// Whether an outcome can be made for an attempt that was cut short.
    fn can_stop() -> bool;

    /// Whether the outcome is the output without a decision.
    fn passes(call: &Call<'_>, outcome: &O) -> bool;

    /// The attempt has ended with any other outcome.
    fn after(call: &mut Call<'_>, outcome: O) -> Poll<Self::Output>;

    /// The attempt was cut short. Pending if no outcome can be made.
    fn cut_short(call: &mut Call<'_>, stopped: Stopped) -> Poll<Self::Output>;
}

/// The decision: the unchanged outcome, or none if the loop goes on.
impl<O, R, A> After<O> for Adapters<R, A>
where
    O: Outcome,
    R: ReadFailure<O::Error>,
    A: FromStopped<O::Error>,
{
    type Output = Option<O>;

    #[inline]
    fn can_stop() -> bool {
        A::constructor().is_some()
    }

    #[inline]
    fn passes(call: &Call<'_>, outcome: &O) -> bool {
        let passes = call.concerns_nobody() && outcome.split().is_ok();
        if passes {
            call.count_first_attempt();
        }
        passes
    }

    #[inline]
    fn after(call: &mut Call<'_>, outcome: O) -> Poll<Option<O>> {
        decide::<O, R>(call, outcome)
    }

    #[cold]
    #[inline(never)]
    fn cut_short(call: &mut Call<'_>, stopped: Stopped) -> Poll<Option<O>> {
        match outcome_of::<O, A>(stopped) {
            Poll::Ready(outcome) => decide::<O, R>(call, outcome),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// The decision on a failure, or on a success that somebody may want to know of. By value, so that a success
/// that nobody wants to know of stays in its registers.
#[cold]
#[inline(never)]
fn decide<O, R>(call: &mut Call<'_>, outcome: O) -> Poll<Option<O>>
where
    O: Outcome,
    R: ReadFailure<O::Error>,
{
    Poll::Ready(if call.ends_with::<O, R>(&outcome) { Some(outcome) } else { None })
}

/// No decision yet: callbacks have a say in it. These borrow the function's arguments, so they are created,
/// and the decision is made, after the attempt has released the arguments.
#[derive(Debug)]
pub struct BeforeCallbacks<A>(PhantomData<A>);

impl<O, A> After<O> for BeforeCallbacks<A>
where
    O: Outcome,
    A: FromStopped<O::Error>,
{
    type Output = O;

    #[inline]
    fn can_stop() -> bool {
        A::constructor().is_some()
    }

    #[inline]
    fn passes(_: &Call<'_>, _: &O) -> bool {
        false
    }

    #[inline]
    fn after(_: &mut Call<'_>, outcome: O) -> Poll<O> {
        Poll::Ready(outcome)
    }

    #[cold]
    #[inline(never)]
    fn cut_short(_: &mut Call<'_>, stopped: Stopped) -> Poll<O> {
        outcome_of::<O, A>(stopped)
    }
}

fn outcome_of<O: Outcome, A: FromStopped<O::Error>>(stopped: Stopped) -> Poll<O> {
    A::constructor().map_or(Poll::Pending, |error_of| Poll::Ready(O::of_error(error_of(stopped))))
}

// Neither `poll` is `#[inline]`: the body would be compiled again in each codegen unit that polls the
// function's future.

impl<F, R, A> Future for Attempt<'_, '_, F, Adapters<R, A>>
where
    F: Future<Output: Outcome>,
    R: ReadFailure<<F::Output as Outcome>::Error>,
    A: FromStopped<<F::Output as Outcome>::Error>,
    DefaultTimer: Timer<F::Output>,
{
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        poll::<F, Adapters<R, A>>(this.call, this.future, cx)
    }
}

impl<F, A> Future for Attempt<'_, '_, F, BeforeCallbacks<A>>
where
    F: Future<Output: Outcome>,
    A: FromStopped<<F::Output as Outcome>::Error>,
    DefaultTimer: Timer<F::Output>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        poll::<F, BeforeCallbacks<A>>(this.call, this.future, cx)
    }
}

/// Polls an attempt. The slow parts do not know the body's type: one copy serves every function.
#[inline(always)]
fn poll<F: Future, X: After<F::Output>>(
    call: &mut Call<'_>,
    future: Pin<&mut F>,
    cx: &mut Context<'_>,
) -> Poll<X::Output> {
    if !call.has_begun() {
        match call.begin_slowly(cx, X::can_stop()) {
            Poll::Ready(None) => {}
            Poll::Ready(Some(stopped)) => return X::cut_short(call, stopped),
            Poll::Pending => return Poll::Pending,
        }
    }
    let inside = Inside::enter(call);
    let polled = future.poll(cx);
    inside.leave();
    // By reference: a large outcome would be copied once more.
    if matches!(&polled, Poll::Ready(outcome) if X::passes(call, outcome)) {
        return polled.map(X::Output::from);
    }
    match polled {
        Poll::Ready(outcome) => X::after(call, outcome),
        Poll::Pending if call.frame.stage == Stage::Plain => Poll::Pending,
        Poll::Pending => match call.poll_cut(cx) {
            Poll::Ready(stopped) => X::cut_short(call, stopped),
            Poll::Pending => Poll::Pending,
        },
    }
}

/// The body is polled: its code sees the call, and its call's span is open. Left on the way out of a poll, and
/// while a panic unwinds.
struct Inside<'a, 'p> {
    call: &'a mut Call<'p>,
    around: Around,
}

impl<'a, 'p> Inside<'a, 'p> {
    #[inline]
    fn enter(call: &'a mut Call<'p>) -> Self {
        let around = call.frame.swap_in();
        Self { call, around }
    }

    #[inline]
    fn leave(self) {
        let mut inside = ManuallyDrop::new(self);
        let around = inside.around;
        inside.call.frame.swap_out(around);
        if inside.call.frame.stage == Stage::InSpan {
            inside.call.close_span();
        }
    }
}

impl Drop for Inside<'_, '_> {
    #[inline]
    fn drop(&mut self) {
        self.call.unwind(self.around);
    }
}

impl<'p> Call<'p> {
    /// The next attempt.
    #[inline]
    pub fn attempt<F, X>(&mut self, future: F, adapters: X) -> Attempt<'_, 'p, F, X> {
        Attempt { call: self, adapters, future }
    }

    /// The next attempt of a function with callbacks.
    #[inline]
    pub fn attempt_before_callbacks<F, A>(
        &mut self,
        (future, _): (F, A),
    ) -> Attempt<'_, 'p, F, BeforeCallbacks<A>> {
        Attempt { call: self, adapters: BeforeCallbacks(PhantomData), future }
    }

    /// Whether nothing is left to do before the body is polled. The first poll finds out whether anything but
    /// the body concerns the call.
    #[inline]
    fn has_begun(&mut self) -> bool {
        match self.frame.stage {
            Stage::Fresh => {
                let plain = !self.site.needs_setup && !switches::any() && !observe::spans_wanted();
                if plain {
                    self.frame.attempt = 1;
                    self.frame.stage = Stage::Plain;
                }
                plain
            }
            stage => matches!(stage, Stage::Plain | Stage::Begun),
        }
    }

    /// Before a poll of the body: the wait before the attempt, and the span.
    #[cold]
    #[inline(never)]
    fn begin_slowly(&mut self, cx: &mut Context<'_>, can_stop: bool) -> Poll<Option<Stopped>> {
        if matches!(self.frame.stage, Stage::Fresh | Stage::New) {
            self.check_slow_path();
            self.frame.attempt = self.frame.attempt.wrapping_add(1);
            self.frame.stage = if self.needs_setup() { Stage::Setup } else { Stage::Begun };
        }
        if self.frame.stage == Stage::Setup {
            let stopped = ready!(self.poll_setup(cx, can_stop));
            if can_stop && stopped.is_some() {
                return Poll::Ready(stopped);
            }
            let has_span = self.state.as_deref().is_some_and(|state| state.span.is_on());
            self.frame.stage = if has_span { Stage::InSpan } else { Stage::Begun };
        }
        if let (Stage::InSpan, Some(state)) = (self.frame.stage, self.state.as_deref()) {
            state.span.open();
        }
        Poll::Ready(None)
    }

    #[cold]
    #[inline(never)]
    fn close_span(&self) {
        if let Some(state) = self.state.as_deref() {
            state.span.close();
        }
    }

    /// Leaves an attempt that panics.
    #[cold]
    #[inline(never)]
    fn unwind(&mut self, around: Around) {
        self.frame.swap_out(around);
        self.close_span();
    }

    fn poll_setup(&mut self, cx: &mut Context<'_>, can_stop: bool) -> Poll<Option<Stopped>> {
        if can_stop && self.only_notes_the_start() {
            return Poll::Ready(None);
        }
        let stopped = ready!(self.state_mut().poll_setup(cx, can_stop));
        self.tell_inside();
        Poll::Ready(stopped)
    }

    #[cold]
    #[inline(never)]
    fn poll_cut(&mut self, cx: &mut Context<'_>) -> Poll<Stopped> {
        if self.state.is_none()
            && let Some(stopped) = self.begin_to_time()
        {
            return Poll::Ready(stopped);
        }
        self.state.as_deref_mut().map_or(Poll::Pending, |state| state.poll_cut(cx))
    }
}
