//! Many calls in one scope: the retry tokens that they take and give back, and the calls that find none.

use std::time::Duration;

use proptest::prelude::*;

use super::sides::{Side, Trace, behavior_20, behavior_21};
use super::wire::Reply;

const THROTTLE: Reply = Reply::error(400, "ThrottlingException");

/// Enough calls to use up 500 tokens and to refill a part of them.
fn calls(failures: Vec<Reply>) -> impl Strategy<Value = Vec<(Duration, Vec<Reply>)>> {
    let failures = proptest::sample::select(failures);
    let script = proptest::collection::vec(failures, 0..4);
    proptest::collection::vec(script.prop_map(|script| (Duration::ZERO, script)), 50..90)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5))]

    #[test]
    fn behavior_21_charges_throttles_5_and_all_else_14(
        calls in calls(vec![THROTTLE, Reply::status(500), Reply::Io, Reply::Timeout]),
    ) {
        let [sdk, ours] = Side::both(&behavior_21());
        prop_assert_eq!(sdk.play(&calls), ours.play(&calls));
    }

    /// The SDK charges a 5xx like a time-out: see the differences.
    #[test]
    fn behavior_20_charges_throttles_5_and_timeouts_10(calls in calls(vec![THROTTLE, Reply::Timeout])) {
        let [sdk, ours] = Side::both(&behavior_20());
        prop_assert_eq!(sdk.play(&calls), ours.play(&calls));
    }
}

/// The comparisons above cover calls without retry tokens.
#[test]
fn the_end_of_the_retry_tokens_ends_the_retries() {
    let calls = vec![(Duration::ZERO, vec![Reply::status(500); 3]); 20];
    let requests =
        |side: &Side| -> Vec<_> { side.play(&calls).iter().map(Trace::requests).collect() };
    for side in Side::both(&behavior_21()) {
        let expected = [vec![3; 17], vec![2, 1, 1]].concat();
        assert_eq!(requests(&side), expected, "35 retries of 14 in 500 tokens: {side:?}");
    }
}
