//! The SDK's own strategies, through its real orchestrator, limiter and token bucket.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_smithy_async::{rt::sleep::TokioSleep, time::TimeSource};
use aws_smithy_runtime::client::{
    orchestrator::operation::Operation,
    retries::{ClientRateLimiter, RetryPartition, TokenBucket},
};
use aws_smithy_runtime_api::client::{
    behavior_version::BehaviorVersion,
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    interceptors::context::InterceptorContext,
    orchestrator::{HttpRequest, HttpResponse, OrchestratorError},
    retries::classifiers::{ClassifyRetry, RetryAction},
    runtime_plugin::StaticRuntimePlugin,
    stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::{
    body::SdkBody, config_bag::Layer, retry::RetryConfig, timeout::TimeoutConfig,
};
use tokio::time::Instant;

use super::{Ended, Policy};
use crate::world::{Process, Reply};

const THROTTLED: u16 = 429;
const FAULT: u16 = 503;

tokio::task_local! {
    /// Requests of the call in progress.
    static ATTEMPTS: Arc<AtomicU32>;
}

pub struct Sdk(Operation<(), (), Failed>);

impl Sdk {
    /// Each simulated process has limiters of its own, as real ones have: they are kept by name.
    pub fn new(policy: Policy, process: &Process) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("simulated {}", NEXT.fetch_add(1, Ordering::Relaxed));
        let retries = if policy == Policy::SdkStandard {
            RetryConfig::standard()
        } else {
            RetryConfig::adaptive()
        };
        let time = Time { origin: process.origin };
        let connector = SharedHttpConnector::new(Wire(process.clone()));
        let mut operation = Operation::builder()
            .service_name(name.clone())
            .operation_name("simulated")
            .behavior_version(BehaviorVersion::latest())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .endpoint_url("http://localhost")
            .no_auth()
            .retry_classifier(ByStatus)
            .standard_retry(&retries.with_max_attempts(10))
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .sleep_impl(TokioSleep::new())
            .time_source(time.clone())
            .serializer(|()| Ok(HttpRequest::new(SdkBody::empty())))
            .deserializer(|response: &HttpResponse| {
                if response.status().is_success() {
                    Ok(())
                } else {
                    Err(OrchestratorError::operation(Failed))
                }
            });
        if policy == Policy::SdkAdaptivePartitioned {
            let seconds = time.now().duration_since(UNIX_EPOCH).map_or(0.0, |it| it.as_secs_f64());
            let partition = RetryPartition::custom(name)
                .token_bucket(TokenBucket::default())
                .client_rate_limiter(ClientRateLimiter::new(seconds))
                .build();
            let mut layer = Layer::new("partition");
            layer.store_put(partition);
            operation =
                operation.runtime_plugin(StaticRuntimePlugin::new().with_config(layer.freeze()));
        }
        Self(operation.build())
    }

    pub async fn call(&self) -> Ended {
        let attempts = Arc::new(AtomicU32::new(0));
        let outcome = ATTEMPTS.scope(Arc::clone(&attempts), self.0.invoke(())).await;
        Ended { attempts: attempts.load(Ordering::Relaxed), failed: outcome.is_err() }
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

/// The paused clock.
#[derive(Clone, Debug)]
struct Time {
    origin: Instant,
}

impl TimeSource for Time {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_800_000_000) + self.origin.elapsed()
    }
}

#[derive(Debug)]
struct ByStatus;

impl ClassifyRetry for ByStatus {
    fn classify_retry(&self, ctx: &InterceptorContext) -> RetryAction {
        match ctx.response().map(|it| it.status().as_u16()) {
            Some(THROTTLED) => RetryAction::throttling_error(),
            Some(FAULT) => RetryAction::transient_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "by status"
    }
}

/// The simulated service as the SDK's connector.
#[derive(Clone)]
struct Wire(Process);

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl HttpConnector for Wire {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let process = self.0.clone();
        HttpConnectorFuture::new(async move {
            let _ = ATTEMPTS.try_with(|it| it.fetch_add(1, Ordering::Relaxed));
            let status = match process.request().await {
                Reply::Done => 200,
                Reply::Throttled | Reply::Hinted(_) => THROTTLED,
                Reply::Fault | Reply::Lost => FAULT,
            };
            let status = StatusCode::try_from(status).expect("a status");
            Ok(HttpResponse::new(status, SdkBody::empty()))
        })
    }
}
