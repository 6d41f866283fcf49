//! SDK clients for a test: static credentials, plain HTTP, no retries of their own.

use std::time::Duration;

use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::config::{
    BehaviorVersion, Credentials, Region, StalledStreamProtectionConfig,
};
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};

/// How long a client waits for an answer that never comes.
const PATIENCE: Duration = Duration::from_millis(300);

/// Sleeps by a thread, and so in real time even where a test has paused its clock: the clients'
/// time-outs are about real sockets.
#[derive(Debug)]
struct RealSleep;

impl AsyncSleep for RealSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        let (done, sleep) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            std::thread::sleep(duration);
            let _ = done.send(());
        });
        Sleep::new(async { sleep.await.unwrap_or(()) })
    }
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().read_timeout(PATIENCE).build()
}

macro_rules! client {
    ($name:ident, $sdk:ident) => {
        /// A client of the service at `url`.
        pub fn $name(url: &str) -> $sdk::Client {
            let config = $sdk::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("us-east-1"))
                .credentials_provider(Credentials::new("AKIDTEST", "secret", None, None, "test"))
                .endpoint_url(url)
                .http_client(aws_smithy_http_client::Builder::new().build_http())
                .retry_config(RetryConfig::disabled())
                .timeout_config(timeouts())
                .sleep_impl(SharedAsyncSleep::new(RealSleep))
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                .build();
            $sdk::Client::from_conf(config)
        }
    };
}

client!(secrets_manager, aws_sdk_secretsmanager);
client!(sqs, aws_sdk_sqs);
