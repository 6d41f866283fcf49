//! Outcomes that are no `Result`. In an annotated impl block a method may return anything, under an alias
//! that the macro can't see through; the type is looked at here, and what is no `Result` passes through.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::decision::failure::{AsFailure, Failure};
use crate::expansion::outcome::Outcome;

/// Carries an outcome's type to the traits in `either`.
#[derive(Debug)]
pub struct View<O>(PhantomData<fn() -> O>);

/// The view of a future's outcome.
pub const fn view<F: Future>(_: &F) -> View<F::Output> {
    View(PhantomData)
}

/// The view of an outcome.
pub const fn view_of<O>(_: &O) -> View<O> {
    View(PhantomData)
}

/// An outcome that is no `Result`: always a success.
#[derive(Debug)]
pub struct Passed<O>(O);

/// The error of what can't fail.
#[derive(Clone, Copy, Debug)]
pub enum Never {}

impl AsFailure for Never {
    fn as_failure(&self) -> Failure<'_> {
        match *self {}
    }
}

#[diagnostic::do_not_recommend]
impl<O> Outcome for Passed<O> {
    type Ok = O;
    type Error = Never;

    fn split(&self) -> Result<&O, &Never> {
        Ok(&self.0)
    }

    fn of_error(error: Never) -> Self {
        match error {}
    }
}

pin_project! {
    /// A future whose outcome is wrapped on its way.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Passing<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Passing<F> {
    type Output = Passed<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().future.poll(cx).map(Passed)
    }
}

/// The two ways, the first where it is open: `(&&view(&future)).aws_retry_pass(future)`.
pub mod either {
    use super::{Passed, Passing, View};

    /// A `Result` is left alone.
    pub trait Retried<T, E> {
        /// The future itself.
        fn aws_retry_pass<F: Future<Output = Result<T, E>>>(&self, future: F) -> F {
            future
        }

        /// The outcome itself.
        fn aws_retry_pass_on(&self, outcome: Result<T, E>) -> Result<T, E> {
            outcome
        }
    }

    impl<T, E> Retried<T, E> for &View<Result<T, E>> {}

    /// Anything else is wrapped.
    pub trait PassedOn<O> {
        /// The future of the wrapped outcome.
        fn aws_retry_pass<F: Future<Output = O>>(&self, future: F) -> Passing<F> {
            Passing { future }
        }

        /// The wrapped outcome.
        fn aws_retry_pass_on(&self, outcome: O) -> Passed<O> {
            Passed(outcome)
        }
    }

    impl<O> PassedOn<O> for View<O> {}
}

/// The way back to what the body returned.
pub trait Unwrap {
    /// What the body returned.
    type Body;

    /// Takes it out.
    fn unwrap(self) -> Self::Body;
}

impl<T, E> Unwrap for Result<T, E> {
    type Body = Self;

    fn unwrap(self) -> Self {
        self
    }
}

impl<O> Unwrap for Passed<O> {
    type Body = O;

    fn unwrap(self) -> O {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::either::*;
    use super::{Unwrap, view_of};
    use crate::expansion::outcome::Outcome;

    #[test]
    fn a_result_stays_what_it_is() {
        let outcome: Result<u8, String> = Err("no".into());
        let seen: Result<u8, String> = (&&view_of(&outcome)).aws_retry_pass_on(outcome);
        assert_eq!(Unwrap::unwrap(seen), Err("no".into()));
    }

    #[test]
    fn anything_else_is_a_success() {
        let outcome = Some(1);
        let seen = view_of(&outcome).aws_retry_pass_on(outcome);
        assert!(matches!(seen.split(), Ok(Some(1))));
        assert_eq!(Unwrap::unwrap(seen), Some(1));
    }
}
