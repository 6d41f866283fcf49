//! A Lambda function whose AWS calls end in time: it answers before Lambda kills it, and says what failed.
//!
//! Lambda ends an invocation at its deadline without a word. Here every retried call inside the handler is
//! under that deadline, less the time that an answer takes. `cargo test -p lambda-handler` runs it against a
//! runtime API on loopback; `cargo lambda build -p lambda-handler` builds it for Lambda.

use std::time::Duration;

use anyhow::Context;
use aws_retry::{aws_retry, report, sdk::Interceptor, with_deadline};
use aws_sdk_secretsmanager::{Client, config::Builder};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::{Value, json};

/// The time in which the answer reaches Lambda.
const ANSWER: Duration = Duration::from_millis(500);

#[aws_retry(max_retries = 9, base_delay = "100ms")]
async fn version(client: &Client, secret: &str) -> anyhow::Result<String> {
    let secret = client.get_secret_value().secret_id(secret).send().await?;
    Ok(secret.version_id.unwrap_or_default())
}

/// The form in which Lambda shows an error: with its whole chain, since the outermost error says only "service error".
fn shown(error: anyhow::Error) -> Diagnostic {
    Diagnostic { error_type: "aws_call".to_owned(), error_message: format!("{error:#}") }
}

async fn handle(client: &Client, event: LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    let secret = event.payload["secret"].as_str().context("the event names no secret");
    let secret = secret.map_err(shown)?;
    let deadline = event.context.deadline() - ANSWER;
    let (version, report) = report(with_deadline(deadline, version(client, secret))).await;
    Ok(json!({ "version": version.map_err(shown)?, "attempts": report.attempts }))
}

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    tracing_subscriber::fmt().json().without_time().init();
    let tls = Provider::Rustls(CryptoMode::Ring);
    let http = aws_smithy_http_client::Builder::new().tls_provider(tls).build_https();
    // Once per instance of the function, not once per invocation.
    let config = aws_config::from_env().http_client(http).load().await;
    let client = Client::from_conf(Builder::from(&config).interceptor(Interceptor::new()).build());
    lambda_runtime::run(service_fn(|event| handle(&client, event))).await
}
