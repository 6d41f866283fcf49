//! Prices by kind and mode, and the knowledge of whether a throttling scope accepts requests.

use super::*;
use crate::RetryPolicy;
use crate::decision::classify::{Predicates, classify};
use proptest::prelude::*;

const ACCEPTS: Accepting = Accepting { scope: true, function: true };
const REFUSES: Accepting = Accepting { scope: false, function: false };

fn throttle() -> Failure<'static> {
    Failure::new().with_status(400).with_code("ThrottlingException")
}

fn status(status: u16) -> Failure<'static> {
    Failure::new().with_status(status)
}

/// (scope, reserve, function) of retry number `retry`.
fn cost(
    policy: &RetryPolicy,
    failure: &Failure<'_>,
    retry: u32,
    accepting: Accepting,
) -> (u32, u32, u32) {
    let policy = policy.resolve();
    let verdict = classify(&policy, failure, Predicates::default());
    let Tokens { scope, reserve, function } = price(&policy, verdict, failure, retry, accepting);
    (scope, reserve, function)
}

#[test]
fn the_prices_by_mode_and_kind() {
    let timeout = Failure::transport(Transport::Timeout);
    let listed = RetryPolicy::new().retryable_errors(&["Down"]);
    let modes = [
        (RetryPolicy::new(), status(503), ACCEPTS, (14, 10, 10)),
        (RetryPolicy::new(), timeout.clone(), ACCEPTS, (14, 10, 10)),
        (RetryPolicy::new(), throttle(), ACCEPTS, (0, 0, 0)),
        (RetryPolicy::new(), throttle(), REFUSES, (14, 10, 10)),
        (RetryPolicy::paced(), status(503), ACCEPTS, (2, 10, 10)),
        (RetryPolicy::paced(), timeout.clone(), ACCEPTS, (2, 10, 10)),
        (RetryPolicy::paced(), throttle(), REFUSES, (0, 0, 0)),
        (RetryPolicy::standard(), status(503), REFUSES, (14, 0, 0)),
        (RetryPolicy::standard(), throttle(), REFUSES, (5, 0, 0)),
        (RetryPolicy::adaptive(), throttle(), REFUSES, (5, 0, 0)),
        (RetryPolicy::new().mode(crate::Mode::Standard20), timeout, REFUSES, (10, 0, 0)),
        (RetryPolicy::legacy(), status(503), REFUSES, (0, 0, 0)),
        (RetryPolicy::new().quota(false), status(503), REFUSES, (0, 0, 0)),
        (listed.clone(), status(400).with_code("Down"), REFUSES, (0, 0, 0)),
        (listed, status(503).with_code("Down"), REFUSES, (14, 10, 10)),
        // A transient code without a server's status, and a user's code with one.
        (RetryPolicy::new(), Failure::new().with_code("RequestTimeout"), ACCEPTS, (14, 10, 10)),
        (
            RetryPolicy::new().added_errors(&["Down"]),
            status(499).with_code("Down"),
            ACCEPTS,
            (0, 0, 0),
        ),
    ];
    for (policy, failure, accepting, expected) in modes {
        assert_eq!(cost(&policy, &failure, 1, accepting), expected, "{policy:?} {failure:?}");
    }
    assert_eq!(cost(&RetryPolicy::new(), &status(503), 3, ACCEPTS), (14, 30, 10));
    let alone = Accepting { scope: false, function: true };
    assert_eq!(cost(&RetryPolicy::new(), &throttle(), 1, alone), (14, 10, 0));
}

#[test]
fn an_answer_that_shows_a_healthy_service() {
    let healthy = |policy: &RetryPolicy, failure: &Failure<'_>| {
        let policy = policy.resolve();
        is_healthy(&policy, classify(&policy, failure, Predicates::default()), failure)
    };
    let default = RetryPolicy::new();
    let coded = |code: &'static str| Failure::new().with_code(code);
    for answer in [status(404), status(400), coded("NoSuchKey"), coded("ExpiredTokenException")] {
        assert!(healthy(&default, &answer), "{answer:?}");
        assert!(healthy(&RetryPolicy::paced(), &answer), "{answer:?}");
        assert!(!healthy(&RetryPolicy::standard(), &answer), "AWS's modes are exact");
    }
    let lost = Failure::transport(Transport::Io);
    for trouble in [status(503), status(429), throttle(), lost, Failure::new()] {
        assert!(!healthy(&default, &trouble), "{trouble:?}");
        let off = default.clone().transient(false).excluded_errors(&["*Exception"]);
        assert!(!healthy(&off, &trouble), "{trouble:?}");
        let python = default.clone().codes(crate::Codes::Python);
        assert!(!healthy(&python, &trouble), "{trouble:?}");
    }
    for code in ["ThrottlingException", "InternalError", "RequestTimeout"] {
        let other = default.clone().added_errors(&["*"]).codes(crate::Codes::Python);
        assert!(!healthy(&other, &status(400).with_code(code)), "{code}");
    }
    assert!(healthy(&default.added_errors(&["NotReady"]), &status(400).with_code("NotReady")));
}

fn at(seconds: f64) -> Time {
    Duration::from_secs_f64(seconds)
}

#[test]
fn throttles_are_free_while_something_is_accepted() {
    let mut scope = Acceptance::default();
    assert!(!scope.is_watched());
    assert!(scope.on_throttle(at(100.0)), "the first one: nothing is known yet");
    assert!(scope.is_watched());
    scope.on_accepted(at(101.0));
    assert!(scope.on_throttle(at(101.0)));
    assert!(!scope.on_throttle(at(101.1)), "only requests of before were accepted");
    scope.on_accepted(at(101.2));
    assert!(scope.on_throttle(at(104.2)));
    assert!(!scope.on_throttle(at(104.3)));
    scope.on_accepted(at(114.4));
    assert!(!scope.is_watched(), "no throttle for ten seconds");
    assert!(scope.on_throttle(at(200.0)), "and the next one is news");
}

#[test]
fn after_a_rest_a_throttle_is_news() {
    let mut scope = Acceptance::default();
    scope.on_throttle(at(0.0));
    assert!(!scope.on_throttle(at(9.0)));
    assert!(scope.on_throttle(at(19.0)), "ten seconds without a throttle");
}

proptest! {
    /// Without accepted requests, throttles are free for one second only, however they follow each other
    /// within ten seconds.
    #[test]
    fn an_outage_of_throttles_is_charged_after_a_second(gaps in proptest::collection::vec(0.0..9.9_f64, 1..200)) {
        let mut scope = Acceptance::default();
        let mut now = 5.0;
        scope.on_throttle(at(now));
        for gap in gaps {
            now += gap;
            prop_assert_eq!(scope.on_throttle(at(now)), now - 5.0 <= 1.0 + 1e-9, "{}", now);
        }
    }
}
