//! What carries the SDK's error metadata: operation errors, modeled errors, `ErrorMetadata` itself.

use std::error::Error;

use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::chain;
use crate::failure::Failure;

/// The key under which the SDK keeps the request id in the metadata.
const REQUEST_ID: &str = "aws_request_id";

pub(super) fn of_metadata(meta: &ErrorMetadata) -> Failure<'_> {
    Failure {
        code: meta.code().map(Into::into),
        message: meta.message().map(Into::into),
        request_id: meta.extra(REQUEST_ID).map(Into::into),
        of_sdk: true,
        ..Failure::new()
    }
}

pub(super) fn of_provider<E: ProvideErrorMetadata + ?Sized>(error: &E) -> Failure<'_> {
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
pub(super) fn of_provider_or_chain<E: ProvideErrorMetadata + Error + 'static>(
    error: &E,
) -> Failure<'_> {
    let failure = of_provider(error);
    if failure.code.is_some() { failure } else { failure.or(chain::of_chain(error)) }
}
