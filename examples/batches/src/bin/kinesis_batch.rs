//! A batch for Kinesis, whose answers have a code for each record, in paced mode.
//!
//! `cargo run -p aws-retry-batch-examples --bin kinesis_batch`
//!
//! `PutRecords` succeeds even if shards throttled some records. The throttled ones are sent again, at the pace
//! that the stream allows; the sequence numbers come back in the order of the records.

use std::error::Error;

use aws_retry::{Incomplete, Part, RetryPolicy, batch, scope};
use aws_retry_batch_examples::{answer, print_retries, sent};
use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_retry_testkit::sdk_client;
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::error::{BuildError, SdkError};
use aws_sdk_kinesis::operation::put_records::PutRecordsError;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use serde_json::{Value, json};

sdk_client!(kinesis, aws_sdk_kinesis);

type Record = PutRecordsRequestEntry;
type Put = Result<Vec<String>, Incomplete<Record, String, SdkError<PutRecordsError>>>;

/// Puts all records, and returns their sequence numbers.
async fn put(kinesis: &Client, records: Vec<Record>) -> Put {
    let batch = batch(records)
        .at_most(500)
        .policy(RetryPolicy::paced())
        .in_scope(&("kinesis:PutRecords", "clicks"))
        .send(
            |records| kinesis.put_records().stream_name("clicks").set_records(Some(records)).send(),
            |answer, chunk| {
                chunk.each(|index, _| match answer.records().get(index) {
                    Some(it) => match it.error_code() {
                        Some(code) => Part::failed(code, it.error_message()),
                        None => Part::Done(it.sequence_number().unwrap_or_default().to_owned()),
                    },
                    None => Part::failed("NoResult", None),
                })
            },
        )
        .await;
    batch.complete()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    print_retries();
    let endpoint = Endpoint::start([stream::<400>(), stream::<400>()], stream::<500>());
    let kinesis = kinesis(&endpoint.url(), PATIENCE);
    let record = |number: u32| {
        let record = Record::builder().data(Blob::new("click")).partition_key(number.to_string());
        record.build()
    };
    let records: Vec<_> = (0..1000).map(record).collect::<Result<_, BuildError>>()?;

    let numbers = put(&kinesis, records).await?;
    assert!(numbers.iter().enumerate().all(|(key, number)| *number == format!("of {key}")));
    let paced = scope::state(&("kinesis:PutRecords", "clicks")).and_then(|it| it.paced);
    let throttles = paced.map_or(0, |it| it.throttles);
    println!("{} records in {} requests", numbers.len(), endpoint.arrived());
    println!("{throttles} requests had throttled records");
    assert_eq!((numbers.len(), throttles), (1000, 2));
    Ok(())
}

/// A stream with capacity for `N` records of a request.
fn stream<const N: usize>() -> Step {
    Step::Compute(|request| {
        let records = sent(request, "/Records");
        let entry = |(index, record): (usize, &Value)| match record["PartitionKey"].as_str() {
            Some(key) if index < N => {
                json!({ "SequenceNumber": format!("of {key}"), "ShardId": "0" })
            }
            _ => json!({ "ErrorCode": "ProvisionedThroughputExceededException" }),
        };
        let entries: Vec<_> = records.iter().enumerate().map(entry).collect();
        answer(&json!({ "FailedRecordCount": records.len().saturating_sub(N), "Records": entries }))
    })
}
