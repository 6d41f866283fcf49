//! The AWS SDK's own errors: `SdkError`, and an attempt's error before any type is erased.

use std::sync::Arc;

use aws_smithy_runtime_api::client::interceptors::context::Error as OperationError;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::event_stream::RawMessage;

use super::{Stopped, chain, connector, metadata, throttle};
use crate::decision::failure::{Failure, ReadFrom, Transport};
use crate::decision::retry_after::HintHeaders;

impl<E, R> From<Stopped> for SdkError<E, R> {
    fn from(stopped: Stopped) -> Self {
        Self::timeout_error(stopped)
    }
}

impl<E, R> From<Stopped> for Box<SdkError<E, R>> {
    fn from(stopped: Stopped) -> Self {
        Box::new(stopped.into())
    }
}

impl<E, R> From<Stopped> for Arc<SdkError<E, R>> {
    fn from(stopped: Stopped) -> Self {
        Arc::new(stopped.into())
    }
}

/// The raw answer that an `SdkError` holds, and the facts in it.
pub trait RawAnswer {
    /// Status, request id, the server's hint and a throttle's limit, as far as there are any.
    fn as_failure(&self) -> Failure<'_>;
}

impl RawAnswer for HttpResponse {
    fn as_failure(&self) -> Failure<'_> {
        of_response(self)
    }
}

/// A message in the middle of an event stream does not have an HTTP status or headers.
impl RawAnswer for RawMessage {
    fn as_failure(&self) -> Failure<'_> {
        Failure::new()
    }
}

/// Everything in an `SdkError` except the model of the operation's errors: see `metadata::modeled`.
pub(crate) fn of_sdk_error<E, R>(error: &SdkError<E, R>) -> Failure<'_>
where
    E: ProvideErrorMetadata,
    R: RawAnswer,
{
    let failure = match error {
        SdkError::ConstructionFailure(_) => Failure::transport(Transport::Construction),
        SdkError::TimeoutError(_) => Failure::transport(Transport::Timeout),
        SdkError::DispatchFailure(failure) => Failure::transport(
            failure.as_connector_error().map_or(Transport::Other, connector::of_connector),
        ),
        SdkError::ResponseError(context) => {
            Failure::transport(Transport::Response).or(context.raw().as_failure())
        }
        SdkError::ServiceError(context) => {
            metadata::of_provider(context.err()).or(context.raw().as_failure())
        }
        _ => Failure::new(),
    };
    of_sdk(failure)
}

fn of_sdk(failure: Failure<'_>) -> Failure<'_> {
    Failure { of_sdk: true, read_from: Some(ReadFrom::SdkError), ..failure }
}

/// Reads an attempt's error before any type is erased: it can contain more than the returned error.
pub(crate) fn of_attempt<'e>(
    error: &'e OrchestratorError<OperationError>,
    response: Option<&'e HttpResponse>,
) -> Failure<'e> {
    let failure = if let Some(error) = error.as_operation_error() {
        chain::of_chain(error)
    } else if let Some(error) = error.as_connector_error() {
        Failure::transport(connector::of_connector(error))
    } else if error.is_timeout_error() {
        Failure::transport(Transport::Timeout)
    } else if error.is_response_error() {
        Failure::transport(Transport::Response)
    } else if connector::is_about_credentials(error) {
        Failure::transport(Transport::Credentials)
    } else {
        Failure::transport(Transport::Other)
    };
    // The text of a modeled error starts with its code, and only the SDK can have written it.
    let failure = of_sdk(failure);
    match response {
        Some(response) => failure.or(of_response(response)),
        None => failure,
    }
}

fn of_response(response: &HttpResponse) -> Failure<'_> {
    let headers = response.headers();
    let id = ["x-amzn-requestid", "x-amz-request-id"].iter().find_map(|name| headers.get(*name));
    let hint = HintHeaders {
        amz: headers.get("x-amz-retry-after"),
        http: headers.get("retry-after"),
        date: headers.get("date"),
    };
    Failure {
        status: Some(response.status().as_u16()),
        request_id: id.map(Into::into),
        retry_after: hint.parse(),
        throttle: response.body().bytes().and_then(throttle::of_body),
        ..Failure::new()
    }
}

#[cfg(test)]
#[path = "sdk_tests.rs"]
mod tests;
