//! AWS's long polls under an annotated fn: without retry tokens they wait their backoff before they fail, so
//! that the caller's loop does not spin.

use std::io::{Error, ErrorKind};

use aws_retry::{Jitter, RetryPolicy, aws_retry};
use tokio::time::Instant;

#[aws_retry(
    mode = "standard",
    jitter = false,
    scope = "polls",
    service = "SQS",
    operation = "ReceiveMessage"
)]
async fn receive() -> Result<(), Error> {
    Err(ErrorKind::ConnectionReset.into())
}

#[aws_retry(
    mode = "standard",
    jitter = false,
    scope = "polls",
    service = "SQS",
    operation = "SendMessage"
)]
async fn send() -> Result<(), Error> {
    Err(ErrorKind::ConnectionReset.into())
}

/// A policy as `main` would load it.
static LOADED: RetryPolicy =
    RetryPolicy::standard().jitter(Jitter::None).service("SQS").operation("ReceiveMessage");

#[aws_retry(policy = &LOADED, scope = "polls")]
async fn receive_by_policy() -> Result<(), Error> {
    Err(ErrorKind::ConnectionReset.into())
}

#[aws_retry(policy = &LOADED, scope = "blocking polls")]
fn receive_blocking() -> Result<(), Error> {
    Err(ErrorKind::ConnectionReset.into())
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_without_retry_tokens_waits_before_it_fails() {
    // 500 tokens at 14 per retry pay for 35 retries: 17 calls with two each, and one more.
    for _ in 0..18 {
        receive().await.unwrap_err();
    }
    let begun = Instant::now();
    receive().await.unwrap_err();
    assert_eq!(begun.elapsed().as_millis(), 50, "the backoff, without a retry");
    let begun = Instant::now();
    receive_by_policy().await.unwrap_err();
    assert_eq!(begun.elapsed().as_millis(), 50, "a policy of run time may name the operation");
    let begun = Instant::now();
    send().await.unwrap_err();
    assert_eq!(begun.elapsed().as_millis(), 0, "any other operation fails at once");
}

#[test]
fn a_blocking_long_poll_without_retry_tokens_waits_on_its_thread() {
    let harness = aws_retry::testing::Harness::new().no_waits();
    let _rules = harness.enter();
    for _ in 0..19 {
        receive_blocking().unwrap_err();
    }
    // 35 retries, the end of the call with one retry, and the call without any.
    assert_eq!(harness.waits().len(), 37);
}
