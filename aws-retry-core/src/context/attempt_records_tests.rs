use std::cell::Cell;

use super::*;
use crate::decision::failure::{ReadFrom, Transport};

thread_local! {
    /// The records of calls on this thread that have not been dropped.
    pub static LIVE: Cell<i32> = const { Cell::new(0) };
}

fn coded(code: &'static str, message: &'static str) -> Failure<'static> {
    Failure::new().with_code(code).with_message(message)
}

fn sent(execution: u64) -> Source {
    Source::Sdk(SdkAttempt { execution, retried: false })
}

fn records(recorded: impl IntoIterator<Item = (Failure<'static>, Source)>) -> AttemptRecords {
    let list = AttemptRecords::new(1);
    for (failure, source) in recorded {
        list.add(1, AttemptRecord::new(failure, source));
    }
    list
}

#[test]
fn a_record_speaks_only_for_its_own_failure() {
    let slow = coded("SlowDown", "later").with_status(503).with_request_id("a");
    let recorded = records([(slow, sent(1))]);
    let status =
        |failure: Failure<'_>| recorded.recall(&failure, false).map(|it| it.failure.status);
    assert_eq!(status(coded("SlowDown", "later")), Some(Some(503)));
    assert_eq!(status(Failure::new().with_request_id("a")), Some(Some(503)));
    assert_eq!(status(coded("SlowDown", "later").with_request_id("b")), None, "another request");
    assert_eq!(status(coded("SlowDown", "go")), None, "another message");
    assert_eq!(status(Failure::new().with_code("SlowDown")), None, "no message");
    assert_eq!(status(coded("Throttling", "later")), None, "another code");
    assert_eq!(status(Failure::new()), None, "an error that tells nothing");
    assert_eq!(status(Failure::transport(Transport::Io)), None, "an error of another kind");
}

#[test]
fn without_a_code_it_speaks_for_an_sdk_error_alone() {
    let lost = Failure { of_sdk: true, ..Failure::transport(Transport::Io) };
    let records = records([(lost.clone(), sent(1))]);
    assert!(records.recall(&lost, false).is_some());
    let agrees = |failure: Failure<'_>| records.recall(&failure, false).is_some();
    let wrapped = Failure {
        read_from: Some(ReadFrom::Text),
        ..lost.with_code("Upload").with_message("failed")
    };
    assert!(agrees(wrapped), "a wrapper's text that looks like a code");
    assert!(!agrees(Failure::transport(Transport::Io)), "someone else's connection");
    assert!(!agrees(Failure { of_sdk: true, ..Failure::transport(Transport::Timeout) }));
    assert!(!agrees(Failure::new()));
}

#[test]
fn the_newest_that_agrees_is_taken() {
    let failure = coded("Throttling", "Rate exceeded");
    let inner_first = records([(failure.clone(), Source::Inner), (failure.clone(), sent(1))]);
    assert!(!inner_first.recall(&failure, false).is_some_and(|record| record.gave_up()));
    let inner_last = records([(failure.clone(), sent(1)), (failure.clone(), Source::Inner)]);
    assert!(inner_last.recall(&failure, false).is_some_and(|record| record.gave_up()));
}

#[test]
fn a_success_clears_its_own_operation_and_the_trust() {
    let (a, b) = (coded("A", "a"), coded("B", "b"));
    let records = records([(a.clone(), sent(1)), (b.clone(), sent(2))]);
    let opaque = Failure::new();
    assert_eq!(records.recall(&opaque, true).map(|it| it.failure.code), Some(b.code.clone()));
    records.succeeded(1, Some(1));
    assert!(records.recall(&a, false).is_none());
    assert!(records.recall(&b, false).is_some());
    assert!(records.recall(&opaque, true).is_none());
}

#[test]
fn trust_is_for_errors_that_tell_nothing() {
    let records = records([(coded("A", "a"), sent(1))]);
    assert!(records.recall(&coded("B", "b"), true).is_none());
    let wrapper = Failure { read_from: Some(ReadFrom::Text), ..coded("Upload", "failed") };
    let trusted = records.recall(&wrapper, true).map(|record| record.complete(&wrapper).code);
    assert_eq!(trusted, Some(Some("A".into())));
    assert!(records.recall(&Failure::transport(Transport::Io), true).is_none());
    assert!(records.recall(&Failure::permanent(), true).is_none());
    assert!(records.recall(&Failure::new(), false).is_none());
}

#[test]
fn an_attempt_has_its_own_records() {
    let failure = coded("A", "a");
    let records = records([(failure.clone(), sent(1))]);
    records.begin(2, &[]);
    assert!(records.recall(&failure, true).is_none());
    records.add(1, AttemptRecord::new(failure.clone(), sent(2)));
    assert!(records.recall(&failure, true).is_none(), "a task that outlived its attempt");
    records.add(2, AttemptRecord::new(failure.clone(), sent(3)));
    assert!(records.recall(&failure, true).is_some());
}

#[test]
fn an_operation_has_one_record_and_old_ones_make_way() {
    let failure = |i: u64| Failure::new().with_request_id(i.to_string());
    let known = |records: &AttemptRecords, i| records.recall(&failure(i), false).is_some();
    let one = records((0..100).map(|i| (failure(i), sent(7))));
    assert_eq!((known(&one, 98), known(&one, 99)), (false, true));
    let many = records((0..100).map(|i| (failure(i), sent(i))));
    assert_eq!((0..100).filter(|i| known(&many, *i)).count(), KEPT);
    assert!(known(&many, 99));
}

#[test]
fn an_erased_error_gets_back_what_it_lost() {
    let whole = coded("SlowDown", "later").with_status(503).with_request_id("a");
    let seen = Failure { read_from: Some(ReadFrom::Text), ..coded("SlowDown", "later") };
    let record = AttemptRecord::new(whole.clone(), sent(1));
    let recorded = Failure { read_from: Some(ReadFrom::Record), ..whole };
    assert_eq!(record.complete(&seen), recorded);
}

/// Nested calls with work on tasks of its own, dropped at random moments.
#[cfg(feature = "tokio")]
#[tokio::test(start_paused = true)]
async fn ten_thousand_calls_leave_no_records_behind() {
    use std::time::Duration;
    use tokio::time::{sleep, timeout};

    async fn fails(after: u64) -> std::io::Result<()> {
        sleep(Duration::from_millis(after)).await;
        crate::context::call_context::with(|frame| {
            frame.add(AttemptRecord::new(coded("Throttling", "slow down"), sent(after)));
        });
        Err(std::io::ErrorKind::ConnectionReset.into())
    }

    async fn call(i: u64) -> std::io::Result<()> {
        let policy = crate::RetryPolicy::new().quota(false).base_delay(Duration::from_millis(2));
        let inner = || async move {
            let spawned = tokio::spawn(crate::in_call(fails(i % 7)));
            fails(i % 5).await.or(spawned.await?)
        };
        policy.run(|| policy.run(inner)).await
    }

    let mut calls = tokio::task::JoinSet::new();
    for i in 0..10_000 {
        calls.spawn(timeout(Duration::from_millis(i * 31 % 200), call(i)));
    }
    let (mut most, mut cancelled) = (0, 0);
    while let Some(outcome) = calls.join_next().await {
        most = most.max(LIVE.get());
        cancelled += u32::from(outcome.unwrap().is_err());
    }
    assert!(most > 1000, "{most} at once");
    assert!((1000..9000).contains(&cancelled), "{cancelled} were cancelled");
    // The tasks that were sent out outlive their calls, but not for long.
    sleep(Duration::from_secs(1)).await;
    assert_eq!(LIVE.get(), 0);
}
