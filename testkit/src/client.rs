//! SDK clients for tests: static credentials, plain HTTP, no retries of their own.

use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use tokio::runtime::Runtime;

/// The time that a client waits for an answer of a scripted endpoint, which answers at once or never.
pub const PATIENCE: Duration = Duration::from_millis(500);

/// Sleeps in real time even if a test has paused its clock: the clients' time-outs are about real sockets.
#[derive(Debug)]
pub struct RealSleep;

impl AsyncSleep for RealSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        static CLOCK: LazyLock<Runtime> = LazyLock::new(|| {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            builder.worker_threads(1).enable_time().build().expect("a runtime")
        });
        let asleep = CLOCK.spawn(async move { tokio::time::sleep(duration).await });
        Sleep::new(async { asleep.await.unwrap_or(()) })
    }
}

/// HTTP without TLS.
pub fn plain_http() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}

/// A client without a network: `answer` returns the status and the body for each request.
pub fn answered_by<B: Into<SdkBody>>(
    answer: impl Fn(HttpRequest) -> (u16, B) + Send + Sync + 'static,
) -> SharedHttpClient {
    struct Answers<F>(F);

    impl<F> fmt::Debug for Answers<F> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Answers")
        }
    }

    impl<F: Fn(HttpRequest) -> HttpResponse + Send + Sync> HttpConnector for Answers<F> {
        fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
            HttpConnectorFuture::ready(Ok((self.0)(request)))
        }
    }

    let connector = SharedHttpConnector::new(Answers(move |request| {
        let (status, body) = answer(request);
        HttpResponse::new(status.try_into().expect("a status"), body.into())
    }));
    http_client_fn(move |_, _| connector.clone())
}

/// `sdk_client!(name, sdk)` is a function `name(url, patience)` that makes a client of the crate `sdk`.
#[macro_export]
macro_rules! sdk_client {
    ($name:ident, $sdk:ident) => {
        /// A client of the service at `url`, that waits as long as `patience` for each answer.
        pub fn $name(url: &str, patience: std::time::Duration) -> $sdk::Client {
            use $crate::client::{RealSleep, plain_http};
            use $sdk::config::{
                BehaviorVersion, Config, Credentials, Region, SharedAsyncSleep,
                StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig,
            };
            let config = Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("us-east-1"))
                .credentials_provider(Credentials::new("AKIDTEST", "secret", None, None, "test"))
                .endpoint_url(url)
                .http_client(plain_http())
                .retry_config(RetryConfig::disabled())
                .timeout_config(TimeoutConfig::builder().read_timeout(patience).build())
                .sleep_impl(SharedAsyncSleep::new(RealSleep))
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                .build();
            $sdk::Client::from_conf(config)
        }
    };
}
