//! The adaptive mode of Retry Behavior 2.1: one caller, whose throttles set its send rate.

use std::time::Duration;

use aws_smithy_types::retry::{RetryConfig, RetryMode};
use proptest::prelude::*;

use super::sides::{Side, Trace, behavior_20, behavior_21, paused};
use super::wire::Reply;

/// tokio's timers end on whole milliseconds, so a wait can differ by one.
const ROUNDING: Duration = Duration::from_millis(3);

/// The SDK begins with a measured rate of 0.5 per second, the specification with none. Each half second
/// removes four fifths of the difference: after this number of calls it is gone.
const WARM: usize = 24;

type Calls = Vec<(Duration, Vec<Reply>)>;

fn warm_up() -> Calls {
    vec![(Duration::from_millis(260), vec![]); WARM]
}

fn retries() -> RetryConfig {
    behavior_21().with_retry_mode(RetryMode::Adaptive)
}

/// Compares the course of `calls` on the two sides, from call `from` on. If rounding puts a request into
/// different half seconds, the two sides measure different rates from then on. Then the comparison ends and
/// gives `false`.
fn compare((theirs, own): (Vec<Trace>, Vec<Trace>), calls: &Calls, from: usize) -> bool {
    let half_seconds = |at: Duration| at.as_millis() / 500;
    let mut at = [Duration::ZERO; 2];
    for (index, (theirs, own)) in theirs.iter().zip(&own).enumerate() {
        let both = format!("call {index} of {calls:?}: {theirs:?} {own:?}");
        at = at.map(|at| at + calls[index].0);
        for (theirs, own) in theirs.all_waits().zip(own.all_waits()) {
            assert!(index < from || theirs.abs_diff(own) <= ROUNDING, "{both}");
            at = [at[0] + theirs, at[1] + own];
            if half_seconds(at[0]) != half_seconds(at[1]) {
                return false;
            }
        }
        assert_eq!(theirs.outcome, own.outcome, "{both}");
        assert_eq!(theirs.requests(), own.requests(), "{both}");
    }
    true
}

/// The SDK with its defaults, once its first measure is forgotten.
fn compare_warm(calls: Calls) -> bool {
    let retries = retries().with_max_attempts(4);
    let [sdk, ours] = Side::both(&retries);
    let calls = [warm_up(), calls].concat();
    let traces = paused(async { tokio::join!(sdk.played(&calls), ours.played(&calls)) });
    compare(traces, &calls, WARM)
}

/// Compares from the first call on, which comes at second 0. The SDK's limiter starts without a measured rate, as
/// ours does.
fn compare_start(mut calls: Calls) -> bool {
    if let Some((pause, _)) = calls.first_mut() {
        *pause = Duration::ZERO;
    }
    let mut whole = true;
    let sdk = Side::SdkFromZero(retries());
    for ours in Side::ours(&retries()) {
        let traces = paused(async { tokio::join!(sdk.played(&calls), ours.played(&calls)) });
        whole &= compare(traces, &calls, 0);
    }
    whole
}

fn throttled_once(before: usize) -> Calls {
    let mut calls = vec![(Duration::from_millis(130), vec![]); before];
    calls.push((Duration::ZERO, vec![Reply::error(400, "ThrottlingException")]));
    calls.extend(vec![(Duration::ZERO, vec![]); 20]);
    calls
}

fn any_calls() -> impl Strategy<Value = Calls> {
    let replies = proptest::sample::select(vec![
        Reply::error(400, "ThrottlingException"),
        Reply::error(503, "SlowDown"),
        Reply::status(500),
        Reply::Io,
    ]);
    let call = (0..900_u64, proptest::collection::vec(replies, 0..4));
    let call = call.prop_map(|(pause, script)| (Duration::from_millis(pause), script));
    proptest::collection::vec(call, 1..30)
}

#[test]
fn a_throttle_after_a_while_slows_both_sides_alike() {
    assert!(compare_warm(throttled_once(0)));
}

#[test]
fn a_throttle_at_the_start_slows_both_sides_alike() {
    for before in 0..8 {
        assert!(compare_start(throttled_once(before)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn any_script_after_a_while_is_paced_alike(calls in any_calls()) {
        compare_warm(calls);
    }

    #[test]
    fn any_script_from_the_start_is_paced_alike(calls in any_calls()) {
        compare_start(calls);
    }
}

/// The comparison covers waits for a turn.
#[test]
fn a_throttle_slows_the_calls_after_it() {
    let mut calls = warm_up();
    calls.push((Duration::ZERO, vec![Reply::error(400, "ThrottlingException"); 3]));
    calls.extend(vec![(Duration::ZERO, vec![]); 5]);
    for side in Side::both(&retries()) {
        let traces = side.play(&calls);
        assert!(traces[..WARM].iter().all(|trace| trace.first.is_zero()));
        assert!(traces[WARM + 1..].iter().any(|trace| trace.first > Duration::from_millis(100)));
    }
}

/// The SDK measures from 0.5 per second by default: see the differences.
#[test]
fn the_measured_rate_differs_a_little_at_the_start() {
    let calls = throttled_once(5);
    let [sdk, ours] = Side::both(&retries());
    let (theirs, own) = paused(async { tokio::join!(sdk.played(&calls), ours.played(&calls)) });
    let waits = |traces: &[Trace]| -> Vec<_> { traces.iter().flat_map(Trace::all_waits).collect() };
    let off = waits(&theirs).into_iter().zip(waits(&own)).map(|(a, b)| a.abs_diff(b)).max();
    let off = off.expect("waits");
    assert!(off > ROUNDING && off < Duration::from_millis(60), "{off:?}");
}

/// Before 2.1 a retry takes 5 or 10 send tokens, and the wait for them replaces the backoff.
#[test]
fn the_adaptive_mode_is_that_of_behavior_21_whatever_the_version() {
    let calls = throttled_once(0);
    let old = behavior_20().with_retry_mode(RetryMode::Adaptive);
    let [sdk, ours] = Side::both(&old);
    let [_, new] = Side::both(&retries());
    let own = ours.play(&calls);
    assert_ne!(sdk.play(&calls)[0].waits, own[0].waits);
    assert_eq!(new.play(&calls)[0].waits, own[0].waits);
}
