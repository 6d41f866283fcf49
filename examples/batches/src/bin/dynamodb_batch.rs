//! A batch for DynamoDB, whose answers hand back the items for which the table has no capacity.
//!
//! `cargo run -p aws-retry-batch-examples --bin dynamodb_batch`
//!
//! `BatchWriteItem` writes what the capacity allows and hands the rest back, in an answer that is a success.
//! A caller that looks at errors alone loses these items; one that sends the whole batch again pays twice for
//! those already written.

use std::error::Error;
use std::time::Duration;

use aws_retry::{Batch, Jitter, RetryPolicy, batch};
use aws_retry_batch_examples::{answer, print_retries, sent};
use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_retry_testkit::sdk_client;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::batch_write_item::BatchWriteItemError;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use serde_json::json;

sdk_client!(dynamodb, aws_sdk_dynamodb);

type Written = Batch<WriteRequest, (), SdkError<BatchWriteItemError>>;

/// Writes `items`, however many. `Jitter::Full`: many writers that wait for the same table should not come
/// back all at once.
async fn write(dynamodb: &Client, items: Vec<WriteRequest>) -> Written {
    let policy = RetryPolicy::new().base_delay(Duration::from_millis(50)).jitter(Jitter::Full);
    batch(items)
        .at_most(25)
        .policy(policy.max_retries(8).max_delay(Duration::from_millis(400)))
        .in_scope(&("dynamodb:BatchWriteItem", "songs"))
        .send(
            |items| dynamodb.batch_write_item().request_items("songs", items).send(),
            |answer, chunk| {
                let left = answer.unprocessed_items.and_then(|mut it| it.remove("songs"));
                chunk.all_but(&left.unwrap_or_default())
            },
        )
        .await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    print_retries();
    let throttled = Step::error(400, "ProvisionedThroughputExceededException");
    let script = [writes::<10>(), throttled, writes::<9>(), writes::<0>(), writes::<6>()];
    let endpoint = Endpoint::start(script, writes::<0>());
    let dynamodb = dynamodb(&endpoint.url(), PATIENCE);

    write(&dynamodb, songs(25)?).await.complete()?;
    println!("25 written\n");
    let sizes: Vec<_> = endpoint.requests().iter().map(|it| sent(it, SONGS).len()).collect();
    assert_eq!(sizes, [25, 15, 15, 6, 6], "what is written is not sent again");

    // A table without capacity: the batch says what is missing.
    endpoint.play([writes::<1>()]);
    let batch = write(&dynamodb, songs(3)?).await;
    for item in &batch.failed {
        println!(
            "item {} is not written after {} attempts: {}",
            item.index, item.attempts, item.reason
        );
    }
    assert_eq!((batch.done.len(), batch.failed.len(), endpoint.arrived()), (1, 2, 9));
    println!("{}", batch.complete().expect_err("two items are not written"));
    Ok(())
}

const SONGS: &str = "/RequestItems/songs";

fn songs(count: u32) -> Result<Vec<WriteRequest>, BuildError> {
    let song = |number: u32| {
        let put =
            PutRequest::builder().item("id", AttributeValue::N(number.to_string())).build()?;
        Ok(WriteRequest::builder().put_request(put).build())
    };
    (1..=count).map(song).collect()
}

/// A table with capacity for `N` items.
fn writes<const N: usize>() -> Step {
    Step::Compute(|request| {
        let left = sent(request, SONGS).split_off(N);
        let left = if left.is_empty() { json!({}) } else { json!({ "songs": left }) };
        answer(&json!({ "UnprocessedItems": left }))
    })
}
