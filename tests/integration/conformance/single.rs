//! One call at a time, with all retry tokens.

use std::time::Duration;

use aws_retry::{Mode, RetryPolicy};
use aws_smithy_types::retry::RetryConfig;
use proptest::prelude::*;

use super::sides::{Side, behavior_20, behavior_21};
use super::wire::Reply;

/// The answers that both sides treat alike.
fn replies() -> Vec<Reply> {
    let mut replies = vec![
        Reply::Cut,
        Reply::Io,
        Reply::Timeout,
        Reply::Lost,
        Reply::Unknown,
        Reply::User,
        Reply::Html(400),
        Reply::Html(503),
    ];
    for status in [400, 401, 403, 404, 408, 409, 500, 501, 502, 503, 504, 505, 509] {
        replies.push(Reply::status(status));
        replies.push(Reply::error(status, "AccessDeniedException"));
    }
    for code in aws_retry::codes::THROTTLING.iter().chain(aws_retry::codes::TRANSIENT) {
        replies.extend([400, 429, 503].map(|status| Reply::error(status, code)));
    }
    // The operation models `InternalServiceError`, and not the others.
    for code in ["InternalServiceError", "ResourceNotFoundException", "RequestExpired"] {
        replies.extend([400, 500].map(|status| Reply::error(status, code)));
    }
    replies.push(Reply::error(429, "InternalServiceError"));
    replies.push(Reply::error(400, "ExpiredTokenException"));
    for headers in [
        &[("x-amz-retry-after", "0")],
        &[("x-amz-retry-after", "700")],
        &[("x-amz-retry-after", "1500")],
        &[("x-amz-retry-after", "10000")],
        &[("x-amz-retry-after", "60000")],
        &[("x-amz-retry-after", "-1")],
        &[("x-amz-retry-after", "1.5")],
        &[("x-amz-retry-after", "invalid")],
        &[("retry-after", "7")],
    ] {
        for (status, code) in [
            (500, None),
            (404, None),
            (503, Some("SlowDown")),
            (400, Some("ThrottlingException")),
            (400, Some("RequestTimeout")),
        ] {
            replies.push(Reply::Error { status, code, headers });
        }
    }
    replies
}

#[test]
fn each_failure_once_and_in_every_attempt_is_handled_alike() {
    for retries in [behavior_20(), behavior_21()] {
        let sdk = Side::sdk(&retries);
        for reply in replies() {
            for times in [1, 2, 5] {
                let script = [(Duration::ZERO, vec![reply; times])];
                let theirs = sdk.play(&script);
                // The forms differ only in how the policy is written. The longest script shows that.
                let forms = if times == 5 { 3 } else { 1 };
                for ours in Side::ours(&retries).iter().take(forms) {
                    assert_eq!(theirs, ours.play(&script), "{reply:?} {times} {ours:?}");
                }
            }
        }
    }
}

/// The comparison can fail: the compared outcomes differ between failures.
#[test]
fn the_scripts_lead_to_many_different_outcomes() {
    let [sdk, _] = Side::both(&behavior_21());
    let traces = replies().into_iter().map(|reply| sdk.play(&[(Duration::ZERO, vec![reply; 5])]));
    let mut waits: Vec<_> = traces.flatten().map(|trace| trace.waits).collect();
    waits.sort();
    waits.dedup();
    assert!(waits.len() > 7, "{waits:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn any_script_with_any_number_of_attempts_is_handled_alike(
        script in proptest::collection::vec(proptest::sample::select(replies()), 0..8),
        attempts in 0..8_u32,
        base_ms in 1..3000_u64,
        cap_ms in proptest::option::of(1..30_000_u64),
    ) {
        // With a version, the SDK's initial backoff applies to throttles alone: see the differences.
        let unversioned = RetryConfig::standard().with_use_static_exponential_base(true);
        for (mut retries, mode) in [
            (behavior_20(), Mode::Standard20),
            (behavior_21(), Mode::Standard),
            (unversioned.with_initial_backoff(Duration::from_millis(base_ms)), Mode::Standard20),
        ] {
            retries = retries.with_max_attempts(attempts);
            if let Some(cap) = cap_ms {
                retries = retries.with_max_backoff(Duration::from_millis(cap));
            }
            let ours = Side::Policy(RetryPolicy::from(&retries).mode(mode));
            let sdk = Side::Sdk { retries, client_per_call: true };
            let script = [(Duration::ZERO, script.clone())];
            prop_assert_eq!(sdk.play(&script), ours.play(&script));
        }
    }
}
