//! `BatchWriteItem` and `BatchGetItem`, whose answers hand items back as they were sent.

use std::collections::HashMap;
use std::time::Duration;

use aws_retry::{Batch, Part, Reason, RetryPolicy, batch, report, scope};
use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_retry_testkit::sdk_client;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemError;
use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, PutRequest, WriteRequest};
use serde_json::{Value, json};

sdk_client!(dynamodb, aws_sdk_dynamodb);

type Item = HashMap<String, AttributeValue>;

const QUICK: RetryPolicy = RetryPolicy::new().base_delay(Duration::from_millis(1));

fn key(number: u32) -> Item {
    HashMap::from([("id".to_owned(), AttributeValue::N(number.to_string()))])
}

fn song(number: u32) -> WriteRequest {
    let put = PutRequest::builder().set_item(Some(key(number))).build().expect("an item");
    WriteRequest::builder().put_request(put).build()
}

async fn write(
    client: &Client,
    policy: RetryPolicy,
    count: u32,
) -> Batch<WriteRequest, (), SdkError<BatchWriteItemError>> {
    batch((0..count).map(song))
        .at_most(25)
        .concurrency(1)
        .policy(policy)
        .in_scope("songs")
        .send(
            |items| client.batch_write_item().request_items("songs", items).send(),
            |answer, chunk| {
                let left = answer.unprocessed_items.and_then(|mut it| it.remove("songs"));
                chunk.all_but(&left.unwrap_or_default())
            },
        )
        .await
}

/// A table with capacity for `N` items.
fn writes<const N: usize>() -> Step {
    Step::Compute(|request| {
        let mut sent = crate::json(request)["RequestItems"]["songs"].take();
        let left = sent.as_array_mut().expect("items").drain(..).skip(N).collect::<Vec<_>>();
        let left = if left.is_empty() { json!({}) } else { json!({ "songs": left }) };
        crate::answer(&json!({ "UnprocessedItems": left }))
    })
}

fn sizes(endpoint: &Endpoint) -> Vec<usize> {
    let items = |request: &_| {
        let sent = &crate::json(request)["RequestItems"]["songs"];
        sent.as_array().map_or(0, Vec::len)
    };
    endpoint.requests().iter().map(items).collect()
}

#[tokio::test]
async fn unprocessed_items_are_written_with_the_next_ones() {
    let throttled = Step::error(400, "ProvisionedThroughputExceededException");
    let script = [writes::<10>(), throttled, writes::<25>(), writes::<6>()];
    let endpoint = Endpoint::start(script, writes::<25>());
    let client = dynamodb(&endpoint.url(), PATIENCE);
    let (batch, report) = report(write(&client, QUICK, 60)).await;
    assert!(batch.is_complete(), "{batch:?}");
    assert_eq!(batch.done.len(), 60);
    // 15 are left of the first 25, and go out with ten new ones: the throttled request once more. Then the last 25.
    assert_eq!(sizes(&endpoint), [25, 25, 25, 25, 19]);
    assert_eq!((report.attempts, report.requests, report.failures.len()), (5, 5, 3));
}

#[tokio::test]
async fn a_table_without_capacity_fails_the_items_that_it_hands_back_every_time() {
    let endpoint = Endpoint::start([writes::<1>()], writes::<0>());
    let client = dynamodb(&endpoint.url(), PATIENCE);
    let batch = write(&client, QUICK.max_attempts(3), 3).await;
    assert_eq!((batch.done.len(), batch.failed.len(), sizes(&endpoint)), (1, 2, vec![3, 2, 2]));
    assert!(batch.failed.iter().all(|it| it.reason == Reason::Attempts && it.attempts == 3));
    let error = batch.complete().expect_err("two items failed");
    assert!(error.to_string().starts_with("of 3 items 2 failed and 0 were not sent"), "{error}");
}

#[tokio::test]
async fn a_request_that_the_service_rejects_fails_its_items_with_the_sdks_own_error() {
    let endpoint = Endpoint::start([], Step::error(400, "ValidationException"));
    let client = dynamodb(&endpoint.url(), PATIENCE);
    let batch = write(&client, QUICK, 2).await;
    assert_eq!(batch.failed.len(), 2);
    let error = batch.failed[0].error.as_deref().expect("the request's error");
    assert!(matches!(error, SdkError::ServiceError(_)), "{error:?}");
    assert_eq!(batch.failed[0].failure.code(), Some("ValidationException"));
}

/// In paced mode, items handed back are throttles of the scope.
#[tokio::test(start_paused = true)]
async fn items_handed_back_pace_the_scope() {
    let endpoint = Endpoint::start([writes::<24>()], writes::<25>());
    let client = dynamodb(&endpoint.url(), PATIENCE);
    assert!(write(&client, RetryPolicy::paced(), 100).await.is_complete());
    let state = scope::state("songs").and_then(|it| it.paced).expect("a paced scope");
    assert!(state.throttles == 1 && state.rate.is_some(), "{state:?}");
}

#[tokio::test]
async fn keys_are_read_until_none_is_handed_back_and_each_gets_its_own_item() {
    // The service returns items in any order, omits what does not exist, and hands keys back.
    fn found(request: &aws_retry_testkit::Request, all: bool) -> aws_retry_testkit::Answer {
        let keys = crate::json(request)["RequestItems"]["songs"]["Keys"].take();
        let mut keys = keys.as_array().cloned().expect("keys");
        let left = keys.split_off(if all { keys.len() } else { 1 });
        let exists = |key: &&Value| key["id"]["N"] != "3";
        let item = |key: &Value| json!({ "id": key["id"], "title": { "S": key["id"]["N"] } });
        let items: Vec<_> = keys.iter().rev().filter(exists).map(item).collect();
        let left = if left.is_empty() { json!({}) } else { json!({ "songs": { "Keys": left } }) };
        crate::answer(&json!({ "Responses": { "songs": items }, "UnprocessedKeys": left }))
    }
    let first = Step::Compute(|request| found(request, false));
    let endpoint = Endpoint::start([first], Step::Compute(|request| found(request, true)));
    let client = dynamodb(&endpoint.url(), PATIENCE);
    let get = async |keys| -> Result<_, SdkError<BatchGetItemError>> {
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).build();
        let keys = keys.map_err(SdkError::construction_failure)?;
        client.batch_get_item().request_items("songs", keys).send().await
    };
    let read = batch((0..6).map(key)).at_most(100).policy(QUICK).send(get, |answer, chunk| {
        let left = answer.unprocessed_keys().and_then(|tables| tables.get("songs"));
        let found = answer.responses().and_then(|tables| tables.get("songs"));
        chunk.each(|_, key| {
            if left.is_some_and(|left| left.keys().contains(key)) {
                return Part::HandedBack;
            }
            let is_it =
                |item: &&Item| key.iter().all(|(name, value)| item.get(name) == Some(value));
            Part::Done(found.and_then(|items| items.iter().find(is_it)).cloned())
        })
    });
    let items = read.await.complete().expect("all keys are read");
    let titles: Vec<_> = items
        .iter()
        .map(|item| item.as_ref()?.get("title")?.as_s().ok().map(String::as_str))
        .collect();
    assert_eq!(titles, [Some("0"), Some("1"), Some("2"), None, Some("4"), Some("5")]);
    assert_eq!(endpoint.arrived(), 2);
}
