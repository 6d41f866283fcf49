//! Clients of the services that the tests speak to: without retries, and with the SDK's own, with and
//! without the interceptor.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_retry::sdk::Interceptor;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::{RetryConfig, RetryPartition};

use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::Endpoint;
use aws_retry_testkit::sdk_client;

sdk_client!(secrets_manager, aws_sdk_secretsmanager);
sdk_client!(sqs, aws_sdk_sqs);

/// The SDK's three attempts, quickly.
pub fn three() -> RetryConfig {
    RetryConfig::standard().with_initial_backoff(Duration::from_millis(1))
}

/// A client without the interceptor. The SDK's retry tokens are its own: one bucket for all the tests of a
/// process would run out.
pub fn plain(endpoint: &Endpoint, retries: RetryConfig) -> Client {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let partition = format!("test {}", NEXT.fetch_add(1, Ordering::Relaxed));
    let config = secrets_manager(&endpoint.url(), PATIENCE).config().to_builder();
    let config = config.retry_config(retries).retry_partition(RetryPartition::new(partition));
    Client::from_conf(config.build())
}

/// A client with the interceptor.
pub fn intercepted(endpoint: &Endpoint, retries: RetryConfig) -> Client {
    let config = plain(endpoint, retries).config().to_builder();
    Client::from_conf(config.interceptor(Interceptor::new()).build())
}
