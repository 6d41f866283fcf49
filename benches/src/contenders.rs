//! One request, sent by each contender in its own way. The request succeeds at once.
//!
//! All of them do the same job: they retry transient errors five times, with exponential waits from half a
//! second up to 30 seconds, and jitter. `N` is the size of the answer in words; `polls` is the number of polls
//! until it is there.

use std::future::poll_fn;
use std::hint::black_box;
use std::io::{Error, ErrorKind};
use std::task::Poll;
use std::time::Duration;

use aws_retry::aws_retry;
use backon::{ExponentialBuilder, Retryable};
use tokio_retry2::strategy::{ExponentialFactorBackoff, jitter};
use tokio_retry2::{Retry, RetryError};

/// An answer of `N` words.
pub type Answer<const N: usize> = Result<[u64; N], Error>;

async fn request<const N: usize>(id: u64, polls: u32) -> Answer<N> {
    let mut left = polls;
    poll_fn(|_| {
        left = left.saturating_sub(1);
        if black_box(left) == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    if black_box(id) == 0 { Err(ErrorKind::ConnectionReset.into()) } else { Ok(black_box([id; N])) }
}

fn is_transient(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::TimedOut)
}

/// No retries.
#[allow(clippy::missing_errors_doc, reason = "none comes")]
pub async fn bare<const N: usize>(id: u64, polls: u32) -> Answer<N> {
    request(id, polls).await
}

/// The usual loop.
#[allow(clippy::missing_errors_doc, reason = "none comes")]
pub async fn by_hand<const N: usize>(id: u64, polls: u32) -> Answer<N> {
    let mut retries = 0;
    loop {
        match request(id, polls).await {
            Err(error) if is_transient(&error) && retries < 5 => {
                let delay = Duration::from_millis(500 << retries).min(Duration::from_secs(30));
                tokio::time::sleep(delay.mul_f64(0.75 + 0.5 * fastrand::f64())).await;
                retries += 1;
            }
            outcome => return outcome,
        }
    }
}

/// `#[aws_retry]` with its defaults.
#[aws_retry]
#[allow(clippy::missing_errors_doc, reason = "none comes")]
pub async fn annotated<const N: usize>(id: u64, polls: u32) -> Answer<N> {
    request(id, polls).await
}

/// `#[aws_retry]` in a scope.
#[aws_retry(scope = ("s3:PutObject", id % 16, "eu-west-1"))]
#[allow(clippy::missing_errors_doc, reason = "none comes")]
pub async fn annotated_scope<const N: usize>(id: u64, polls: u32) -> Answer<N> {
    request(id, polls).await
}

/// `#[aws_retry]` that needs a clock and a timer.
#[aws_retry(total_timeout = "60s")]
#[allow(clippy::missing_errors_doc, reason = "none comes")]
pub async fn annotated_timeout<const N: usize>(id: u64, polls: u32) -> Answer<N> {
    request(id, polls).await
}

fn backon_policy() -> ExponentialBuilder {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(Duration::from_secs(30))
        .with_max_times(5)
        .with_jitter()
}

/// backon, by closures.
#[allow(clippy::missing_errors_doc, reason = "none comes")]
pub async fn backon_closure<const N: usize>(id: u64, polls: u32) -> Answer<N> {
    (|| request(id, polls))
        .retry(backon_policy())
        .sleep(tokio::time::sleep)
        .when(is_transient)
        .await
}

/// backon, by its attribute.
#[backon_macros::backon(backoff = backon_policy, sleep = tokio::time::sleep, when = is_transient)]
#[allow(clippy::missing_errors_doc, reason = "none comes")]
pub async fn backon_attribute<const N: usize>(id: u64, polls: u32) -> Answer<N> {
    request(id, polls).await
}

/// tokio-retry2, which asks for an error type of its own.
#[allow(clippy::missing_errors_doc, reason = "none comes")]
pub async fn tokio_retry2<const N: usize>(id: u64, polls: u32) -> Answer<N> {
    let delays = ExponentialFactorBackoff::from_millis(500, 2.0)
        .max_delay(Duration::from_secs(30))
        .map(jitter)
        .take(5);
    let attempt = || async move {
        request(id, polls).await.map_err(|error| {
            if is_transient(&error) {
                RetryError::transient(error)
            } else {
                RetryError::permanent(error)
            }
        })
    };
    Retry::spawn(delays, attempt).await
}

/// Passes the list of the contenders to a macro. Those that are listed twice show the noise.
#[macro_export]
macro_rules! contenders {
    ($each:ident) => {
        $each! {
            "bare function" => bare, bare;
            "bare function, again" => bare_again, bare;
            "hand-written loop" => by_hand, by_hand;
            "hand-written loop, again" => by_hand_again, by_hand;
            "#[aws_retry]" => annotated, annotated;
            "#[aws_retry], again" => annotated_again, annotated;
            "#[aws_retry(scope = ..)]" => annotated_scope, annotated_scope;
            "#[aws_retry(total_timeout = ..)]" => annotated_timeout, annotated_timeout;
            "tokio-retry2" => tokio_retry2, tokio_retry2;
            "backon, closure" => backon_closure, backon_closure;
            "backon, attribute" => backon_attribute, backon_attribute;
        }
    };
}
