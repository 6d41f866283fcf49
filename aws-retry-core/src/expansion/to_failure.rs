//! The closure forms, where the error type is a generic parameter, and the user's own error types.
//!
//! One trait with a blanket impl over the SDK's trait and concrete ones beside it is refused (E0119); a
//! marker parameter, which the compiler infers, keeps the impls apart. The markers are the adapters of
//! the table `error_types`, whose rows implement this trait. No two rows may fit one type: inference
//! would be stuck. That is why a type that is an `Error` and nothing else can't be read here, while the
//! attribute reads it: every error of the SDK is an `Error`, too, and no bound says "and nothing else".

use crate::decision::failure::Failure;
use crate::errors::Stopped;

/// The one-method trait that makes a user's own error type known to every mode and form.
///
/// `#[derive(AsFailure)]` of the crate `aws-retry` writes it for enums that wrap SDK errors.
pub trait AsFailure {
    /// What this error says of the failed attempt.
    fn as_failure(&self) -> Failure<'_>;

    /// Makes this error of a call that was cut, in the closure forms: `Some(Self::from)` for a type with
    /// `From<Stopped>`. Where there is none (the default), their deadlines and time-outs end no attempt
    /// in progress. The attribute asks for `From<Stopped>` itself.
    fn from_stopped() -> Option<fn(Stopped) -> Self>
    where
        Self: Sized,
    {
        None
    }
}

/// What a derived impl says: what is written on the variant, and what its source adds.
#[must_use]
pub fn with_source<'a>(own: Failure<'a>, source: Failure<'a>) -> Failure<'a> {
    own.or(source)
}

/// Errors that the closure forms and [`explain`](crate::explain()) can read. `Marker` is inferred: it
/// names the adapter.
///
/// There for `SdkError` of an operation or an event stream (also behind a `Box` or an `Arc`), operation
/// errors, modeled errors and `ErrorMetadata`, `anyhow::Error`, `eyre::Report`,
/// `Box<dyn Error + Send + Sync>`, `io::Error`, `dyn Error`, and everything that implements
/// [`AsFailure`].
#[diagnostic::on_unimplemented(
    message = "the closure forms cannot read the error type `{Self}`",
    label = "put `#[derive(AsFailure)]` on `{Self}`",
    note = "put `#[derive(aws_retry::AsFailure)]` on `{Self}`, or implement `AsFailure` for it (one method)",
    note = "instead of a service crate's `Error`, return the operation's `SdkError`; `#[aws_retry]` reads both"
)]
pub trait ToFailure<Marker> {
    /// What this error says of the failed attempt.
    fn failure_of(&self) -> Failure<'_>;

    /// Makes the error of a call that was cut; none where the type can't hold a [`Stopped`].
    fn from_stopped() -> Option<fn(Stopped) -> Self>
    where
        Self: Sized,
    {
        None
    }
}
