//! The adaptive mode of Retry Behavior 2.1: one caller, whose send rate its throttles teach.

use std::time::Duration;

use aws_smithy_types::retry::RetryMode;
use proptest::prelude::*;

use crate::sides::{Side, behavior_21, paused};
use crate::wire::Reply;

/// tokio's timers end on whole milliseconds, so that the last digit of a wait can move a millisecond.
const ROUNDING: Duration = Duration::from_millis(3);

const WARM: usize = 24;

/// The SDK begins with a measured rate of 0.5 a second, the specification with none. Each half second
/// forgets four fifths of the difference: after so many calls it is gone.
fn warm_up() -> Vec<(Duration, Vec<Reply>)> {
    vec![(Duration::from_millis(260), vec![]); WARM]
}

fn compare(calls: Vec<(Duration, Vec<Reply>)>) {
    let calls = [warm_up(), calls].concat();
    let retries = behavior_21().with_retry_mode(RetryMode::Adaptive).with_max_attempts(4);
    let [sdk, ours] = Side::both(&retries);
    // On one clock, since the measured rate depends on where half a second begins.
    let (sdk, ours) = paused(async { tokio::join!(sdk.played(&calls), ours.played(&calls)) });
    for (index, (sdk, ours)) in sdk.iter().zip(&ours).enumerate().skip(WARM) {
        assert_eq!(sdk.outcome, ours.outcome, "call {index}");
        assert_eq!(sdk.requests(), ours.requests(), "call {index}: {sdk:?} {ours:?}");
        for (theirs, own) in sdk.all_waits().zip(ours.all_waits()) {
            assert!(theirs.abs_diff(own) <= ROUNDING, "call {index}: {sdk:?} {ours:?}");
        }
    }
}

#[test]
fn throttled_once() {
    let throttle = Reply::error(400, "ThrottlingException");
    let mut calls = vec![(Duration::ZERO, vec![throttle])];
    calls.extend(vec![(Duration::ZERO, vec![]); 20]);
    compare(calls);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn any_script(
        calls in proptest::collection::vec((
            0..900_u64,
            proptest::collection::vec(proptest::sample::select(vec![
                Reply::error(400, "ThrottlingException"),
                Reply::error(503, "SlowDown"),
                Reply::status(500),
                Reply::Io,
            ]), 0..4),
        ), 1..30),
    ) {
        let calls = calls.into_iter().map(|(pause, script)| (Duration::from_millis(pause), script));
        compare(calls.collect());
    }
}

/// The comparison meets waits for a turn.
#[test]
fn a_throttle_slows_the_calls_after_it() {
    let mut calls = warm_up();
    calls.push((Duration::ZERO, vec![Reply::error(400, "ThrottlingException"); 3]));
    calls.extend(vec![(Duration::ZERO, vec![]); 5]);
    let retries = behavior_21().with_retry_mode(RetryMode::Adaptive);
    for side in Side::both(&retries) {
        let traces = side.play(&calls);
        assert!(traces[..WARM].iter().all(|trace| trace.first.is_zero()));
        assert!(traces[WARM + 1..].iter().any(|trace| trace.first > Duration::from_millis(100)));
    }
}
