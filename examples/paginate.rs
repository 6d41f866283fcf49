//! `cargo run --example paginate`: pages, each retried on its own. After a permanent failure it prints the pages so
//! far, and the token at which to continue.

use std::pin::pin;

use aws_retry::{Interrupted, aws_retry, paginate};
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_sdk_secretsmanager::config::{Config, Credentials, Region, retry::RetryConfig};
use aws_sdk_secretsmanager::operation::list_secrets::{ListSecretsError, ListSecretsOutput};
use aws_sdk_secretsmanager::{Client, error::SdkError};
use futures::TryStreamExt;

/// One page: one request.
#[aws_retry(base_delay = "10ms")]
async fn page(
    client: &Client,
    token: Option<String>,
) -> Result<ListSecretsOutput, SdkError<ListSecretsError>> {
    client.list_secrets().set_next_token(token).send().await
}

fn next(page: &ListSecretsOutput) -> Option<String> {
    page.next_token.clone()
}

fn names(page: &ListSecretsOutput) -> Vec<&str> {
    page.secret_list().iter().filter_map(|secret| secret.name()).collect()
}

/// Your program has `Client::new(&aws_config::load_defaults(..).await)` here.
fn client(endpoint: &Endpoint) -> Client {
    let config = Config::builder()
        .behavior_version_latest()
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "example"))
        .endpoint_url(endpoint.url())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled());
    Client::from_conf(config.build())
}

fn scripted_page(name: &str, next: Option<&str>) -> Step {
    let page = serde_json::json!({ "SecretList": [{ "Name": name }], "NextToken": next });
    Step::ok(page.to_string())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().without_time().with_ansi(false).init();
    let endpoint = Endpoint::start(
        [
            scripted_page("red", Some("2")),
            Step::throttled(),
            scripted_page("green", Some("3")),
            scripted_page("blue", None),
        ],
        Step::error(400, "ScriptIsOver"),
    );
    let client = client(&endpoint);

    println!("as a stream:");
    let mut pages = pin!(paginate(&client, page, next).into_stream());
    while let Some(page) = pages.try_next().await? {
        println!("  {:?}", names(&page));
    }

    println!("all at once, with a permanent failure:");
    endpoint.play([
        scripted_page("red", Some("2")),
        Step::error(400, "AccessDeniedException"),
        scripted_page("green", None),
    ]);
    match paginate(&client, page, next).collect().await {
        Ok(pages) => println!("  {} pages", pages.len()),
        Err(Interrupted { pages, token, error, .. }) => {
            println!("  {} page(s), then {}", pages.len(), aws_retry::explain!(error));
            let rest = paginate(&client, page, next).from_token(token).collect().await?;
            println!("  later {} more", rest.len());
        }
    }
    Ok(())
}
