//! `cargo run --example quickstart`: the service throttles twice, and only the log shows it.
use aws_retry::aws_retry;
use aws_retry_testkit::client::answered_by;
use aws_sdk_secretsmanager::config::{Config, Credentials, Region, retry::RetryConfig};
use aws_sdk_secretsmanager::{Client, Error, operation::list_secrets::ListSecretsOutput};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// One page of a region's secrets, however hard the service throttles.
#[aws_retry(max_retries = 5, base_delay = "500ms")]
async fn page(client: &Client, token: Option<String>) -> Result<ListSecretsOutput, Error> {
    Ok(client.list_secrets().set_next_token(token).send().await?)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt::init();
    let requests = AtomicU32::new(0);
    let answers = [(400, r#"{"__type":"ThrottlingException"}"#), (200, r#"{"SecretList":[{}]}"#)];
    let network = answered_by(move |_| answers[usize::from(requests.fetch_add(1, Relaxed) > 1)]);
    let me = Credentials::new("key", "secret", None, None, "quickstart");
    let config = Config::builder().region(Region::new("us-east-1")).credentials_provider(me);
    let config = config.http_client(network).retry_config(RetryConfig::disabled());
    let client = Client::from_conf(config.behavior_version_latest().build());
    println!("secrets: {}", page(&client, None).await?.secret_list().len());
    Ok(())
}
