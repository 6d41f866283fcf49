//! `SendMessageBatch`, whose answer names entries by their ids, with the SDK's interceptor.

use std::time::Duration;

use aws_retry::sdk::Interceptor;
use aws_retry::{Part, Reason, RetryPolicy, batch, report};
use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_retry_testkit::sdk_client;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use serde_json::{Value, json};

sdk_client!(sqs, aws_sdk_sqs);

fn message(number: u32) -> SendMessageBatchRequestEntry {
    let message = SendMessageBatchRequestEntry::builder().id(format!("m{number}"));
    message.message_body("body").build().expect("a message")
}

fn ids(request: &aws_retry_testkit::Request) -> Vec<String> {
    let entries = crate::json(request)["Entries"].take();
    let id = |it: &Value| it["Id"].as_str().map(str::to_owned);
    entries.as_array().expect("entries").iter().filter_map(id).collect()
}

/// Every message is accepted, the last one listed first; but `failed` fails with `code`.
fn answers(
    request: &aws_retry_testkit::Request,
    failed: &str,
    code: &str,
) -> aws_retry_testkit::Answer {
    let (mut done, mut refused) = (Vec::new(), Vec::new());
    for id in ids(request).iter().rev() {
        if id == failed {
            refused.push(json!({ "Id": id, "Code": code, "SenderFault": false }));
        } else {
            // MD5 of "body".
            let md5 = "841a2d689ad86bd1611447453c22c6fc";
            let message =
                json!({ "Id": id, "MessageId": format!("sent {id}"), "MD5OfMessageBody": md5 });
            done.push(message);
        }
    }
    crate::answer(&json!({ "Successful": done, "Failed": refused }))
}

#[tokio::test]
async fn failed_entries_are_sent_again_and_the_sdks_own_retries_count() {
    let script = [
        // The SDK sends this request again by itself.
        Step::error(503, "ServiceUnavailable"),
        Step::Compute(|request| answers(request, "m1", "InternalError")),
        Step::Compute(|request| answers(request, "m2", "InvalidMessageContents")),
    ];
    let endpoint = Endpoint::start(script, Step::Compute(|request| answers(request, "", "")));
    let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    let config = sqs(&endpoint.url(), PATIENCE).config().to_builder().retry_config(retries);
    let client = Client::from_conf(config.interceptor(Interceptor::new()).build());
    let queue = format!("{}/1/orders", endpoint.url());
    let send = |policy: RetryPolicy| {
        batch([0, 1, 3, 4].map(message))
            .at_most(2)
            .concurrency(1)
            .policy(policy.base_delay(Duration::from_millis(1)))
            .send(
                |messages| {
                    client.send_message_batch().queue_url(&queue).set_entries(Some(messages)).send()
                },
                |answer, chunk| {
                    chunk.each(|_, message| {
                        if let Some(it) =
                            answer.successful().iter().find(|it| it.id() == message.id())
                        {
                            return Part::Done(it.message_id().to_owned());
                        }
                        let failed = answer.failed().iter().find(|it| it.id() == message.id());
                        failed.map_or(Part::failed("NoResult", None), |it| {
                            Part::failed(it.code(), it.message())
                        })
                    })
                },
            )
    };
    let (batch, report) = report(send(RetryPolicy::new())).await;
    let requests: Vec<_> = endpoint.requests().iter().map(ids).collect();
    let expected: [&[&str]; 4] = [&["m0", "m1"], &["m0", "m1"], &["m1", "m3"], &["m4"]];
    assert_eq!(requests, expected);
    let values: Vec<_> = batch.done.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, ["sent m0", "sent m1", "sent m3", "sent m4"]);
    assert_eq!((report.attempts, report.requests, report.sdk_retries), (3, 4, 1));

    // The two requests of the first attempt are the two that its items have.
    endpoint.play([
        Step::error(503, "ServiceUnavailable"),
        Step::Compute(|request| answers(request, "m1", "InternalError")),
    ]);
    let batch = send(RetryPolicy::new().max_attempts(2)).await;
    assert_eq!(batch.failed.len(), 1);
    let failed = &batch.failed[0];
    assert_eq!((failed.index, failed.reason, failed.attempts), (1, Reason::Attempts, 1));
    assert_eq!(endpoint.arrived(), 3);
}
