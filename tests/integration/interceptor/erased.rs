//! Errors whose type was erased are classified as if it were still there.

use std::sync::Mutex;
use std::time::Duration;

use anyhow::Context;
use aws_retry::{Event, aws_retry};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_sqs::error::SdkError;
use aws_sdk_sqs::operation::send_message::SendMessageError;

use crate::clients;
use crate::clients::{intercepted, plain, three};
use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::{Endpoint, Step};

async fn list(client: &Client) -> anyhow::Result<()> {
    client.list_secrets().send().await.context("Listing: secrets")?;
    Ok(())
}

#[aws_retry(base_delay = "1ms", quota = false)]
async fn list_by_anyhow(client: &Client) -> anyhow::Result<()> {
    list(client).await
}

#[aws_retry(base_delay = "1ms", quota = false)]
async fn list_by_box(client: &Client) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    client.list_secrets().send().await?;
    Ok(())
}

#[derive(Debug, thiserror::Error)]
enum ScanError {
    #[error("the list failed")]
    List(#[source] Box<dyn std::error::Error + Send + Sync>),
}

#[aws_retry(base_delay = "1ms", quota = false)]
async fn list_by_enum(client: &Client) -> Result<(), ScanError> {
    let listed = client.list_secrets().send().await;
    listed.map(drop).map_err(|error| ScanError::List(error.into_service_error().into()))
}

/// Failures of which the erased error loses something: a status without a code.
fn untold() -> Vec<Step> {
    vec![Step::html(503), Step::empty(502), Step::empty(429), Step::error(500, "Unheard")]
}

#[tokio::test]
async fn a_status_is_known_although_the_error_lost_it() {
    for failure in untold() {
        let endpoint = Endpoint::start([], Step::ok("{}"));
        let client = intercepted(&endpoint, RetryConfig::disabled());
        for by in ["anyhow", "box", "enum"] {
            endpoint.play([failure.clone()]);
            let listed = match by {
                "anyhow" => list_by_anyhow(&client).await.is_ok(),
                "box" => list_by_box(&client).await.is_ok(),
                _ => list_by_enum(&client).await.is_ok(),
            };
            assert_eq!((listed, endpoint.arrived()), (true, 2), "{failure:?} by {by}");
        }
        endpoint.play([failure.clone()]);
        let without = list_by_anyhow(&plain(&endpoint, RetryConfig::disabled())).await;
        assert_eq!((without.is_ok(), endpoint.arrived()), (false, 1), "{failure:?}");
    }
}

#[tokio::test]
async fn the_event_tells_what_the_erased_error_lost() {
    type Seen = (Option<u16>, Option<String>, Option<String>, Option<String>, Duration);
    static SEEN: Mutex<Option<Seen>> = Mutex::new(None);

    fn note(event: &Event<'_>) {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let (service, operation) = (owned(event.service), owned(event.operation));
        let seen = (event.status, owned(event.request_id), service, operation, event.delay);
        *SEEN.lock().expect("no panic before") = Some(seen);
    }

    #[aws_retry(base_delay = "1ms", quota = false, on_retry = note)]
    async fn list_and_tell(client: &Client) -> anyhow::Result<()> {
        list(client).await
    }

    /// Events contain the service and operation as they are written, even for a success, of which nothing is recorded.
    #[aws_retry(base_delay = "1ms", quota = false, service = "secrets", on_retry = note)]
    async fn list_as_written(client: &Client) -> anyhow::Result<()> {
        list(client).await
    }

    let throttled =
        Step::throttled().header("x-amzn-requestid", "the-id").header("x-amz-retry-after", "20");
    let endpoint = Endpoint::start([throttled], Step::ok("{}"));
    let client = intercepted(&endpoint, RetryConfig::standard());
    list_and_tell(&client).await.expect("listed");
    assert_eq!(endpoint.arrived(), 2);
    let (status, id, service, operation, delay) =
        SEEN.lock().expect("no panic before").clone().expect("a retry");
    assert_eq!((status, id.as_deref()), (Some(400), Some("the-id")));
    assert_eq!(service.as_deref(), Some("Secrets Manager"));
    assert_eq!(operation.as_deref(), Some("ListSecrets"));
    // Up to a tenth is added at random, so that clients do not come back together.
    let hint = Duration::from_millis(20)..=Duration::from_millis(22);
    assert!(hint.contains(&delay), "the server's hint: {delay:?}");

    endpoint.play([Step::throttled()]);
    list_as_written(&client).await.expect("listed");
    let (_, _, service, operation, _) = SEEN.lock().expect("no panic before").clone().expect("one");
    assert_eq!((service.as_deref(), operation.as_deref()), (Some("secrets"), Some("ListSecrets")));
}

/// AWS's rules depend on the service, which is not written on the function.
#[tokio::test]
async fn a_rule_of_one_service_holds_for_that_service_alone() {
    #[aws_retry(mode = "legacy", base_delay = "1ms", quota = false)]
    async fn send_message(client: &aws_sdk_sqs::Client) -> anyhow::Result<()> {
        let request = client.send_message().queue_url("http://queue").message_body("a");
        request.send().await?;
        Ok(())
    }
    #[aws_retry(mode = "legacy", base_delay = "1ms", quota = false)]
    async fn list_as_legacy(client: &Client) -> anyhow::Result<()> {
        list(client).await
    }

    // botocore's legacy mode retries this pair of status and code for SQS alone.
    let step = || Step::error(403, "RequestThrottled");
    let endpoint = Endpoint::start([step()], Step::ok("{}"));
    let client = clients::sqs(&endpoint.url(), PATIENCE);
    let config = client.config().to_builder().interceptor(aws_retry::sdk::Interceptor::new());
    send_message(&aws_sdk_sqs::Client::from_conf(config.build())).await.expect("sent");
    assert_eq!(endpoint.arrived(), 2);
    endpoint.play([step()]);
    send_message(&client).await.expect_err("the service is unknown");
    assert_eq!(endpoint.arrived(), 1);
    endpoint.play([step()]);
    let other = list_as_legacy(&intercepted(&endpoint, RetryConfig::disabled())).await;
    assert_eq!((other.is_ok(), endpoint.arrived()), (false, 1));
}

#[tokio::test]
async fn a_modeled_throttle_of_sqs_behind_anyhow_is_retried() {
    #[aws_retry(base_delay = "1ms", quota = false)]
    async fn typed(client: &aws_sdk_sqs::Client) -> Result<(), SdkError<SendMessageError>> {
        let request = client.send_message().queue_url("http://queue").message_body("a");
        request.send().await.map(drop)
    }
    #[aws_retry(base_delay = "1ms", quota = false)]
    async fn erased(client: &aws_sdk_sqs::Client) -> anyhow::Result<()> {
        let request = client.send_message().queue_url("http://queue").message_body("a");
        request.send().await.context("sending")?;
        Ok(())
    }

    let endpoint = Endpoint::start([], Step::ok("{}"));
    let client = clients::sqs(&endpoint.url(), PATIENCE);
    let config = client.config().to_builder().retry_config(three());
    let plain = aws_sdk_sqs::Client::from_conf(config.clone().build());
    let config = config.interceptor(aws_retry::sdk::Interceptor::new()).build();
    let client = aws_sdk_sqs::Client::from_conf(config);
    // A throttle that lasts: six attempts of one request each, or of three.
    for (client, requests) in [(&client, 6), (&plain, 18)] {
        endpoint.play(vec![Step::error(400, "RequestThrottled"); 20]);
        erased(client).await.expect_err("throttled");
        assert_eq!(endpoint.arrived(), requests);
    }
    for code in ["RequestThrottled", "KMS.ThrottlingException"] {
        for erase in [false, true] {
            endpoint.play([Step::error(400, code)]);
            let sent = match erase {
                false => typed(&client).await.is_ok(),
                true => erased(&client).await.is_ok(),
            };
            // To both the SDK and us, the second code is not a throttle.
            let known = code == "RequestThrottled";
            assert_eq!((sent, endpoint.arrived()), (known, 1 + usize::from(known)), "{code}");
        }
    }
}
