//! The parts that a row of the table `error_types` gives to the attribute's expansion: the type to start
//! from, the traits that its adapters implement, and the end of the search.

use std::error::Error;
use std::marker::PhantomData;

use super::maybe_result::NoError;
use super::outcome::{Is, Outcome};
use crate::decision::failure::Failure;
use crate::errors::Stopped;

/// The error type of an outcome, for method resolution to start from.
#[derive(Debug)]
pub struct ErrorType<E, Last = Required>(pub(super) PhantomData<fn() -> (E, Last)>);

impl<E, Last> Clone for ErrorType<E, Last> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E, Last> Copy for ErrorType<E, Last> {}

/// If no row fits, compilation ends with a text that says what to do.
#[derive(Clone, Copy, Debug)]
pub struct Required;

/// If no row fits, the adapter knows nothing.
#[derive(Clone, Copy, Debug)]
pub struct Optional;

impl<E, Last> ErrorType<E, Last> {
    /// The type that the expansion names.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "nobody else makes one")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<E> ErrorType<E> {
    /// The same type, for the case that no row needs to fit.
    #[must_use]
    pub const fn optional(self) -> ErrorType<E, Optional> {
        ErrorType::new()
    }
}

/// The error type of an attempt's future.
pub const fn error_type_of_future<O: Outcome, F: Future<Output = O>>(_: &F) -> ErrorType<O::Error> {
    ErrorType::new()
}

/// The future of an attempt, and its error type.
#[inline]
pub fn error_type<O: Outcome, F: Future<Output = O>>(
    body: F,
) -> (O::Checked<F>, ErrorType<O::Error>) {
    (Is::same(body), ErrorType::new())
}

/// The closure of a blocking attempt, and its error type.
#[inline]
pub fn error_type_blocking<O: Outcome, F: FnOnce() -> O>(
    body: F,
) -> (O::Checked<F>, ErrorType<O::Error>) {
    (Is::same(body), ErrorType::new())
}

/// The type of an error.
pub const fn error_type_of<E>(_: &E) -> ErrorType<E> {
    ErrorType::new()
}

/// Reads failures from an error type.
pub trait ReadFailure<E>: Copy {
    /// The facts that the error contains.
    fn failure(error: &E) -> Failure<'_>;
}

/// Makes an error when a call is cut short.
pub trait FromStopped<E> {
    /// The function that makes the error; none if the type can't hold a [`Stopped`].
    fn constructor() -> Option<fn(Stopped) -> E>;
}

/// The adapters of an attempt: its error is read by `R` and made by `A`. The expansion finds them in code that
/// never runs: they are types, and searching for them would leave calls behind in each function.
#[derive(Debug)]
pub struct Adapters<R, A>(PhantomData<fn() -> (R, A)>);

impl<R, A> Adapters<R, A> {
    /// These adapters.
    pub const fn of(_: R, _: A) -> Self
    where
        R: Copy,
        A: Copy,
    {
        Self::INFERRED
    }

    /// The adapters that inference knows.
    pub const INFERRED: Self = Self(PhantomData);
}

/// The failure that an adapter reads from an error.
pub fn read_failure<E, A: ReadFailure<E>>(_: A, error: &E) -> Failure<'_> {
    A::failure(error)
}

/// The constructor that an adapter knows.
#[must_use]
pub fn constructor<E, A: FromStopped<E>>(_: A) -> Option<fn(Stopped) -> E> {
    A::constructor()
}

/// The rows that can read. It is one trait, since each further one would be tried with every number of
/// references at every call site.
pub trait ReadRow {
    /// The row's name.
    type Adapter;
    /// The adapter.
    fn aws_retry_read(&self) -> Self::Adapter;
}

/// The rows that can hold a [`Stopped`].
pub trait StoppedRow {
    /// The row's name.
    type Adapter;
    /// The adapter.
    fn aws_retry_stop(&self) -> Self::Adapter;
}

/// The adapter of the types that no row can read or make.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl<E> ReadFailure<E> for Nothing {
    fn failure(_: &E) -> Failure<'_> {
        Failure::new()
    }
}

impl<E> FromStopped<E> for Nothing {
    #[inline]
    fn constructor() -> Option<fn(Stopped) -> E> {
        None
    }
}

impl<E> ReadRow for ErrorType<E, Optional> {
    type Adapter = Nothing;

    #[inline]
    fn aws_retry_read(&self) -> Nothing {
        Nothing
    }
}

impl<E> StoppedRow for ErrorType<E, Optional> {
    type Adapter = Nothing;

    #[inline]
    fn aws_retry_stop(&self) -> Nothing {
        Nothing
    }
}

/// The end of the search for a row that reads. Its bound is checked once method resolution has chosen it, so
/// that the message is the bound's text and not a list of all rows.
pub trait ReadNothing<E> {
    /// Does not compile for any type.
    #[inline]
    fn aws_retry_read(&self) -> Nothing
    where
        E: Readable,
    {
        Nothing
    }
}

impl<E> ReadNothing<E> for ErrorType<E, Required> {}

/// The end of the search for a row that makes an error from a [`Stopped`].
pub trait StopNothing<E> {
    /// Compiles only if an error never has to be made.
    #[inline]
    fn aws_retry_stop(&self) -> Nothing
    where
        E: CanRepresentStopped,
    {
        Nothing
    }
}

impl<E> StopNothing<E> for ErrorType<E, Required> {}

/// The methods, for a block of the expansion to import: that block gets only names that can't hide the
/// user's.
pub mod methods {
    pub use super::{ReadNothing as _, ReadRow as _, StopNothing as _, StoppedRow as _};
}

/// The bound at the end of the search. It is never met: its text is the message.
#[diagnostic::on_unimplemented(
    message = "`#[aws_retry]` cannot read the error type `{Self}`",
    label = "`#[aws_retry]` cannot read this error type",
    note = "return the SDK's own error, `anyhow::Error`, `eyre::Report`, `Box<dyn Error + Send + Sync>` or a type that implements `std::error::Error`",
    note = "or put `#[derive(AsFailure)]` on `{Self}`, or implement `aws_retry::AsFailure` for it (one method)",
    note = "or decide by `retry_if = |error| ..`: then the error type needs none of these"
)]
pub trait Readable {}

/// The bound at the end of the search for a constructor: its text is the message.
#[diagnostic::on_unimplemented(
    message = "a call that is cut needs a value of the error type `{Self}`, and none can be made",
    label = "this argument can end a call that has no error yet",
    note = "implement `From<aws_retry::Stopped>` for `{Self}`; with thiserror, add the variant `#[error(transparent)] Stopped(#[from] aws_retry::Stopped)`"
)]
pub trait CanRepresentStopped {}

/// A method that can't fail can't be cut short, whatever the arguments of its impl block say.
#[diagnostic::do_not_recommend]
impl CanRepresentStopped for NoError {}

/// The unsized errors that smart pointers lead to.
pub trait AsDynError {
    /// The error without its auto traits.
    fn as_dyn_error(&self) -> &(dyn Error + 'static);
}

macro_rules! as_dyn_error {
    ($($target:ty)+) => {$(
        impl AsDynError for $target {
            fn as_dyn_error(&self) -> &(dyn Error + 'static) {
                self
            }
        }
    )+};
}

as_dyn_error! { dyn Error dyn Error + Send dyn Error + Send + Sync }
