use std::cell::Cell;

use super::*;
use crate::decision::failure::{ReadFrom, Transport};

thread_local! {
    /// The records of calls on this thread that have not been dropped.
    pub static LIVE: Cell<i32> = const { Cell::new(0) };
}

/// The kind of the failures in tests that are about something else.
const KIND: Kind = Kind::Throttled;

fn coded(code: &'static str, message: &'static str) -> Failure<'static> {
    Failure::new().with_code(code).with_message(message)
}

fn sent(execution: u64) -> RecordedBy {
    RecordedBy::Sdk(SdkAttempt { execution })
}

fn records(recorded: impl IntoIterator<Item = (Failure<'static>, RecordedBy)>) -> AttemptRecords {
    let list = AttemptRecords::new(1);
    for (failure, source) in recorded {
        list.add(1, AttemptRecord::new(failure, KIND, source));
    }
    list
}

/// Each pair of a call's failure, with its kind, and a record: do they have the same cause?
#[test]
fn a_record_speaks_for_the_failures_that_no_known_fact_tells_apart() {
    use Kind::{Other, Permanent, Throttled, Transient};
    let sdk = |failure: Failure<'static>| Failure { of_sdk: true, ..failure };
    let text = |code| Failure { read_from: Some(ReadFrom::Text), ..coded(code, "failed") };
    let id = |id: &'static str| Failure::new().with_request_id(id);
    let lost = Failure::transport(Transport::Io);
    let timeout = Failure::transport(Transport::Timeout);
    let slow = coded("SlowDown", "later").with_status(503).with_request_id("a");
    let code = Failure::new().with_code("SlowDown");
    let error_500 = coded("InternalError", "oh").with_status(500).with_request_id("b");
    let bare_503 = Failure::new().with_status(503);
    let denied = coded("AccessDenied", "no").with_status(403).with_request_id("c");
    let busy = Failure::throttled();
    let gone = Failure::permanent();
    let flaky = Failure::transient();
    let asked = Failure::retryable();
    let (inner, of_sdk) = (RecordedBy::Inner, sent(1));
    let none = Failure::new();
    #[rustfmt::skip]
    let cases = [
        // The user's own error type that keeps the kind, the code, or the code with different words.
        (&slow, Throttled, inner, busy.clone(), Throttled, true),
        (&slow, Throttled, inner, code.clone(), Throttled, true),
        (&slow, Throttled, inner, coded("SlowDown", "go"), Throttled, true),
        (&slow, Throttled, inner, busy.clone().with_status(503), Throttled, true),
        (&slow, Throttled, inner, id("a"), Permanent, true),
        (&error_500, Transient, inner, flaky.clone(), Transient, true),
        (&error_500, Transient, inner, flaky.clone().with_code("InternalError"), Transient, true),
        (&lost, Transient, inner, flaky.clone(), Transient, true),
        (&lost, Transient, inner, lost.clone(), Transient, true),
        (&bare_503, Transient, inner, flaky.clone(), Transient, true),
        (&bare_503, Transient, inner, bare_503.clone(), Transient, true),
        (&none, Other, inner, none.clone(), Other, true),
        (&denied, Permanent, inner, coded("AccessDenied", "no"), Permanent, true),
        // Both calls retry it, each for its own reasons.
        (&slow, Throttled, inner, asked.clone().with_code("SlowDown"), Other, true),
        // One failure was handled inside, and then the body failed by itself.
        (&denied, Permanent, inner, lost.clone(), Transient, false),
        (&denied, Permanent, inner, none.clone(), Permanent, false),
        (&denied, Permanent, inner, busy.clone(), Throttled, false),
        (&denied, Permanent, inner, asked.clone(), Other, false),
        (&denied, Permanent, inner, coded("AccessDenied", "no"), Other, false),
        (&gone, Permanent, inner, lost.clone(), Transient, false),
        (&slow, Throttled, inner, lost.clone(), Transient, false),
        // The text of this one names another code.
        (&slow, Throttled, inner, text("ThrottlingException"), Throttled, false),
        (&slow, Throttled, inner, coded("Throttling", "later"), Throttled, false),
        (&slow, Throttled, inner, code.clone().with_request_id("b"), Throttled, false),
        (&slow, Throttled, inner, code.clone().with_status(400), Throttled, false),
        (&slow, Throttled, inner, flaky.clone(), Transient, false),
        (&slow, Throttled, inner, none.clone(), Permanent, false),
        (&slow, Throttled, inner, gone.clone(), Permanent, false),
        (&error_500, Transient, inner, lost.clone(), Transient, false),
        (&bare_503, Transient, inner, timeout.clone(), Transient, false),
        (&timeout, Transient, inner, lost.clone(), Transient, false),
        (&lost, Transient, inner, bare_503.clone(), Transient, false),
        (&lost, Transient, inner, slow.clone(), Throttled, false),
        (&busy, Throttled, inner, flaky.clone(), Transient, false),
        // An SDK request, and the user's own error type.
        (&error_500, Transient, of_sdk, coded("InternalError", "oh"), Transient, true),
        (&error_500, Transient, of_sdk, Failure::new().with_code("InternalError"), Permanent, true),
        (&error_500, Transient, of_sdk, flaky.clone(), Transient, true),
        (&slow, Throttled, of_sdk, busy.clone(), Throttled, true),
        (&slow, Throttled, of_sdk, id("a"), Permanent, true),
        (&slow, Throttled, of_sdk, code.clone().with_request_id("b"), Throttled, false),
        (&slow, Throttled, of_sdk, coded("Throttling", "later"), Throttled, false),
        (&slow, Throttled, of_sdk, none.clone(), Permanent, false),
        (&slow, Throttled, of_sdk, flaky.clone(), Transient, false),
        (&slow, Throttled, of_sdk, lost.clone(), Transient, false),
        // Without a code to compare: an SDK error, but not one of another connection.
        (&lost, Transient, of_sdk, sdk(lost.clone()), Transient, true),
        (&lost, Transient, of_sdk, sdk(text("Upload")), Permanent, true),
        (&lost, Transient, of_sdk, lost.clone(), Transient, false),
        (&lost, Transient, of_sdk, sdk(timeout.clone()), Transient, false),
        (&lost, Transient, of_sdk, none.clone(), Permanent, false),
        (&bare_503, Transient, inner, sdk(none.clone()), Permanent, true),
        (&bare_503, Transient, of_sdk, sdk(none.clone()), Permanent, true),
    ];
    for (recorded, kind, source, failure, own_kind, expected) in cases {
        let record = AttemptRecord::new(recorded.clone(), kind, source);
        let agrees = record.agrees_with(&failure, own_kind);
        assert_eq!(agrees, expected, "{record:?}\n{own_kind:?} {failure:?}");
    }
}

#[test]
fn a_record_completes_the_failure_that_it_speaks_for() {
    let slow = coded("SlowDown", "later").with_status(503).with_request_id("a");
    let recorded = records([(slow, sent(1))]);
    let seen = Failure::new().with_code("SlowDown");
    let record = recorded.recall(&seen, Kind::Throttled, false).unwrap();
    let whole = record.complete(&seen);
    assert_eq!((whole.status(), whole.request_id()), (Some(503), Some("a")));
}

#[test]
fn a_success_clears_its_own_operation_and_the_trust() {
    let (a, b) = (coded("A", "a"), coded("B", "b"));
    let records = records([(a.clone(), sent(1)), (b.clone(), sent(2))]);
    let opaque = Failure::new();
    assert_eq!(records.recall(&opaque, KIND, true).map(|it| it.failure.code), Some(b.code.clone()));
    records.succeeded(1, 1);
    assert!(records.recall(&a, KIND, false).is_none());
    assert!(records.recall(&b, KIND, false).is_some());
    assert!(records.recall(&opaque, KIND, true).is_none());
}

#[test]
fn trust_is_for_errors_that_tell_nothing() {
    let records = records([(coded("A", "a"), sent(1))]);
    assert!(records.recall(&coded("B", "b"), KIND, true).is_none());
    let wrapper = Failure { read_from: Some(ReadFrom::Text), ..coded("Upload", "failed") };
    let trusted = records.recall(&wrapper, KIND, true).map(|record| record.complete(&wrapper).code);
    assert_eq!(trusted, Some(Some("A".into())));
    assert!(records.recall(&Failure::transport(Transport::Io), KIND, true).is_none());
    assert!(records.recall(&Failure::permanent(), Kind::Permanent, true).is_none());
    assert!(records.recall(&Failure::new(), KIND, false).is_none());
}

#[test]
fn an_attempt_has_its_own_records() {
    let failure = coded("A", "a");
    let records = records([(failure.clone(), sent(1))]);
    records.begin(2);
    assert!(records.recall(&failure, KIND, true).is_none());
    records.add(1, AttemptRecord::new(failure.clone(), KIND, sent(2)));
    assert!(records.recall(&failure, KIND, true).is_none(), "a task that outlived its attempt");
    records.add(2, AttemptRecord::new(failure.clone(), KIND, sent(3)));
    assert!(records.recall(&failure, KIND, true).is_some());
}

#[test]
fn an_operation_has_one_record_and_old_ones_make_way() {
    let failure = |i: u64| Failure::new().with_request_id(i.to_string());
    let known = |records: &AttemptRecords, i| records.recall(&failure(i), KIND, false).is_some();
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
    let record = AttemptRecord::new(whole.clone(), KIND, sent(1));
    let recorded = Failure { read_from: Some(ReadFrom::Record), ..whole };
    assert_eq!(record.complete(&seen), recorded);
}

/// Nested calls, with work on tasks of their own, are dropped at random moments.
#[cfg(feature = "tokio")]
#[tokio::test(start_paused = true)]
async fn ten_thousand_calls_leave_no_records_behind() {
    use std::time::Duration;
    use tokio::time::{sleep, timeout};

    async fn fails(after: u64) -> std::io::Result<()> {
        sleep(Duration::from_millis(after)).await;
        crate::context::call_context::with(|context| {
            context.add(AttemptRecord::new(coded("Throttling", "slow down"), KIND, sent(after)));
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
    // The spawned tasks outlive their calls, but not for long.
    sleep(Duration::from_secs(1)).await;
    assert_eq!(LIVE.get(), 0);
}

#[test]
fn a_record_completes_a_failure_and_replaces_a_text_that_only_looked_like_a_code() {
    let text = Failure { read_from: Some(ReadFrom::Text), ..coded("Looks", "Looks: like one") };
    let typed = Failure { read_from: Some(ReadFrom::SdkError), ..coded("Typed", "typed") };
    let recorded = |failure: Failure<'static>| AttemptRecord::new(failure, KIND, RecordedBy::Inner);
    let known = recorded(coded("Known", "known").with_status(503));
    let unknown = recorded(Failure::new().with_status(503));
    for (record, failure, code, read_from) in [
        (&known, &text, "Known", ReadFrom::Record),
        (&unknown, &text, "Looks", ReadFrom::Record),
        (&known, &typed, "Typed", ReadFrom::SdkError),
        (&known, &coded("Own", "own"), "Own", ReadFrom::Record),
    ] {
        let found = record.complete(failure);
        assert_eq!((found.code(), found.status()), (Some(code), Some(503)));
        assert_eq!(found.read_from(), Some(read_from));
    }
}

#[cfg(feature = "sdk")]
#[test]
fn a_call_that_was_polled_is_seen_from_outside_whatever_is_polled_after_it() {
    use crate::context::call_context::{CallContext, watch_calls};
    let call = || drop(CallContext::NONE.clone().enter());
    let ((_, inside), around) = watch_calls(|| {
        call();
        watch_calls(|| ())
    });
    assert!(!inside && around);
    assert!(watch_calls(|| watch_calls(call)).1);
    assert!(!watch_calls(|| ()).1);
}
