//! AWS's long polls under an annotated fn: for want of quota they wait their backoff before they fail, so
//! that the caller's loop does not spin.

use std::io::{Error, ErrorKind};

use aws_retry::aws_retry;
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

#[tokio::test(start_paused = true)]
async fn a_long_poll_waits_before_it_fails_for_want_of_quota() {
    // 500 tokens at 14 a retry pay for 35 retries: 17 calls of two, and one more.
    for _ in 0..18 {
        receive().await.unwrap_err();
    }
    let begun = Instant::now();
    receive().await.unwrap_err();
    assert_eq!(begun.elapsed().as_millis(), 50, "the backoff, without a retry");
    let begun = Instant::now();
    send().await.unwrap_err();
    assert_eq!(begun.elapsed().as_millis(), 0, "any other operation fails at once");
}
