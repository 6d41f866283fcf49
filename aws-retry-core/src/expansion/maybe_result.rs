//! Outcomes that are not a `Result`. In an annotated impl block a method may return anything, under an alias
//! that the macro can't see through; so the type decides. An outcome that is not a `Result` is a success.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::outcome::Outcome;
use super::to_failure::AsFailure;
use crate::decision::failure::Failure;

/// The type of an outcome, for method resolution to start from.
#[derive(Debug)]
pub struct TypeOf<O>(PhantomData<fn() -> O>);

impl<O> Clone for TypeOf<O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O> Copy for TypeOf<O> {}

impl TypeOf<()> {
    /// The type of a future's outcome.
    pub const fn future<F: Future>(_: &F) -> TypeOf<F::Output> {
        TypeOf(PhantomData)
    }

    /// The type of a closure's outcome.
    pub const fn closure<O, F: FnOnce() -> O>(_: &F) -> TypeOf<O> {
        TypeOf(PhantomData)
    }
}

/// An outcome that is not a `Result`: always a success.
#[derive(Debug)]
pub struct NotResult<O>(O);

/// The error of an outcome that can't fail.
#[derive(Clone, Copy, Debug)]
pub enum NoError {}

impl AsFailure for NoError {
    fn as_failure(&self) -> Failure<'_> {
        match *self {}
    }
}

#[diagnostic::do_not_recommend]
impl<O> Outcome for NotResult<O> {
    type Ok = O;
    type Error = NoError;
    type Checked<F> = F;

    fn split(&self) -> Result<&O, &NoError> {
        Ok(&self.0)
    }

    fn of_error(error: NoError) -> Self {
        match error {}
    }
}

pin_project! {
    /// A future whose outcome is not a `Result`.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct NotResultFuture<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for NotResultFuture<F> {
    type Output = NotResult<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().future.poll(cx).map(NotResult)
    }
}

/// The two rows, as in `error_types`: `(&TypeOf::future(&body)).aws_retry_future_as_result(body)` finds the
/// first one for a `Result` and the second one for anything else.
pub mod methods {
    use super::{NotResult, NotResultFuture, TypeOf};

    /// A `Result` stays as it is.
    pub trait IsResult<T, E> {
        /// The future itself.
        fn aws_retry_future_as_result<F: Future<Output = Result<T, E>>>(&self, future: F) -> F {
            future
        }

        /// The closure itself.
        fn aws_retry_closure_as_result<F: FnOnce() -> Result<T, E>>(&self, closure: F) -> F {
            closure
        }
    }

    impl<T, E> IsResult<T, E> for &TypeOf<Result<T, E>> {}

    /// Anything else is wrapped. By value, so that the closure does not borrow the `TypeOf`.
    pub trait IsNotResult<O>: Sized {
        /// The future with a wrapped outcome.
        fn aws_retry_future_as_result<F: Future<Output = O>>(
            self,
            future: F,
        ) -> NotResultFuture<F> {
            NotResultFuture { future }
        }

        /// The closure with a wrapped outcome.
        fn aws_retry_closure_as_result<F: FnOnce() -> O>(
            self,
            closure: F,
        ) -> impl FnOnce() -> NotResult<O> {
            || NotResult(closure())
        }
    }

    impl<O> IsNotResult<O> for TypeOf<O> {}
}

/// The way back to the type that the body returned.
pub trait IntoOutput {
    /// The type that the body returned.
    type Output;

    /// Unwraps it.
    fn into_output(self) -> Self::Output;
}

impl<T, E> IntoOutput for Result<T, E> {
    type Output = Self;

    fn into_output(self) -> Self {
        self
    }
}

impl<O> IntoOutput for NotResult<O> {
    type Output = O;

    fn into_output(self) -> O {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::methods::*;
    use super::{IntoOutput, TypeOf};
    use crate::expansion::outcome::Outcome;

    #[test]
    fn a_result_stays_as_it_is() {
        let body = || Err::<u8, _>(String::from("no"));
        let seen = (&&TypeOf::closure(&body)).aws_retry_closure_as_result(body);
        assert_eq!(IntoOutput::into_output(seen()), Err("no".into()));
    }

    #[test]
    fn anything_else_is_a_success() {
        let body = || Some(1);
        let seen = TypeOf::closure(&body).aws_retry_closure_as_result(body)();
        assert!(matches!(seen.split(), Ok(Some(1))));
        assert_eq!(IntoOutput::into_output(seen), Some(1));
    }
}
