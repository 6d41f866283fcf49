//! Real clients, through `#[aws_retry]`, call an emulator of AWS (moto) behind a proxy that fails by script. The
//! tests check the service's data at the end, and the number of requests.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use crate::clients;
use aws_retry::aws_retry;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_retry_testkit::peers::Moto;
use aws_sdk_secretsmanager as secrets;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::create_secret::{CreateSecretError, CreateSecretOutput};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_sdk_secretsmanager::operation::list_secrets::ListSecretsOutput;
use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType};
use aws_sdk_sqs as sqs;
use aws_sdk_sqs::operation::send_message::SendMessageError;
use aws_sdk_sqs::types::QueueAttributeName;
use futures::future::join_all;

/// Longer than the emulator takes for any request but the first.
const PATIENCE: Duration = Duration::from_secs(3);

/// The emulator, one for all tests, which use different names. Each test has a proxy of its own in front. `None`
/// if moto is not installed.
async fn proxy() -> Option<(Endpoint, SocketAddr)> {
    static MOTO: OnceLock<Option<Moto>> = OnceLock::new();
    let moto = MOTO.get_or_init(Moto::start).as_ref()?;
    let proxy = Endpoint::in_front_of(moto.address, []);
    // It loads a service at its first request.
    let patience = Duration::from_secs(60);
    let secrets = clients::secrets_manager(&proxy.url(), patience);
    secrets.list_secrets().send().await.expect("Secrets Manager works");
    let queues = clients::sqs(&proxy.url(), patience);
    queues.list_queues().send().await.expect("SQS works");
    proxy.play([]);
    Some((proxy, moto.address))
}

/// Skips the test without an emulator.
macro_rules! proxy_or_skip {
    () => {
        match proxy().await {
            Some(proxy) => proxy,
            None => return,
        }
    };
}

#[aws_retry(base_delay = "1ms")]
async fn create(
    client: &secrets::Client,
    name: &str,
    token: &str,
) -> Result<CreateSecretOutput, SdkError<CreateSecretError>> {
    let request = client.create_secret().name(name).secret_string("hush");
    request.client_request_token(token).send().await
}

#[aws_retry(base_delay = "1ms")]
async fn read(
    client: &secrets::Client,
    name: &str,
) -> Result<Option<String>, SdkError<GetSecretValueError>> {
    let answer = client.get_secret_value().secret_id(name).send().await?;
    Ok(answer.secret_string)
}

/// The names of all secrets that begin with `prefix`, the retries not counted.
async fn names(client: &secrets::Client, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut token = None;
    loop {
        let page = page(client, prefix, token).await.expect("a page");
        names.extend(page.secret_list().iter().filter_map(|it| it.name.clone()));
        token = page.next_token;
        if token.is_none() {
            names.sort();
            return names;
        }
    }
}

#[aws_retry(base_delay = "1ms")]
async fn page(
    client: &secrets::Client,
    prefix: &str,
    token: Option<String>,
) -> Result<ListSecretsOutput, secrets::Error> {
    let filter = Filter::builder().key(FilterNameStringType::Name).values(prefix).build();
    let request = client.list_secrets().max_results(2).filters(filter);
    Ok(request.set_next_token(token).send().await?)
}

#[aws_retry(base_delay = "1ms")]
async fn send(client: &sqs::Client, queue: &str) -> Result<(), SdkError<SendMessageError>> {
    client.send_message().queue_url(queue).message_body("once").send().await?;
    Ok(())
}

/// The same for a message that must not be sent twice.
#[aws_retry(base_delay = "1ms", idempotent = false)]
async fn send_once(client: &sqs::Client, queue: &str) -> Result<(), SdkError<SendMessageError>> {
    client.send_message().queue_url(queue).message_body("once").send().await?;
    Ok(())
}

async fn queue(client: &sqs::Client, name: &str) -> String {
    let answer = client.create_queue().queue_name(name).send().await;
    answer.expect("a queue").queue_url.expect("its URL")
}

/// The number of messages in the queue.
async fn messages(client: &sqs::Client, queue: &str) -> usize {
    let wanted = QueueAttributeName::ApproximateNumberOfMessages;
    let request = client.get_queue_attributes().queue_url(queue).attribute_names(wanted.clone());
    let answer = request.send().await.expect("attributes");
    let count = answer.attributes().and_then(|it| it.get(&wanted)).expect("a count");
    count.parse().expect("a number")
}

#[tokio::test]
async fn every_kind_of_failure_is_survived() {
    let (proxy, _) = proxy_or_skip!();
    let client = clients::secrets_manager(&proxy.url(), PATIENCE);
    let failures = [
        Step::throttled(),
        Step::error(500, "InternalServiceError"),
        Step::html(503),
        Step::Reset,
        Step::Hangup,
    ];
    proxy.play(failures.clone());
    create(&client, "every", &"1".repeat(32)).await.expect("survives");
    assert_eq!(proxy.arrived(), failures.len() + 1);
    proxy.play(failures.clone());
    assert_eq!(read(&client, "every").await.expect("survives").as_deref(), Some("hush"));
    assert_eq!(proxy.arrived(), failures.len() + 1);
    assert_eq!(names(&client, "every").await, ["every"]);
}

#[tokio::test]
async fn a_call_over_a_stalled_connection_is_cut_and_retried() {
    let (proxy, _) = proxy_or_skip!();
    let client = clients::secrets_manager(&proxy.url(), PATIENCE);
    create(&client, "stalled", &"2".repeat(32)).await.expect("a secret");
    proxy.play([Step::Stall]);
    assert_eq!(read(&client, "stalled").await.expect("survives").as_deref(), Some("hush"));
    assert_eq!(proxy.arrived(), 2);
}

#[tokio::test]
async fn a_lost_answer_is_harmless_with_a_client_token() {
    let (proxy, moto) = proxy_or_skip!();
    let client = clients::secrets_manager(&proxy.url(), PATIENCE);
    let token = "3".repeat(32);
    proxy.play([Step::LoseAnswer(moto)]);
    let created = create(&client, "lost", &token).await.expect("the second answer");
    assert_eq!(proxy.arrived(), 2);
    assert_eq!(created.version_id.as_deref(), Some(token.as_str()));
    assert_eq!(names(&client, "lost").await, ["lost"]);
}

#[tokio::test]
async fn a_call_that_is_not_idempotent_is_sent_again_only_after_a_throttle() {
    let (proxy, moto) = proxy_or_skip!();
    let client = clients::sqs(&proxy.url(), PATIENCE);
    let repeated = queue(&client, "repeated").await;
    proxy.play([Step::LoseAnswer(moto)]);
    send(&client, &repeated).await.expect("the second answer");
    assert_eq!(proxy.arrived(), 2);
    assert_eq!(messages(&client, &repeated).await, 2);

    let once = queue(&client, "once").await;
    for lost in [Step::LoseAnswer(moto), Step::empty(500), Step::Hangup] {
        proxy.play([lost]);
        send_once(&client, &once).await.expect_err("it may have been executed");
        assert_eq!(proxy.arrived(), 1);
    }
    proxy.play([Step::throttled(), Step::error(403, "RequestThrottled")]);
    send_once(&client, &once).await.expect("a throttled request was not executed");
    assert_eq!(proxy.arrived(), 3);
    // One whose answer was lost, and one after the throttles.
    assert_eq!(messages(&client, &once).await, 2);
}

#[tokio::test]
async fn permanent_errors_come_back_at_once() {
    let (proxy, _) = proxy_or_skip!();
    let client = clients::secrets_manager(&proxy.url(), PATIENCE);
    let error = read(&client, "nowhere").await.expect_err("there is none");
    assert!(
        error.as_service_error().is_some_and(GetSecretValueError::is_resource_not_found_exception)
    );
    assert_eq!(proxy.arrived(), 1);

    let queues = clients::sqs(&proxy.url(), PATIENCE);
    proxy.play([]);
    let error = send(&queues, &format!("{}/123456789012/nowhere", proxy.url())).await;
    let error = error.expect_err("there is none");
    assert!(error.as_service_error().is_some_and(SendMessageError::is_queue_does_not_exist));
    assert_eq!(proxy.arrived(), 1);
}

#[tokio::test]
async fn the_last_error_of_an_outage_comes_back_unchanged() {
    let (proxy, _) = proxy_or_skip!();
    let client = clients::secrets_manager(&proxy.url(), PATIENCE);
    let outage = (0..20)
        .map(|i| Step::error(503, "ServiceUnavailable").header("x-amzn-requestid", &i.to_string()));
    proxy.play(outage);
    let error = read(&client, "whatever").await.expect_err("the outage lasts");
    assert_eq!(proxy.arrived(), 6);
    assert_eq!(error.code(), Some("ServiceUnavailable"));
    let raw = error.raw_response().expect("a response");
    assert_eq!(raw.headers().get("x-amzn-requestid"), Some("5"));
}

#[tokio::test]
async fn each_page_is_retried_on_its_own() {
    let (proxy, moto) = proxy_or_skip!();
    let client = clients::secrets_manager(&proxy.url(), PATIENCE);
    let created = ["page-1", "page-2", "page-3", "page-4", "page-5"];
    for (i, name) in created.iter().enumerate() {
        create(&client, name, &format!("{i:032}")).await.expect("a secret");
    }
    let (page, throttle) = (|| Step::Forward(moto), Step::throttled);
    let outage = || Step::error(503, "ServiceUnavailable");
    proxy.play([throttle(), page(), throttle(), throttle(), page(), outage(), page()]);
    assert_eq!(names(&client, "page-").await, created);
    assert_eq!(proxy.arrived(), 7);
}

#[tokio::test]
async fn many_calls_at_once_lose_nothing() {
    const CALLS: usize = 20;
    const THROTTLES: usize = 30;
    #[aws_retry(base_delay = "1ms", max_retries = 30)]
    async fn patient(
        client: &secrets::Client,
    ) -> Result<Option<String>, SdkError<GetSecretValueError>> {
        let answer = client.get_secret_value().secret_id("many").send().await?;
        Ok(answer.secret_string)
    }
    let (proxy, _) = proxy_or_skip!();
    let client = clients::secrets_manager(&proxy.url(), PATIENCE);
    create(&client, "many", &"4".repeat(32)).await.expect("a secret");
    proxy.play(std::iter::repeat_n(Step::throttled(), THROTTLES));
    let answers = join_all((0..CALLS).map(|_| patient(&client))).await;
    assert!(
        answers.iter().all(|it| matches!(it, Ok(Some(value)) if value == "hush")),
        "{answers:?}"
    );
    assert_eq!(proxy.arrived(), CALLS + THROTTLES);
}

#[tokio::test]
async fn a_total_timeout_cuts_a_stall() {
    #[aws_retry(base_delay = "1ms", total_timeout = "300ms")]
    async fn hurried(client: &secrets::Client) -> Result<(), SdkError<GetSecretValueError>> {
        client.get_secret_value().secret_id("cut").send().await?;
        Ok(())
    }
    let (proxy, _) = proxy_or_skip!();
    let client = clients::secrets_manager(&proxy.url(), PATIENCE);
    proxy.play([Step::Stall, Step::Stall]);
    let error = hurried(&client).await.expect_err("it never comes");
    assert!(matches!(error, SdkError::TimeoutError(_)), "{error:?}");
    assert_eq!(proxy.arrived(), 1);
}
