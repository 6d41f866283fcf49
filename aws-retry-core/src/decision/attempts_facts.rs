//! Every fact that ends a call, and the reason that follows from it.

use super::tests::{Run, status, throttling};
use super::*;
use crate::RetryPolicy;
use crate::decision::classify::{Predicates, classify};
use crate::decision::failure::Transport;

/// A fact that ends a call on a failure that would be retried without it.
type Change = for<'f> fn(Facts<'f>) -> Facts<'f>;

#[test]
fn every_reason_to_give_up_follows_from_the_facts() {
    let plain = RetryPolicy::new;
    let second = Duration::from_secs(1);
    let rows: [(Reason, RetryPolicy, Failure<'static>, Change); 22] = [
        (Reason::Attempts, plain().max_retries(0), status(503), |it| it),
        (Reason::Attempts, RetryPolicy::paced().max_retries(0), status(503), |it| it),
        (Reason::Attempts, RetryPolicy::paced().max_attempts(1), throttling(), |it| it),
        (Reason::RetryTokens, plain(), status(503), |it| Facts { pay: &|_| None, ..it }),
        (Reason::Deadline, plain(), status(503), |it| Facts { deadline: Some(it.now), ..it }),
        (Reason::Deadline, RetryPolicy::paced(), throttling(), |it| Facts {
            deadline: Some(Duration::from_secs(2)),
            earliest_turn: Some(Duration::from_secs(2)),
            ..it
        }),
        (Reason::Deadline, plain(), status(503), |it| cancelled(it, StopWhy::Deadline)),
        (Reason::Deadline, plain(), status(503), |it| cancelled(it, StopWhy::NoTurn)),
        (Reason::FailFast, plain(), status(503), |it| cancelled(it, StopWhy::FailFast)),
        (Reason::FailFast, RetryPolicy::paced().fail_fast(true), throttling(), |it| Facts {
            earliest_turn: Some(Duration::from_millis(1)),
            ..it
        }),
        (Reason::NoTimer, plain(), status(503), |it| cancelled(it, StopWhy::NoTimer)),
        (Reason::NoTimer, plain(), status(503), |it| Facts { can_wait: &|| false, ..it }),
        (Reason::NoTimer, RetryPolicy::paced(), throttling(), |it| Facts {
            can_wait: &|| false,
            ..it
        }),
        (Reason::Permanent, plain(), status(404), |it| it),
        (Reason::Permanent, plain().transient(false), status(503), |it| it),
        (Reason::NotIdempotent, plain().idempotent(false), status(503), |it| it),
        (Reason::Vetoed, plain(), status(503), |it| {
            let said = Predicates { vetoed: true, ..Predicates::default() };
            Facts { verdict: classify(&RetryPolicy::new().resolve(), it.failure, said), ..it }
        }),
        (Reason::Credentials, plain(), Failure::new().with_code("ExpiredToken"), |it| it),
        (Reason::NotIdempotent, plain().idempotent(false), throttling(), |it| Facts {
            requests: Requests { may_have_run: true, ..Requests::default() },
            ..it
        }),
        (Reason::Attempts, plain(), status(503), |it| Facts { requests: sent_by_sdk(6), ..it }),
        (Reason::Nested, plain(), throttling(), inside),
        (Reason::Deadline, plain().total_timeout(second), status(503), |it| Facts {
            deadline: Some(Duration::from_millis(625)),
            ..it
        }),
    ];
    for (reason, policy, failure, change) in rows {
        let mut run = Run::new(&policy);
        let decision = run.fail_with(&failure, change);
        assert_eq!(decision, Decision::give_up(reason), "{policy:?} {failure:?}");
        assert_eq!(run.tokens.left(), 500, "{reason}: nothing is taken");
    }
}

#[test]
fn facts_that_do_not_end_a_call() {
    let rows: [(&str, RetryPolicy, Failure<'static>, Change); 7] = [
        ("an attempt that was cut is a time-out", RetryPolicy::new(), timed_out(), |it| {
            cancelled(it, StopWhy::AttemptTimeout)
        }),
        ("nested = retry", RetryPolicy::new().nested(Nested::Retry), status(503), |it| inside(it)),
        ("the SDK gave up early", RetryPolicy::new(), status(503), |it| Facts {
            requests: sent_by_sdk(5),
            ..it
        }),
        ("a turn in time", RetryPolicy::paced(), throttling(), |it| Facts {
            deadline: Some(Duration::from_secs(2)),
            earliest_turn: Some(Duration::from_secs(1)),
            ..it
        }),
        (
            "no wait needs no timer",
            RetryPolicy::new().base_delay(Duration::ZERO),
            status(503),
            |it| Facts { can_wait: &|| false, ..it },
        ),
        ("no tokens are needed", RetryPolicy::new().quota(false), status(503), |it| Facts {
            pay: &|_| None,
            ..it
        }),
        ("fail_fast, and no queue", RetryPolicy::paced().fail_fast(true), throttling(), |it| it),
    ];
    for (name, policy, failure, change) in rows {
        let decision = Run::new(&policy).fail_with(&failure, change);
        assert!(matches!(decision, Decision::Retry { .. }), "{name}: {decision:?}");
    }
}

fn timed_out() -> Failure<'static> {
    Failure::transport(Transport::Timeout)
}

fn cancelled(facts: Facts<'_>, why: StopWhy) -> Facts<'_> {
    Facts { cancelled: Some(why), ..facts }
}

fn inside(facts: Facts<'_>) -> Facts<'_> {
    Facts { retried_inside: true, ..facts }
}

/// One operation, which the SDK sent again until it gave up.
fn sent_by_sdk(sent: u32) -> Requests {
    Requests { sent, repeats: sent - 1, ..Requests::default() }
}
