//! The scripted endpoint does what its steps say, as a real SDK client without retries sees it.

use std::time::Duration;

use crate::clients;
use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::list_secrets::ListSecretsError;
use aws_smithy_types::retry::ErrorKind;

async fn list(client: &Client) -> Result<usize, SdkError<ListSecretsError>> {
    Ok(client.list_secrets().send().await?.secret_list().len())
}

/// One step, one request, and the error that the client makes of it.
async fn failed_by(step: Step) -> SdkError<ListSecretsError> {
    let endpoint = Endpoint::start([step], Step::ok("{}"));
    let client = clients::secrets_manager(&endpoint.url(), PATIENCE);
    let error = list(&client).await.expect_err("the step is a failure");
    assert_eq!(endpoint.arrived(), 1);
    assert_eq!(list(&client).await.expect("the script is over"), 0);
    assert_eq!(endpoint.arrived(), 2);
    error
}

#[tokio::test]
async fn answers_arrive_with_code_status_and_headers() {
    let throttled = Step::throttled().header("x-amz-retry-after", "1500");
    let error = failed_by(throttled.after(Duration::from_millis(1))).await;
    assert_eq!(error.code(), Some("ThrottlingException"));
    let raw = error.raw_response().expect("a response");
    assert_eq!(raw.status().as_u16(), 400);
    assert_eq!(raw.headers().get("x-amz-retry-after"), Some("1500"));
}

#[tokio::test]
async fn an_answer_without_a_code_has_its_status() {
    for step in [Step::html(503), Step::empty(503)] {
        let error = failed_by(step).await;
        assert_eq!(error.code(), None);
        assert_eq!(error.raw_response().map(|raw| raw.status().as_u16()), Some(503));
    }
}

#[tokio::test]
async fn broken_connections_are_dispatch_failures() {
    let reset = failed_by(Step::Reset).await;
    assert!(matches!(&reset, SdkError::DispatchFailure(failure) if failure.is_io()), "{reset:?}");
    // Not `is_io`, but marked as transient: credentials that are missing carry no mark.
    let hangup = failed_by(Step::Hangup).await;
    assert!(
        matches!(&hangup, SdkError::DispatchFailure(failure)
            if failure.as_other() == Some(ErrorKind::TransientError)),
        "{hangup:?}"
    );
}

#[tokio::test]
async fn an_answer_cut_short_is_a_response_error() {
    let error = failed_by(Step::ok(r#"{"SecretList": []}"#).cut()).await;
    assert!(matches!(error, SdkError::ResponseError(_)), "{error:?}");
}

#[tokio::test]
async fn a_stall_is_a_timeout() {
    let error = failed_by(Step::Stall).await;
    assert!(
        matches!(&error, SdkError::DispatchFailure(failure) if failure.is_timeout()),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_answer_that_stalls_in_its_body_never_ends() {
    let endpoint = Endpoint::start([Step::ok(r#"{"SecretList": []}"#).stalled()], Step::ok("{}"));
    let client = clients::secrets_manager(&endpoint.url(), PATIENCE);
    let call = tokio::time::timeout(Duration::from_millis(200), list(&client));
    assert!(call.await.is_err(), "half an answer is not an answer");
    assert_eq!(endpoint.arrived(), 1);
}

#[tokio::test]
async fn a_service_that_spoke_the_query_protocol_sends_two_codes() {
    let step = Step::query_compatible_error(400, "QueueDoesNotExist", "AWS.SimpleQueueService.Old");
    let endpoint = Endpoint::start([], step);
    let queues = clients::sqs(&endpoint.url(), PATIENCE);
    let error = queues.list_queues().send().await.expect_err("the step is a failure");
    assert_eq!(error.code(), Some("AWS.SimpleQueueService.Old"));
}

#[tokio::test]
async fn an_endpoint_records_its_requests() {
    let endpoint = Endpoint::start([Step::throttled()], Step::ok("{}"));
    let client = clients::secrets_manager(&endpoint.url(), PATIENCE);
    list(&client).await.expect_err("the step is a throttle");
    let request = endpoint.requests().remove(0);
    assert_eq!(request.path, "/");
    assert_eq!(request.header("x-amz-target"), Some("secretsmanager.ListSecrets"));
    assert_eq!(request.body, "{}");
}

#[tokio::test]
async fn a_proxy_forwards_what_has_no_step_and_can_lose_an_answer() {
    let behind = Endpoint::start([], Step::ok(r#"{"SecretList": [{"Name": "a"}]}"#));
    let address = behind.url()["http://".len()..].parse().expect("an address");
    let proxy = Endpoint::in_front_of(address, [Step::LoseAnswer(address), Step::throttled()]);
    let client = clients::secrets_manager(&proxy.url(), PATIENCE);
    let lost = list(&client).await.expect_err("the answer is lost");
    assert!(matches!(lost, SdkError::DispatchFailure(_)), "{lost:?}");
    assert_eq!(behind.arrived(), 1);
    assert_eq!(list(&client).await.expect_err("a throttle").code(), Some("ThrottlingException"));
    assert_eq!(list(&client).await.expect("the script is over"), 1);
    assert_eq!((proxy.arrived(), behind.arrived()), (3, 2));
}
