//! `cargo run --example sdk_interceptor`: the number of requests and idempotency tokens that a failure costs while
//! the SDK's own retries are on, without the interceptor and with it.

use std::collections::HashSet;
use std::time::Duration;

use aws_retry::aws_retry;
use aws_retry::sdk::Interceptor;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_sdk_secretsmanager::config::{Builder, Config, Credentials, Region, retry::RetryConfig};
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use aws_sdk_secretsmanager::{Client, error::SdkError};

/// Creates a secret. The SDK makes a client token for each operation: a retry outside the operation has a different
/// one, so a service that executed the first request would not recognize it.
#[aws_retry(base_delay = "1ms", quota = false)]
async fn create(client: &Client) -> Result<(), SdkError<CreateSecretError>> {
    client.create_secret().name("password").secret_string("1234").send().await.map(drop)
}

/// Your program has `Builder::from(&aws_config::load_defaults(..).await)` here.
fn config(endpoint: &Endpoint) -> Builder {
    Config::builder()
        .behavior_version_latest()
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "example"))
        .endpoint_url(endpoint.url())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
}

/// The requests and the different tokens of one call.
async fn cost(client: &Client, endpoint: &Endpoint) -> anyhow::Result<String> {
    let outcome = if create(client).await.is_ok() { "created" } else { "failed" };
    let mut tokens = HashSet::new();
    for request in endpoint.requests() {
        let body: serde_json::Value = serde_json::from_slice(&request.body)?;
        tokens.insert(body["ClientRequestToken"].to_string());
    }
    Ok(format!("{outcome}, {:2} requests, {} tokens", endpoint.arrived(), tokens.len()))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let broken = || Step::error(500, "InternalServiceError");
    let created = || Step::ok("{}");
    println!("{:22} {:32} with the interceptor", "", "without the interceptor");
    for (failure, script, otherwise) in [
        ("a 500, then 200", vec![broken()], created()),
        ("2 throttles, then 200", vec![Step::throttled(), Step::throttled()], created()),
        ("nothing but 500s", vec![], broken()),
        ("nothing but throttles", vec![], Step::throttled()),
    ] {
        let endpoint = Endpoint::start(script.clone(), otherwise);
        let without = Client::from_conf(config(&endpoint).build());
        let without = cost(&without, &endpoint).await?;
        endpoint.play(script);
        let with = Client::from_conf(config(&endpoint).interceptor(Interceptor::new()).build());
        println!("{failure:22} {without:32} {}", cost(&with, &endpoint).await?);
    }
    Ok(())
}
