//! A Lambda function that is invoked under a deadline and must not run twice.
//!
//! `cargo run -p aws-retry-examples --bin lambda_deadline`

use std::time::{Duration, Instant};

use aws_retry::{aws_retry, stopped};
use aws_retry_examples::{print_retries, sdk_config};
use aws_retry_testkit::endpoint::{Answer, Endpoint, Step};
use aws_sdk_lambda::Client;
use aws_sdk_lambda::error::{DisplayErrorContext, SdkError};
use aws_sdk_lambda::operation::invoke;
use aws_sdk_lambda::primitives::Blob;

/// The error of `send`. It holds the response, and with it the server's `retry-after`, which the crate's own `Error`
/// loses.
type InvokeError = SdkError<invoke::InvokeError>;

/// Charges a customer for an order. The caller waits until `deadline`.
///
/// - `idempotent = false`: a second run would charge twice. So a request is sent again only if Lambda certainly did
///   not execute it: after a throttle (429), or if the connection was never made. After a lost connection or a
///   time-out this is not known, and the error comes back at once.
/// - `deadline = ..`: an `Instant`, here an argument, that bounds attempts and waits. A wait that would pass it does
///   not begin: the throttle comes back while there is time to do something else. An attempt that passes it is cut.
///   `examples/lambda-handler` has the deadline of a Lambda function itself. `total_timeout = "2s"` is a bound that
///   starts with the first attempt.
///
/// A function that fails by itself is a success here, with `function_error` set: it did run.
#[aws_retry(max_retries = 10, base_delay = "100ms", idempotent = false, deadline = deadline)]
async fn charge(
    lambda: &Client,
    order: &str,
    deadline: Instant,
) -> Result<Option<Blob>, InvokeError> {
    println!("attempt {}", aws_retry::attempt());
    let payload = Blob::new(format!(r#"{{"order":"{order}"}}"#));
    let answer = lambda.invoke().function_name("charge").payload(payload).send().await?;
    Ok(answer.payload)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    print_retries();
    let endpoint = Endpoint::start([], Step::Stall);
    let lambda = &Client::new(&sdk_config(&endpoint));

    println!("-- throttled twice: Lambda did not execute it, so it is sent again");
    endpoint.play([throttled(), throttled(), charged()]);
    let answer = charge(lambda, "4711", within(5_000)).await?;
    assert_eq!(answer.map(Blob::into_inner), Some(br#"{"charged":true}"#.to_vec()));
    assert_eq!(endpoint.arrived(), 3);

    println!("\n-- the connection is lost after the request was sent: it may have run");
    endpoint.play([Step::Hangup, charged()]);
    let lost = charge(lambda, "4712", within(5_000)).await;
    println!("{}", DisplayErrorContext(expect_error(lost)));
    assert_eq!(endpoint.arrived(), 1, "sent once");

    println!("\n-- throttled for longer than there is time: the throttle comes back at once");
    endpoint.play([throttled().header("retry-after", "10"), charged()]);
    let error = expect_error(charge(lambda, "4713", within(5_000)).await);
    println!("{}", DisplayErrorContext(&error));
    assert!(error.into_service_error().is_too_many_requests_exception());
    assert_eq!(endpoint.arrived(), 1);

    println!("\n-- no answer: the attempt is cut at the deadline");
    endpoint.play([]);
    let began = Instant::now();
    let error = expect_error(charge(lambda, "4714", within(500)).await);
    println!("after {:?}: {}", began.elapsed(), DisplayErrorContext(&error));
    assert!(stopped(&error).is_some());
    Ok(())
}

fn within(milliseconds: u64) -> Instant {
    Instant::now() + Duration::from_millis(milliseconds)
}

fn expect_error(outcome: Result<Option<Blob>, InvokeError>) -> InvokeError {
    outcome.expect_err("the endpoint gives no answer")
}

/// Lambda's throttle.
fn throttled() -> Step {
    let body = r#"{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","message":"Rate Exceeded."}"#;
    Step::Answer(Answer::new(429, "application/json", body))
        .header("x-amzn-errortype", "TooManyRequestsException")
}

fn charged() -> Step {
    Step::Answer(Answer::new(200, "application/json", r#"{"charged":true}"#))
}
