//! Sleep and time from other sources than tokio, and from none.

use std::time::Duration;

use crate::support::steps::Steps;
use crate::support::{EXACT, Fault, failing};
use aws_retry_core::{Reason, RetryPolicy, report, time};
use futures::executor::block_on;

#[test]
fn without_a_timer_a_call_gives_up_and_says_so() {
    let (outcome, report) = block_on(report(failing(&EXACT, "t1", 1, Fault::Down)));
    assert_eq!(outcome, Err(Fault::Down));
    assert_eq!(report.failures[0].reason, Some(Reason::NoTimer));
    let left = aws_retry_core::scope::state("t1").unwrap().retry_tokens;
    assert_eq!(left, 500, "the retry was never sent");

    // Not even a queue may spin.
    let (_, report) =
        block_on(aws_retry_core::report(failing(&RetryPolicy::paced(), "t2", 9, Fault::Throttled)));
    assert_eq!(report.failures[0].reason, Some(Reason::NoTimer));
}

#[test]
fn a_tokio_runtime_without_a_timer_has_no_timer() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (_, report) = runtime.block_on(report(failing(&EXACT, "t3", 1, Fault::Down)));
    assert_eq!(report.failures[0].reason, Some(Reason::NoTimer));
}

#[test]
fn a_timer_that_is_handed_over_is_used() {
    let steps = Steps::default();
    let policy = EXACT.total_timeout(Duration::from_secs(4));
    let call = report(failing(&policy, "t4", 9, Fault::Throttled));
    let (_, report) = block_on(time::with(steps.clone(), steps.clone(), call));
    let waits = [500, 1000, 2000].map(Duration::from_millis);
    assert_eq!(*steps.sleeps.lock().unwrap(), waits);
    assert_eq!(report.failures[3].at, Duration::from_millis(3500));
    assert_eq!(report.failures[3].reason, Some(Reason::Deadline));
}

#[test]
fn an_instant_is_understood_by_a_clock_that_was_handed_over() {
    let steps = Steps::default();
    let at = std::time::Instant::now() + Duration::from_secs(60);
    let call = aws_retry_core::with_deadline(at, failing(&EXACT, "t5", 3, Fault::Throttled));
    let outcome = block_on(time::with(steps.clone(), steps.clone(), call));
    assert_eq!(outcome, Ok(4), "3.5 s of 60");
}
