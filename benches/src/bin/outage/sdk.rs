//! The SDK's standard strategy through its real orchestrator, with a token bucket of its own per scope.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_retry_core::Transport;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
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

use crate::service::{Fault, Service};

tokio::task_local! {
    /// Whether the call in progress has lost its connection already.
    static LOST: Cell<bool>;
}

pub struct Sdk(Operation<(), (), Failed>);

impl Sdk {
    /// A client of `service`.
    pub fn new(service: Service) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let connector = SharedHttpConnector::new(Wire(service));
        let operation = Operation::builder()
            // The SDK keeps one bucket per service and region.
            .service_name(format!("outage {}", NEXT.fetch_add(1, Ordering::Relaxed)))
            .operation_name("outage")
            .behavior_version(BehaviorVersion::latest())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .endpoint_url("http://localhost")
            .no_auth()
            .retry_classifier(AsTheSdkDoes)
            .standard_retry(&RetryConfig::standard())
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .sleep_impl(TokioSleep::new())
            .serializer(|()| Ok(HttpRequest::new(SdkBody::empty())))
            .deserializer(|response: &HttpResponse| {
                if response.status().is_success() {
                    Ok(())
                } else {
                    Err(OrchestratorError::operation(Failed))
                }
            });
        Self(operation.build())
    }

    /// One call. Whether it succeeded.
    pub async fn call(&self) -> bool {
        LOST.scope(Cell::new(false), self.0.invoke(())).await.is_ok()
    }
}

#[derive(Debug)]
struct Failed;

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Failed {}

#[derive(Debug)]
struct AsTheSdkDoes;

impl ClassifyRetry for AsTheSdkDoes {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.response().map(|response| response.status().as_u16()) {
            Some(400) => RetryAction::throttling_error(),
            Some(200) => RetryAction::NoActionIndicated,
            _ => RetryAction::transient_error(),
        }
    }

    fn name(&self) -> &'static str {
        "as the SDK does"
    }
}

/// The service as the SDK's connector.
#[derive(Clone)]
struct Wire(Service);

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl HttpConnector for Wire {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let service = self.0.clone();
        HttpConnectorFuture::new(async move {
            let lost = LOST.with(|lost| lost.replace(true));
            let status = match service.request(lost).await {
                Ok(()) => 200,
                Err(Fault::Unavailable) => 503,
                Err(Fault::Throttle) => 400,
                Err(fault) => return Err(connector_error(fault)),
            };
            let status = StatusCode::try_from(status).expect("a status");
            Ok(HttpResponse::new(status, SdkBody::empty()))
        })
    }
}

fn connector_error(fault: Fault) -> ConnectorError {
    match fault.transport() {
        Some(Transport::Timeout) => ConnectorError::timeout("timed out".into()),
        _ => ConnectorError::io("lost".into()),
    }
}
