//! A client whose every call is retried: calls, pages, waiters.

use std::time::Duration;

use aws_retry::testing::Harness;
use aws_retry::{Polled, RetryClient, RetryPolicy, aws_retry, paginate};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::list_secrets::{ListSecretsError, ListSecretsOutput};
use aws_smithy_runtime_api::client::waiters::error::WaiterError;
use futures::TryStreamExt;

use crate::clients::{intercepted, plain};
use aws_retry_testkit::endpoint::{Endpoint, Step};

fn quick() -> RetryPolicy {
    RetryPolicy::new().base_delay(Duration::from_millis(1)).max_retries(2)
}

fn retrying(
    script: impl IntoIterator<Item = Step>,
    otherwise: Step,
) -> (Endpoint, RetryClient<Client>) {
    let endpoint = Endpoint::start(script, otherwise);
    let client = plain(&endpoint, RetryConfig::disabled());
    (endpoint, RetryClient::new(client, quick()))
}

fn page(name: &str, next: Option<&str>) -> Step {
    let next = next.map_or(String::new(), |next| format!(r#","NextToken":"{next}""#));
    Step::ok(format!(r#"{{"SecretList":[{{"Name":"{name}"}}]{next}}}"#))
}

#[tokio::test]
async fn calls_are_retried_and_the_bare_clients_are_not() {
    let (endpoint, client) = retrying([Step::throttled(), Step::html(503)], Step::ok("{}"));
    client.call(|it| it.list_secrets().send()).await.expect("listed");
    assert_eq!(endpoint.arrived(), 3);
    endpoint.play([Step::throttled()]);
    client.call_named("ListSecrets", |it| it.list_secrets().send()).await.expect("listed");
    assert_eq!(endpoint.arrived(), 2);
    endpoint.play([Step::throttled()]);
    client.inner().list_secrets().send().await.expect_err("throttled");
    assert_eq!(endpoint.arrived(), 1);
}

#[tokio::test]
async fn the_time_outs_of_a_retry_client_cut_its_calls() {
    let (endpoint, client) = retrying([Step::Stall], Step::ok("{}"));
    let client = client.inner().clone();
    let hurried = |policy: RetryPolicy| RetryClient::new(client.clone(), policy);
    let each = hurried(quick().attempt_timeout(Duration::from_millis(50)));
    each.call(|it| it.list_secrets().send()).await.expect("the second attempt is answered");
    assert_eq!(endpoint.arrived(), 2);
    endpoint.play([Step::Stall]);
    let whole = hurried(quick().total_timeout(Duration::from_millis(50)));
    let cut = whole.call(|it| it.list_secrets().send()).await.expect_err("cut");
    assert!(matches!(cut, SdkError::TimeoutError(_)), "{cut:?}");
    assert_eq!(endpoint.arrived(), 1);
}

#[tokio::test]
async fn a_named_call_is_reported_and_overridden_by_its_name() {
    let (endpoint, client) = retrying([], Step::throttled());
    let call = client.call_named("DescribeNamed", |it| it.list_secrets().send());
    let (outcome, report) = aws_retry::report(call).await;
    outcome.expect_err("throttled");
    assert_eq!(report.failures.len(), 3, "{report:?}");
    aws_retry::overrides::set("DescribeNamed", RetryPolicy::new().max_attempts(1));
    endpoint.play([]);
    let call = client.call_named("DescribeNamed", |it| it.list_secrets().send());
    call.await.expect_err("throttled");
    aws_retry::overrides::remove("DescribeNamed");
    assert_eq!(endpoint.arrived(), 1);
    endpoint.play([]);
    client.call(|it| it.list_secrets().send()).await.expect_err("throttled");
    assert_eq!(endpoint.arrived(), 3);
}

#[tokio::test]
async fn each_page_of_a_stream_is_retried() {
    let script = [page("a", Some("2")), Step::throttled(), page("b", Some("3")), page("c", None)];
    let (endpoint, client) = retrying(script, Step::error(400, "TooFar"));
    let pages = client.paginate(
        |it, token| it.list_secrets().set_next_token(token).send(),
        |page| page.next_token.clone(),
    );
    let names: Vec<_> = pages
        .into_stream()
        .map_ok(|page| page.secret_list()[0].name().expect("a name").to_owned())
        .try_collect()
        .await
        .expect("all pages");
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(endpoint.arrived(), 4);
}

#[aws_retry(base_delay = "1ms", quota = false)]
async fn list_page(
    client: &Client,
    token: Option<String>,
) -> Result<ListSecretsOutput, SdkError<ListSecretsError>> {
    client.list_secrets().set_next_token(token).send().await
}

#[tokio::test]
async fn pages_of_a_retried_fn_say_where_to_continue_after_a_failure() {
    let denied = Step::error(400, "AccessDeniedException");
    let script = [page("a", Some("2")), Step::throttled(), denied, page("b", None)];
    let endpoint = Endpoint::start(script, Step::error(400, "TooFar"));
    let client = intercepted(&endpoint, RetryConfig::standard());
    let next = |page: &ListSecretsOutput| page.next_token.clone();
    let failed = paginate(&client, list_page, next).collect().await.expect_err("denied");
    assert_eq!((failed.pages.len(), failed.token.as_deref()), (1, Some("2")));
    assert_eq!(failed.error.code(), Some("AccessDeniedException"));
    let rest = paginate(&client, list_page, next).from_token(failed.token).collect().await;
    assert_eq!(rest.expect("the rest").len(), 1);
    assert_eq!(endpoint.arrived(), 4);
}

#[tokio::test]
async fn a_seed_decides_the_waits_of_waiters_too() {
    let (_endpoint, client) = retrying([], Step::ok("{}"));
    let waits = async || {
        let harness = Harness::new().no_waits().seed(7);
        let most = Duration::from_secs(600);
        harness.scope(first_secret(&client, most)).await.expect_err("never");
        let mut waits = harness.waits();
        // The last one takes what the requests have left of the time.
        waits.pop();
        waits
    };
    let first = waits().await;
    assert!(first.len() > 8, "{first:?}");
    assert_eq!(first, waits().await);
}

/// Waits until there is a secret.
async fn first_secret(
    client: &RetryClient<Client>,
    most: Duration,
) -> Result<usize, WaiterError<ListSecretsOutput, ListSecretsError>> {
    let waiter = client.wait_until(
        |it| it.list_secrets().send(),
        |polled| match polled {
            Ok(output) if output.secret_list().is_empty() => Polled::Retry,
            Ok(_) => Polled::Success,
            Err(error) if error.code() == Some("NotYet") => Polled::Retry,
            Err(_) => Polled::Failure,
        },
    );
    let last = waiter.min_delay(Duration::from_millis(1)).wait(most).await?;
    Ok(last.into_result().map_or(0, |output| output.secret_list().len()))
}

#[tokio::test]
async fn a_waiter_survives_throttles_and_ends_in_the_state_that_the_service_reports() {
    let long = Duration::from_secs(60);
    let script = [Step::ok("{}"), Step::throttled(), Step::error(400, "NotYet"), Step::html(503)];
    let (endpoint, client) = retrying(script, page("a", None));
    assert_eq!(first_secret(&client, long).await.expect("it is there"), 1);
    assert_eq!(endpoint.arrived(), 5);

    endpoint.play([Step::error(400, "Denied")]);
    let failed = first_secret(&client, long).await.expect_err("denied");
    assert!(matches!(failed, WaiterError::FailureState(_)), "{failed:?}");
    assert_eq!(endpoint.arrived(), 1);

    let (endpoint, client) = retrying([], Step::Hangup);
    let failed = first_secret(&client, long).await.expect_err("no answer");
    assert!(matches!(failed, WaiterError::OperationFailed(_)), "{failed:?}");
    assert_eq!(endpoint.arrived(), 3, "a poll is retried as any call");

    let (endpoint, client) = retrying([], Step::ok("{}"));
    let waiter = client.wait_until(|it| it.list_secrets().send(), |_| Polled::Retry);
    let soon = std::time::Instant::now() + long;
    let late = aws_retry::with_deadline(soon, waiter.min_delay(2 * long).wait(5 * long));
    let failed = late.await.expect_err("the next poll would be too late");
    assert!(matches!(failed, WaiterError::ExceededMaxWait(_)), "{failed:?}");
    assert_eq!(endpoint.arrived(), 1);

    let (_endpoint, client) = retrying([], Step::ok("{}"));
    let failed = first_secret(&client, Duration::from_millis(20)).await.expect_err("never");
    assert!(matches!(failed, WaiterError::ExceededMaxWait(_)), "{failed:?}");
}
