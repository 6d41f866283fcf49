//! Long polls of Retry Behavior 2.1: without retry tokens they wait, and then fail.

use aws_retry::{RetryPolicy, aws_retry};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::SdkError;
use aws_sdk_sqs::operation::receive_message::{ReceiveMessageError, ReceiveMessageOutput};
use aws_smithy_types::retry::RetryConfig;

use tokio::time::Instant;

use super::sides::{Paused, Trace, behavior_21, fresh_partition, paused, sqs, trace};
use super::wire::{Reply, Wire};

#[aws_retry(policy = policy)]
async fn receive_message(
    client: &Client,
    policy: &RetryPolicy,
) -> Result<ReceiveMessageOutput, SdkError<ReceiveMessageError>> {
    client.receive_message().queue_url("https://queue").send().await
}

/// Receives during an outage, until the retry tokens are gone and a few times more.
fn receive(policy: Option<&RetryPolicy>, script: &[Reply]) -> Vec<Trace> {
    paused(async {
        let wire = Wire::default();
        let partition = fresh_partition();
        let retries = match policy {
            Some(_) => RetryConfig::disabled(),
            None => behavior_21(),
        };
        let client = sqs(&wire, retries, partition, Paused::from_now());
        let mut traces = Vec::new();
        for _ in 0..20 {
            let begun = Instant::now();
            wire.play(script.iter().copied());
            let outcome = match policy {
                Some(policy) => receive_message(&client, policy).await,
                None => client.receive_message().queue_url("https://queue").send().await,
            };
            traces.push(trace(&wire, begun, outcome));
        }
        traces
    })
}

#[test]
fn long_polls_without_retry_tokens_wait_before_they_fail() {
    let standard = RetryPolicy::from(&behavior_21()).service("sqs");
    let polling = standard.clone().operation("ReceiveMessage");
    for failure in [
        Reply::status(503),
        Reply::Io,
        Reply::Error { status: 503, code: None, headers: &[("x-amz-retry-after", "4000")] },
    ] {
        let script = [failure; 3];
        let sdk = receive(None, &script);
        assert_eq!(sdk, receive(Some(&polling), &script));
        assert!(sdk[0].last.is_zero(), "attempts used up: no wait");
        assert!(!sdk[19].last.is_zero(), "no quota: a wait");
        assert_ne!(sdk, receive(Some(&standard), &script), "the operation makes the long poll");
    }
    let permanent = [Reply::error(403, "AccessDenied")];
    assert_eq!(receive(None, &permanent), receive(Some(&polling), &permanent));
}
