//! `PutRecords`, whose answer has a code for each record.

use std::time::Duration;

use aws_retry::{Kind, Part, Reason, RetryPolicy, batch, report};
use aws_retry_testkit::Request;
use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::{Answer, Endpoint, Step};
use aws_retry_testkit::sdk_client;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use serde_json::json;

sdk_client!(kinesis, aws_sdk_kinesis);

fn record(number: usize) -> PutRecordsRequestEntry {
    let record = PutRecordsRequestEntry::builder().data(Blob::new(vec![0; 1000]));
    record.partition_key(number.to_string()).build().expect("a record")
}

/// The keys of a request's records, in their order.
fn keys(request: &Request) -> Vec<usize> {
    let records = crate::json(request)["Records"].take();
    let key = |it: &serde_json::Value| it["PartitionKey"].as_str().and_then(|it| it.parse().ok());
    records.as_array().expect("records").iter().filter_map(key).collect()
}

/// Of each request, the records whose keys `code` names fail with that code.
fn answers(request: &Request, code: fn(usize) -> Option<&'static str>) -> Answer {
    let keys = keys(request);
    let entry = |key: &usize| match code(*key) {
        Some(code) => json!({ "ErrorCode": code, "ErrorMessage": "Rate exceeded for shard" }),
        None => json!({ "SequenceNumber": format!("of {key}"), "ShardId": "shard" }),
    };
    let failed = keys.iter().filter(|key| code(**key).is_some()).count();
    let entries: Vec<_> = keys.iter().map(entry).collect();
    crate::answer(&json!({ "FailedRecordCount": failed, "Records": entries }))
}

#[tokio::test]
async fn records_are_classified_one_by_one_and_keep_their_order() {
    let first = Step::Compute(|request| {
        answers(request, |key| match key {
            1 => Some("ProvisionedThroughputExceededException"),
            2 => Some("InternalFailure"),
            3 => Some("KMSDisabledException"),
            _ => None,
        })
    });
    let all = Step::Compute(|request| answers(request, |_| None));
    let endpoint = Endpoint::start([first], all);
    let client = kinesis(&endpoint.url(), PATIENCE);
    let run = batch((0..7).map(record))
        .at_most(500)
        .bytes(5 * 1001, |record| {
            record.data().as_ref().len() + record.partition_key().map_or(0, str::len)
        })
        .concurrency(1)
        .policy(RetryPolicy::new().base_delay(Duration::from_millis(1)))
        .send(
            |records| client.put_records().stream_name("clicks").set_records(Some(records)).send(),
            |answer, chunk| {
                chunk.each(|index, _| match answer.records().get(index) {
                    Some(it) => match it.error_code() {
                        Some(code) => Part::failed(code, it.error_message()),
                        None => Part::Done(it.sequence_number().unwrap_or_default().to_owned()),
                    },
                    None => Part::failed("NoResult", None),
                })
            },
        );
    let (batch, report) = report(run).await;
    let requests: Vec<_> = endpoint.requests().iter().map(keys).collect();
    assert_eq!(requests, [vec![0, 1, 2, 3, 4], vec![1, 2, 5, 6]], "five fit into the bytes");
    let done = [0, 1, 2, 4, 5, 6].map(|key| (key, format!("of {key}")));
    assert_eq!(batch.done, done);
    let failed = &batch.failed[0];
    assert_eq!((batch.failed.len(), failed.index, failed.reason), (1, 3, Reason::Permanent));
    assert_eq!(failed.failure.code(), Some("KMSDisabledException"));
    assert_eq!(failed.failure.message(), Some("Rate exceeded for shard"));
    // The request counts as a throttle if a record was throttled.
    let failures: Vec<_> = report.failures.iter().map(|it| (it.kind, it.code.as_deref())).collect();
    assert_eq!(failures, [(Kind::Throttled, Some("ProvisionedThroughputExceededException"))]);
}
