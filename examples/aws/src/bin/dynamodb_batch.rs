//! A batch for DynamoDB whose unprocessed items shrink from attempt to attempt.
//!
//! `cargo run -p aws-retry-examples --bin dynamodb_batch`
//!
//! `BatchWriteItem` writes as many items as the table's capacity allows and returns the rest, in a successful
//! answer. A caller that looks only at errors loses these items; one that sends the whole batch again pays twice
//! for the items that are already written.

use aws_retry::aws_retry;
use aws_retry_examples::{print_retries, sdk_config};
use aws_retry_testkit::endpoint::{Answer, Endpoint, Request, Step};
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use aws_sdk_dynamodb::{Client, Error};
use serde_json::{Value, json};

/// Writes `items` (at most 25, DynamoDB's limit), and removes those that are written. The result is the
/// number of items that are left: 0, unless the retries were used up.
///
/// - `&mut`: one `Vec` for all attempts. Each attempt sends the items that the previous one left in it. An argument
///   by value is new in each attempt; one by `&mut` is kept. So if the retries end in an error, `items` still holds
///   the items that are not written.
/// - `retry_if_ok`: a success with items left is retried like a failure, after the same waits. If the last attempt
///   leaves some too, its `Ok` comes back.
/// - `jitter = "full"`: many writers that wait for the same table should not all come back at once.
#[aws_retry(max_retries = 8, base_delay = "50ms", max_delay = "400ms", jitter = "full", retry_if_ok = |left| *left > 0)]
async fn write(
    dynamodb: &Client,
    table: &str,
    items: &mut Vec<WriteRequest>,
) -> Result<usize, Error> {
    let sent = items.len();
    let request = dynamodb.batch_write_item().request_items(table, items.clone());
    let answer = request.send().await?;
    let unprocessed = answer.unprocessed_items.and_then(|mut tables| tables.remove(table));
    *items = unprocessed.unwrap_or_default();
    println!("attempt {}: {sent} sent, {} left", aws_retry::attempt(), items.len());
    Ok(items.len())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    print_retries();
    let throttled = Step::error(400, "ProvisionedThroughputExceededException");
    let script = [writes::<10>(), throttled, writes::<9>(), writes::<0>(), writes::<6>()];
    let endpoint = Endpoint::start(script, writes::<0>());
    let dynamodb = Client::new(&sdk_config(&endpoint));

    let mut items = (1..=25).map(song).collect::<Result<_, _>>()?;
    let left = write(&dynamodb, "songs", &mut items).await?;
    println!("written, {left} left\n");
    assert!(left == 0 && items.is_empty());
    let sent: Vec<usize> = endpoint.requests().iter().map(|request| sent(request).len()).collect();
    assert_eq!(sent, [25, 15, 15, 6, 6], "what is written is not sent again");

    // A table without capacity: all items are left.
    endpoint.play([writes::<1>()]);
    let mut items = (1..=3).map(song).collect::<Result<_, _>>()?;
    let left = write(&dynamodb, "songs", &mut items).await?;
    println!("{left} are left after {} attempts: send them later", endpoint.arrived());
    assert_eq!((left, items.len(), endpoint.arrived()), (2, 2, 9));
    Ok(())
}

fn song(number: u32) -> Result<WriteRequest, aws_sdk_dynamodb::error::BuildError> {
    let put = PutRequest::builder().item("id", AttributeValue::N(number.to_string())).build()?;
    Ok(WriteRequest::builder().put_request(put).build())
}

/// A table with capacity for `N` items.
fn writes<const N: usize>() -> Step {
    Step::Compute(|request| {
        let left = sent(request).split_off(N);
        let left = if left.is_empty() { json!({}) } else { json!({ "songs": left }) };
        let answer = json!({ "UnprocessedItems": left }).to_string();
        Answer::new(200, "application/x-amz-json-1.0", answer)
    })
}

fn sent(request: &Request) -> Vec<Value> {
    let mut body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    match body["RequestItems"]["songs"].take() {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}
