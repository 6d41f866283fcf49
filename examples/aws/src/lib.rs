//! The configuration of the examples' clients, which leads to an endpoint on loopback.

use aws_retry_testkit::endpoint::Endpoint;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, SharedCredentialsProvider, retry::RetryConfig,
};
use aws_types::SdkConfig;

/// Your program has `aws_config::defaults(..).retry_config(RetryConfig::disabled()).load().await` here. The
/// attribute retries, so the client does not: retries in two places multiply.
pub fn sdk_config(endpoint: &Endpoint) -> SdkConfig {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .retry_config(RetryConfig::disabled())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint.url())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

/// Prints the attribute's `tracing` events: each retry (function, attempt, code, delay), and the reason for a
/// give-up.
pub fn print_retries() {
    tracing_subscriber::fmt().without_time().with_ansi(false).init();
}
