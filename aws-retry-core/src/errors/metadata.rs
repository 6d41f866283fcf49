//! What carries the SDK's error metadata: operation errors, modeled errors, `ErrorMetadata` itself.

use std::error::Error;

use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::{ErrorKind, ProvideErrorKind};

use super::chain;
use crate::decision::failure::{Failure, Kind};

/// The key under which the SDK keeps the request id in the metadata.
const REQUEST_ID: &str = "aws_request_id";

pub(crate) fn of_metadata(meta: &ErrorMetadata) -> Failure<'_> {
    Failure {
        code: meta.code().map(Into::into),
        message: meta.message().map(Into::into),
        request_id: meta.extra(REQUEST_ID).map(Into::into),
        of_sdk: true,
        ..Failure::new()
    }
}

pub(crate) fn of_provider<E: ProvideErrorMetadata + ?Sized>(error: &E) -> Failure<'_> {
    let failure = of_metadata(error.meta());
    Failure {
        // An error of the user's own may answer without metadata behind it.
        code: failure.code.or_else(|| error.code().map(Into::into)),
        message: failure.message.or_else(|| error.message().map(Into::into)),
        ..failure
    }
}

/// An operation's or a service's error made of a time-out or a lost connection has no metadata: its
/// sources have.
pub(crate) fn of_provider_or_chain<E: ProvideErrorMetadata + Error + 'static>(
    error: &E,
) -> Failure<'_> {
    let failure = of_provider(error);
    if failure.code.is_some() { failure } else { failure.or(chain::of_chain(error)) }
}

/// `failure` with what the model of the operation says of its error, if that is one of the service's.
pub(crate) fn modeled<'e, E>(failure: Failure<'e>, error: Option<&E>) -> Failure<'e>
where
    E: ProvideErrorKind + Error + 'static,
{
    let Some(error) = error else { return failure };
    Failure {
        // An error that the operation does not model has the bare metadata for its source; one whose body
        // could not be parsed has no code.
        modeled: error
            .source()
            .map(|source| failure.code.is_some() && !source.is::<ErrorMetadata>()),
        modeled_kind: error.retryable_error_kind().map(kind_of),
        ..failure
    }
}

/// The model marks an error as retryable whatever its kind, a client's fault included: only the way it
/// is retried depends on it.
fn kind_of(kind: ErrorKind) -> Kind {
    match kind {
        ErrorKind::ThrottlingError => Kind::Throttled,
        _ => Kind::Transient,
    }
}
