//! The closure forms, where the error type is a generic parameter, and the user's own error types.
//!
//! One trait with a blanket impl over the SDK's trait and concrete impls beside it is rejected (E0119). A
//! marker parameter, which the compiler infers, keeps the impls apart. The markers are the adapters of the
//! table `error_types`, whose rows implement this trait. No two rows may fit the same type, because inference
//! could not choose. That is why a type that is an `Error` and nothing else can't be read here, although the
//! attribute reads it: every SDK error is an `Error`, too, and no bound says "and nothing else".

use crate::decision::failure::Failure;
use crate::errors::Stopped;

/// The trait that makes a user's own error type known to every mode and form. It has one required method.
///
/// `#[derive(AsFailure)]` of the crate `aws-retry` implements it for enums that wrap SDK errors.
pub trait AsFailure {
    /// The facts about the failed attempt that this error contains.
    fn as_failure(&self) -> Failure<'_>;

    /// Makes this error when a call is cut short, in the closure forms: `Some(Self::from)` for a type with
    /// `From<Stopped>`. Without it (the default), their deadlines and time-outs do not end an attempt in
    /// progress. The attribute asks for `From<Stopped>` itself.
    fn from_stopped() -> Option<fn(Stopped) -> Self>
    where
        Self: Sized,
    {
        None
    }
}

/// The failure of a derived impl: the facts written on the variant, completed by those of its source.
#[must_use]
pub fn with_source<'a>(own: Failure<'a>, source: Failure<'a>) -> Failure<'a> {
    own.or(source)
}

/// Errors that the closure forms and [`explain`](crate::explain()) can read. `Marker` is inferred: it names
/// the adapter.
///
/// Implemented for `SdkError` of an operation or an event stream (also behind a `Box` or an `Arc`), operation
/// errors, modeled errors and `ErrorMetadata`, `anyhow::Error`, `eyre::Report`, `Box<dyn Error + Send +
/// Sync>`, `io::Error`, `dyn Error`, and every type that implements [`AsFailure`].
#[diagnostic::on_unimplemented(
    message = "the closure forms cannot read the error type `{Self}`",
    label = "put `#[derive(AsFailure)]` on `{Self}`",
    note = "put `#[derive(aws_retry::AsFailure)]` on `{Self}`, or implement `AsFailure` for it (one method)",
    note = "instead of a service crate's `Error`, return the operation's `SdkError`; `#[aws_retry]` reads both"
)]
pub trait ToFailure<Marker> {
    /// The facts about the failed attempt that this error contains.
    fn failure_of(&self) -> Failure<'_>;

    /// Makes the error when a call is cut short; none if the type can't hold a [`Stopped`].
    fn from_stopped() -> Option<fn(Stopped) -> Self>
    where
        Self: Sized,
    {
        None
    }
}
