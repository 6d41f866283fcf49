//! `cargo run --example own_error`: an error type of your own says which failures are worth a retry.
//!
//! A secret is read while it is being rotated. The service throttles, then the value is a placeholder: both
//! pass with time. A value that is not a password does not.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use aws_retry::{AsFailure, Event, Failure, ToFailure, aws_retry, explain};
use aws_retry_testkit::client::answered_by;
use aws_sdk_secretsmanager::{
    Client, Config,
    config::{Credentials, Region, retry::RetryConfig},
    error::SdkError,
    operation::get_secret_value::GetSecretValueError,
};
use thiserror::Error;

#[derive(Debug, Error)]
#[allow(clippy::large_enum_variant, reason = "an error is rare")]
enum PasswordError {
    #[error(transparent)]
    Aws(#[from] SdkError<GetSecretValueError>),
    #[error("the secret is being rotated")]
    BeingRotated,
    #[error("the secret is not a password")]
    NoPassword,
}

impl AsFailure for PasswordError {
    fn as_failure(&self) -> Failure<'_> {
        match self {
            // The facts of the SDK's error: code, status, time-outs, hints.
            Self::Aws(error) => error.failure_of(),
            Self::BeingRotated => Failure::retryable().with_code("BeingRotated"),
            Self::NoPassword => Failure::permanent().with_code("NoPassword"),
        }
    }
}

#[aws_retry(base_delay = "200ms", on_retry = tell)]
async fn password(client: &Client, id: &str) -> Result<String, PasswordError> {
    let secret = client.get_secret_value().secret_id(id).send().await?;
    match secret.secret_string() {
        Some("") => Err(PasswordError::BeingRotated),
        Some(password) => Ok(password.to_owned()),
        None => Err(PasswordError::NoPassword),
    }
}

fn tell(event: &Event<'_>) {
    let code = event.code.unwrap_or("an error");
    println!(
        "attempt {} of {}: {code}; again in {:?}",
        event.attempt, event.max_attempts, event.delay
    );
}

#[tokio::main]
async fn main() {
    let client = client(&[
        (400, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#),
        (200, r#"{"SecretString":""}"#),
        (200, r#"{"SecretString":"correct horse"}"#),
        (200, r#"{"SecretBinary":"AAAA"}"#),
    ]);
    for id in ["database", "certificate"] {
        match password(&client, id).await {
            Ok(password) => println!("{id}: a password of {} letters", password.len()),
            Err(error) => println!("{id}: {error} ({})", explain!(error)),
        }
    }
}

/// A client that gets these answers, one per request, instead of the network's.
fn client(answers: &'static [(u16, &str)]) -> Client {
    let asked = AtomicUsize::new(0);
    let http = answered_by(move |_| answers[asked.fetch_add(1, Relaxed) % answers.len()]);
    let config = Config::builder()
        .behavior_version_latest()
        .http_client(http)
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "example"))
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}
