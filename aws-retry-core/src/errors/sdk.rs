//! The AWS SDK's own errors: `SdkError`, and the connector's errors inside it.

use std::error::Error;

use aws_smithy_runtime_api::client::interceptors::context::Error as OperationError;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::{ConnectorError, DispatchFailure, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{chain, metadata};
use crate::decision::failure::{Failure, Transport};
use crate::decision::retry_after::HintHeaders;

/// What an `SdkError` says, but for the model of the operation's errors: see `metadata::modeled`.
pub(crate) fn of_sdk_error<E>(error: &SdkError<E, HttpResponse>) -> Failure<'_>
where
    E: ProvideErrorMetadata,
{
    let failure = match error {
        SdkError::ConstructionFailure(_) => Failure::transport(Transport::Construction),
        SdkError::TimeoutError(_) => Failure::transport(Transport::Timeout),
        SdkError::DispatchFailure(failure) => of_dispatch(failure),
        SdkError::ResponseError(context) => {
            Failure::transport(Transport::Response).or(of_response(context.raw()))
        }
        SdkError::ServiceError(context) => {
            metadata::of_provider(context.err()).or(of_response(context.raw()))
        }
        _ => Failure::new(),
    };
    Failure { of_sdk: true, ..failure }
}

/// What the SDK knows of an attempt before any type is erased: more than the error returned may hold.
pub(crate) fn of_attempt<'e>(
    error: &'e OrchestratorError<OperationError>,
    response: Option<&'e HttpResponse>,
) -> Failure<'e> {
    let failure = if let Some(error) = error.as_operation_error() {
        // The text of a modeled error starts with its code, and nobody else has written it.
        Failure { guessed: false, ..chain::of_chain(error) }
    } else if let Some(error) = error.as_connector_error() {
        of_connector(error)
    } else if error.is_timeout_error() {
        Failure::transport(Transport::Timeout)
    } else if error.is_response_error() {
        Failure::transport(Transport::Response)
    } else if is_about_credentials(error) {
        Failure::transport(Transport::Credentials)
    } else {
        Failure::transport(Transport::Other)
    };
    let failure = Failure { of_sdk: true, ..failure };
    match response {
        Some(response) => failure.or(of_response(response)),
        None => failure,
    }
}

fn of_dispatch(failure: &DispatchFailure) -> Failure<'_> {
    match failure.as_connector_error() {
        Some(connector) => of_connector(connector),
        None => Failure::transport(Transport::Other),
    }
}

/// What `error` says, if it is a connector's error.
pub(crate) fn connector_in<'e>(error: &'e (dyn Error + 'static)) -> Option<Failure<'e>> {
    error.downcast_ref::<ConnectorError>().map(of_connector)
}

fn of_connector(error: &ConnectorError) -> Failure<'_> {
    let transport = if error.is_user() {
        Transport::Construction
    } else if is_of_no_kind(error) && is_about_credentials(error) {
        // Whatever its provider could not reach, and had its own retries for.
        Transport::Credentials
    } else if never_connected(error) {
        if error.is_timeout() { Transport::ConnectTimeout } else { Transport::NeverConnected }
    } else if error.is_timeout() {
        Transport::Timeout
    } else if error.is_io() || error.as_other().is_some() {
        Transport::Io
    } else {
        Transport::Other
    };
    Failure { of_sdk: true, ..Failure::transport(transport) }
}

/// What failed before anything was sent arrives as a connector's error that is none.
fn is_of_no_kind(error: &ConnectorError) -> bool {
    !error.is_timeout() && !error.is_io() && error.as_other().is_none()
}

/// Whether the connection was never made. The connector's own mark of it can't be read, so this looks
/// for what its clients put beneath: an I/O error of connecting, or hyper's and the SDK's own words.
fn never_connected(error: &ConnectorError) -> bool {
    error.connection_metadata().is_none()
        && chain::walk(error).any(|source| {
            let refused =
                source.downcast_ref().and_then(chain::of_io) == Some(Transport::NeverConnected);
            refused || {
                let text = source.to_string();
                text == "client error (Connect)" || text.starts_with("HTTP connect timeout")
            }
        })
}

/// A provider of credentials fails as a dispatch failure of no particular kind: its words tell.
fn is_about_credentials(error: &(dyn Error + 'static)) -> bool {
    chain::walk(error).any(|source| {
        let text = source.to_string();
        ["credential", "identity", "SSO session", "token provider"]
            .iter()
            .any(|word| text.contains(word))
    })
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
        ..Failure::new()
    }
}

#[cfg(test)]
#[path = "sdk_tests.rs"]
mod tests;
