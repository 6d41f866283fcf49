//! The SDK's real orchestrator, with its retry strategies, in front of a modeled service.

use std::fmt;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime::client::orchestrator::operation::{Operation, OperationBuilder};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

/// The status of a throttle.
pub const THROTTLED: u16 = 429;
/// The status of a server fault.
pub const FAULT: u16 = 503;

/// An operation whose requests `send` answers with a status, or with the loss of the connection. The SDK keeps
/// token buckets and rate limiters by `service`: operations of one name share them.
pub fn operation<S, F>(
    service: String,
    retries: &RetryConfig,
    send: S,
) -> OperationBuilder<(), (), Refused>
where
    S: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = Result<u16, ConnectorError>> + Send + 'static,
{
    let connector = SharedHttpConnector::new(Wire(send));
    Operation::builder()
        .service_name(service)
        .operation_name("modeled")
        .behavior_version(BehaviorVersion::latest())
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .endpoint_url("http://localhost")
        .no_auth()
        .retry_classifier(ByStatus)
        .standard_retry(retries)
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .sleep_impl(TokioSleep::new())
        .serializer(|()| Ok(HttpRequest::new(SdkBody::empty())))
        .deserializer(|response: &HttpResponse| {
            if response.status().is_success() {
                Ok(())
            } else {
                Err(OrchestratorError::operation(Refused))
            }
        })
}

/// The error of an operation.
#[derive(Debug)]
pub struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

/// A lost connection is transient, as the SDK's own classifiers have it.
#[derive(Debug)]
struct ByStatus;

impl ClassifyRetry for ByStatus {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.response().map(|it| it.status().as_u16()) {
            Some(THROTTLED) => RetryAction::throttling_error(),
            Some(200) => RetryAction::NoActionIndicated,
            _ => RetryAction::transient_error(),
        }
    }

    fn name(&self) -> &'static str {
        "by status"
    }
}

/// The modeled service as the SDK's connector.
struct Wire<S>(S);

impl<S> fmt::Debug for Wire<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl<S, F> HttpConnector for Wire<S>
where
    S: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = Result<u16, ConnectorError>> + Send + 'static,
{
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0();
        HttpConnectorFuture::new(async move {
            let status = StatusCode::try_from(answer.await?)
                .map_err(|error| ConnectorError::other(error.into(), None))?;
            Ok(HttpResponse::new(status, SdkBody::empty()))
        })
    }
}
