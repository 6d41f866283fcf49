//! A retried function that calls another one: the innermost retries.

use anyhow::{Context, bail};
use aws_retry::aws_retry;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::list_secrets::ListSecretsError;

use crate::clients::{intercepted, plain};
use aws_retry_testkit::endpoint::{Endpoint, Step};

type Listed = Result<(), SdkError<ListSecretsError>>;

#[aws_retry(base_delay = "1ms", quota = false, max_retries = 2)]
async fn inner(client: &Client) -> Listed {
    client.list_secrets().send().await.map(drop)
}

#[aws_retry(base_delay = "1ms", quota = false, max_retries = 2)]
async fn outer(client: &Client) -> Listed {
    inner(client).await
}

#[aws_retry(base_delay = "1ms", quota = false, max_retries = 2)]
async fn outer_wraps(client: &Client) -> anyhow::Result<()> {
    inner(client).await.context("listing").context("scanning")
}

#[aws_retry(base_delay = "1ms", quota = false, max_retries = 2)]
async fn outermost(client: &Client) -> anyhow::Result<()> {
    outer_wraps(client).await.context("everything")
}

#[aws_retry(base_delay = "1ms", quota = false, max_retries = 2, nested = "retry")]
async fn outer_retries(client: &Client) -> Listed {
    inner(client).await
}

/// An inner call gives up and is ignored; then something else fails.
#[aws_retry(base_delay = "1ms", quota = false, max_retries = 2)]
async fn outer_fails_itself(client: &Client) -> anyhow::Result<()> {
    inner(client).await.ok();
    client.list_secrets().send().await?;
    Ok(())
}

#[aws_retry(base_delay = "1ms", quota = false, max_retries = 2, retry_if = |_| true)]
async fn inner_opaque(client: &Client) -> anyhow::Result<()> {
    match inner(client).await {
        Ok(()) => Ok(()),
        Err(_) => bail!("it failed"),
    }
}

#[aws_retry(base_delay = "1ms", quota = false, max_retries = 2, retry_if = |_| true)]
async fn outer_opaque(client: &Client) -> anyhow::Result<()> {
    inner_opaque(client).await
}

fn failures() -> [Step; 3] {
    [Step::throttled(), Step::html(503), Step::Hangup]
}

/// The requests of a call, with and without the interceptor, if all of them fail.
macro_rules! requests {
    ($failure:expr, $call:ident) => {{
        let endpoint = Endpoint::start([], $failure.clone());
        let with = intercepted(&endpoint, RetryConfig::disabled());
        $call(&with).await.expect_err("every request fails");
        let arrived = endpoint.arrived();
        endpoint.play([]);
        let without = plain(&endpoint, RetryConfig::disabled());
        $call(&without).await.expect_err("every request fails");
        assert_eq!(endpoint.arrived(), arrived, "{:?}", $failure);
        arrived
    }};
}

#[tokio::test]
async fn an_outer_call_passes_on_what_an_inner_one_gave_up_on() {
    for failure in failures() {
        assert_eq!(requests!(failure, outer), 3, "{failure:?}");
        assert_eq!(requests!(failure, outer_wraps), 3, "{failure:?}");
        assert_eq!(requests!(failure, outermost), 3, "{failure:?}");
    }
}

#[tokio::test]
async fn an_outer_call_with_nested_retry_retries_an_inner_give_up() {
    for failure in failures() {
        assert_eq!(requests!(failure, outer_retries), 9, "{failure:?}");
    }
}

#[tokio::test]
async fn an_outer_call_retries_a_failure_of_its_own() {
    let endpoint = Endpoint::start([], Step::throttled());
    let client = intercepted(&endpoint, RetryConfig::disabled());
    outer_fails_itself(&client).await.expect_err("every request fails");
    assert_eq!(endpoint.arrived(), 3 * (3 + 1));
    // Without the interceptor only the error is known. One with the same code and message counts as the inner
    // call's, unless request IDs differ.
    let client = plain(&endpoint, RetryConfig::disabled());
    endpoint.play([]);
    outer_fails_itself(&client).await.expect_err("every request fails");
    assert_eq!(endpoint.arrived(), 3 + 1);
    endpoint.play((0..12).map(|id| Step::throttled().header("x-amzn-requestid", &id.to_string())));
    outer_fails_itself(&client).await.expect_err("every request fails");
    assert_eq!(endpoint.arrived(), 3 * (3 + 1));
}

#[tokio::test]
async fn nested_calls_do_not_multiply_with_opaque_errors() {
    // `inner` gave up on a throttle; `inner_opaque`'s own error is another one, and it retries that.
    let endpoint = Endpoint::start([], Step::throttled());
    let client = intercepted(&endpoint, RetryConfig::disabled());
    outer_opaque(&client).await.expect_err("every request fails");
    assert_eq!(endpoint.arrived(), 3 * 3);
}
