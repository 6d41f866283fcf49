//! The adapters for the closure forms, where the error type is a generic parameter.
//!
//! One trait with a blanket impl over the SDK's trait and concrete ones beside it is refused (E0119); a
//! marker parameter, which the compiler infers, keeps the impls apart. Each bound below is met by no
//! type that another one covers.

use std::error::Error;
use std::io;
use std::ops::Deref;

#[cfg(feature = "sdk")]
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
#[cfg(feature = "sdk")]
use aws_smithy_runtime_api::client::result::{CreateUnhandledError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
#[cfg(feature = "sdk")]
use aws_smithy_types::retry::ProvideErrorKind;

use super::read_error::AsDynError;
use crate::decision::failure::{AsFailure, Failure};
#[cfg(feature = "sdk")]
use crate::errors::sdk;
use crate::errors::{Stopped, chain, metadata};

/// Errors that the closure forms and [`explain`](crate::explain()) can read. `Marker` is inferred: it
/// names the adapter.
///
/// There for `SdkError<E, HttpResponse>`, operation errors, modeled errors and `ErrorMetadata`,
/// `anyhow::Error`, `eyre::Report`, `Box<dyn Error ..>`, `io::Error`, `dyn Error`, and everything that
/// implements [`AsFailure`].
#[diagnostic::on_unimplemented(
    message = "the error type `{Self}` can't be read",
    note = "implement `AsFailure` for it (one method), or pass `&error as &dyn std::error::Error`"
)]
pub trait ToFailure<Marker> {
    /// Whether a call that is cut can have this error: time-outs then cut attempts of the closure forms,
    /// too.
    const HOLDS_STOPPED: bool = false;

    /// What this error says of the failed attempt.
    fn failure_of(&self) -> Failure<'_>;

    /// The error of a call that was cut.
    fn of_stopped(stopped: Stopped) -> Option<Self>
    where
        Self: Sized,
    {
        drop(stopped);
        None
    }
}

/// The adapters' names.
pub mod marker {
    /// The user's own [`AsFailure`](crate::AsFailure).
    #[derive(Debug)]
    pub struct User;
    /// `SdkError`.
    #[derive(Debug)]
    pub struct Sdk;
    /// An operation's error.
    #[derive(Debug)]
    pub struct Operation;
    /// A modeled error, or `ErrorMetadata`.
    #[derive(Debug)]
    pub struct Modeled;
    /// A smart pointer to an erased error.
    #[derive(Debug)]
    pub struct Pointer;
    /// `io::Error`.
    #[derive(Debug)]
    pub struct Io;
    /// An erased error.
    #[derive(Debug)]
    pub struct Erased;
}

impl<E: AsFailure> ToFailure<marker::User> for E {
    fn failure_of(&self) -> Failure<'_> {
        self.as_failure()
    }
}

#[cfg(feature = "sdk")]
impl<E> ToFailure<marker::Sdk> for SdkError<E, HttpResponse>
where
    E: ProvideErrorMetadata + ProvideErrorKind + Error + 'static,
{
    const HOLDS_STOPPED: bool = true;

    fn failure_of(&self) -> Failure<'_> {
        metadata::modeled(sdk::of_sdk_error(self), self.as_service_error())
    }

    fn of_stopped(stopped: Stopped) -> Option<Self> {
        Some(Self::timeout_error(stopped))
    }
}

#[cfg(feature = "sdk")]
impl<E> ToFailure<marker::Operation> for E
where
    E: ProvideErrorMetadata + ProvideErrorKind + CreateUnhandledError + Error + 'static,
{
    const HOLDS_STOPPED: bool = true;

    fn failure_of(&self) -> Failure<'_> {
        metadata::modeled(chain::of_provider_or_chain(self), Some(self))
    }

    fn of_stopped(stopped: Stopped) -> Option<Self> {
        Some(Self::create_unhandled_error(Box::new(stopped), None))
    }
}

// Modeled errors and `ErrorMetadata` can be cloned; operation errors and `SdkError` can't.
impl<E: ProvideErrorMetadata + Clone> ToFailure<marker::Modeled> for E {
    fn failure_of(&self) -> Failure<'_> {
        metadata::of_provider(self)
    }
}

impl<E: Deref<Target: AsDynError>> ToFailure<marker::Pointer> for E {
    fn failure_of(&self) -> Failure<'_> {
        chain::of_chain((**self).as_dyn_error())
    }
}

impl ToFailure<marker::Io> for io::Error {
    const HOLDS_STOPPED: bool = true;

    fn of_stopped(stopped: Stopped) -> Option<Self> {
        Some(stopped.into())
    }

    fn failure_of(&self) -> Failure<'_> {
        chain::of_chain(self)
    }
}

impl ToFailure<marker::Erased> for dyn Error {
    fn failure_of(&self) -> Failure<'_> {
        chain::of_chain(self)
    }
}
