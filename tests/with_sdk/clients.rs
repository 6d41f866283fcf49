//! Clients with the SDK's own retries, with and without the interceptor.

use std::time::Duration;

use aws_retry::sdk::Interceptor;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;

use crate::support::client::PATIENCE;
use crate::support::clients;
use crate::support::endpoint::Endpoint;

/// The SDK's three attempts, quickly.
pub fn three() -> RetryConfig {
    RetryConfig::standard().with_initial_backoff(Duration::from_millis(1))
}

/// A client without the interceptor.
pub fn plain(endpoint: &Endpoint, retries: RetryConfig) -> Client {
    let client = clients::secrets_manager(&endpoint.url(), PATIENCE);
    Client::from_conf(client.config().to_builder().retry_config(retries).build())
}

/// A client with the interceptor.
pub fn intercepted(endpoint: &Endpoint, retries: RetryConfig) -> Client {
    let config = plain(endpoint, retries).config().to_builder();
    Client::from_conf(config.interceptor(Interceptor::new()).build())
}
