//! AWS's modes by AWS's own vectors, with the jitter fixed at 1 unless stated otherwise.

use super::tests::{Run, amz, status, throttling};
use super::*;
use crate::RetryPolicy;
use crate::decision::failure::Transport;
use crate::decision::retry_after::RetryAfter;

#[test]
fn standard_21_retries_and_succeeds() {
    let mut run = Run::new(&RetryPolicy::standard());
    run.expect(&status(500), 486, 50);
    run.expect(&status(500), 472, 100);
    run.succeed(486);
}

#[test]
fn standard_21_uses_up_its_attempts() {
    let mut run = Run::new(&RetryPolicy::standard());
    run.expect(&status(502), 486, 50);
    run.expect(&status(502), 472, 100);
    run.expect_stop(&status(502), Reason::Attempts, 472);
}

#[test]
fn standard_21_runs_out_of_tokens() {
    let mut run = Run::new(&RetryPolicy::standard()).with_tokens(14);
    run.expect(&status(500), 0, 50);
    run.expect_stop(&status(500), Reason::RetryTokens, 0);
}

#[test]
fn standard_21_charges_a_throttle_5_and_waits_from_a_second() {
    let mut run = Run::new(&RetryPolicy::standard());
    run.expect(&throttling(), 495, 1000);
    run.succeed(500);
}

#[test]
fn standard_21_has_a_base_and_attempts_for_dynamodb() {
    for service in ["dynamodb", "DynamoDB Streams"] {
        let mut run = Run::new(&RetryPolicy::standard().service(service));
        run.expect(&status(500), 486, 25);
        run.expect(&status(500), 472, 50);
        run.expect(&status(500), 458, 100);
        run.expect_stop(&status(500), Reason::Attempts, 458);
    }
}

#[test]
fn standard_21_clamps_the_servers_hint() {
    for (hint, wait_ms) in [(amz(1500), 1500), (amz(0), 50), (amz(10_000), 5050)] {
        let mut run = Run::new(&RetryPolicy::standard());
        run.expect(&status(500).with_retry_after(hint), 486, wait_ms);
    }
    let http = RetryAfter::Http(Duration::from_secs(3));
    Run::new(&RetryPolicy::standard()).expect(&status(500).with_retry_after(http), 486, 50);
    let mut run = Run::new(&RetryPolicy::standard());
    run.expect_stop(&status(404).with_retry_after(amz(1)), Reason::Permanent, 500);
}

#[test]
fn standard_21_caps_the_wait_at_20_seconds() {
    let mut run = Run::new(&RetryPolicy::standard().max_attempts(12));
    let waits: Vec<_> = (0..10).map(|_| run.fail(&throttling())).collect();
    assert_eq!(waits[4], Decision::Retry { wait: Duration::from_secs(16) });
    assert_eq!(waits[9], Decision::Retry { wait: Duration::from_secs(20) });
}

#[test]
fn standard_20_waits_and_costs() {
    let policy = RetryPolicy::new().mode(Mode::Standard20);
    let mut run = Run::new(&policy);
    run.expect(&status(500), 495, 1000);
    run.expect(&status(500), 490, 2000);
    run.succeed(495);
    for timeout in [Transport::Timeout, Transport::ConnectTimeout] {
        let mut run = Run::new(&policy);
        run.expect(&Failure::transport(timeout), 490, 1000);
        run.succeed(500);
    }
    let mut run = Run::new(&policy);
    run.expect(&status(500).with_retry_after(amz(700)), 495, 700);
    run.expect(&status(500).with_retry_after(amz(60_000)), 490, 20_000);
}

#[test]
fn a_long_poll_waits_before_it_fails_without_tokens() {
    let poll = RetryPolicy::standard().service("SQS").operation("ReceiveMessage");
    let mut run = Run::new(&poll).with_tokens(0);
    let wait_before = Duration::from_millis(50);
    assert_eq!(
        run.fail(&status(500)),
        Decision::GiveUp { reason: Reason::RetryTokens, wait_before }
    );
    let mut run = Run::new(&poll);
    run.expect(&status(500), 486, 50);
    run.expect(&status(500), 472, 100);
    run.expect_stop(&status(500), Reason::Attempts, 472);
    Run::new(&poll).expect_stop(&status(404), Reason::Permanent, 500);
}

#[test]
fn legacy_waits_without_a_cap_tokens_or_a_hint() {
    let mut run = Run::new(&RetryPolicy::legacy());
    for seconds in [1, 2, 4, 8] {
        run.expect(&status(500).with_retry_after(amz(60_000)), 500, seconds * 1000);
    }
    run.expect_stop(&status(500), Reason::Attempts, 500);
    // botocore has rules for DynamoDB, none for its Streams.
    Run::new(&RetryPolicy::legacy().service("dynamodb-streams")).expect(&status(500), 500, 1000);

    let mut run = Run::new(&RetryPolicy::legacy().service("dynamodb"));
    run.random = 0.0; // No jitter: the random number does not matter.
    for i in 0..9 {
        run.expect(&status(500), 500, 50 << i);
    }
    run.expect_stop(&status(500), Reason::Attempts, 500);
}

fn standard_20() -> RetryPolicy {
    RetryPolicy::new().mode(Mode::Standard20)
}

/// The cap comes before the jitter, and legacy has none.
#[test]
fn the_jitter_is_of_the_capped_wait() {
    for (policy, random, waits_ms) in [
        (standard_20(), 0.25, [250, 500, 1000, 2000, 4000, 5000, 5000]),
        (RetryPolicy::standard(), 0.25, [250, 500, 1000, 2000, 4000, 5000, 5000]),
        (RetryPolicy::legacy(), 0.25, [250, 500, 1000, 2000, 4000, 8000, 16_000]),
        (RetryPolicy::legacy(), 1.0, [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000]),
        (RetryPolicy::standard(), 0.0, [0; 7]),
    ] {
        let mut run = Run::new(&policy.clone().max_attempts(12));
        run.random = random;
        let waits = waits_ms.map(|_| run.fail(&throttling()));
        assert_eq!(
            waits,
            waits_ms.map(|ms| Decision::Retry { wait: Duration::from_millis(ms) }),
            "{policy:?}"
        );
    }
}

#[test]
fn three_attempts_of_standard_20_and_what_they_cost() {
    let mut run = Run::new(&standard_20());
    run.expect(&throttling(), 495, 1000);
    run.expect(&Failure::transport(Transport::Io), 490, 2000);
    run.expect_stop(&status(500), Reason::Attempts, 490);
}

#[test]
fn dynamodb_has_its_own_base_for_all_but_throttles() {
    let mut run = Run::new(&RetryPolicy::standard().service("dynamodb"));
    run.expect(&throttling(), 495, 1000);
    run.expect(&status(500), 481, 50);
    let mut run = Run::new(&standard_20().service("dynamodb"));
    run.expect(&status(500), 495, 1000);
}

/// Retryable? Then attempts left? Then tokens.
#[test]
fn the_order_of_the_checks() {
    for policy in [RetryPolicy::standard(), standard_20()] {
        let empty = || Run::new(&policy).with_tokens(0);
        empty().expect_stop(&status(404), Reason::Permanent, 0);
        empty().expect_stop(&status(500), Reason::RetryTokens, 0);
        Run::new(&policy.clone().max_attempts(1)).with_tokens(0).expect_stop(
            &status(500),
            Reason::Attempts,
            0,
        );
    }
}

#[test]
fn a_success_on_the_first_attempt_gives_back_1_and_never_above_the_capacity() {
    for policy in [RetryPolicy::standard(), standard_20()] {
        Run::new(&policy).with_tokens(10).succeed(11);
        Run::new(&policy).succeed(500);
        let mut run = Run::new(&policy);
        run.expect(&throttling(), 495, 1000);
        run.budgets().give(Tokens { scope: 3, ..Tokens::default() });
        run.succeed(500);
    }
}

#[test]
fn each_operation_that_is_a_long_poll() {
    for (service, operation) in [
        ("SQS", "ReceiveMessage"),
        ("SFN", "GetActivityTask"),
        ("states", "GetActivityTask"),
        ("SWF", "PollForActivityTask"),
        ("SWF", "PollForDecisionTask"),
    ] {
        for (policy, waits) in [
            (RetryPolicy::standard(), true),
            (RetryPolicy::adaptive(), true),
            (standard_20(), false),
            (RetryPolicy::new(), false),
        ] {
            let policy = policy.service(service).operation(operation);
            let decision = Run::new(&policy).with_tokens(0).fail(&status(500));
            let Decision::GiveUp { reason: Reason::RetryTokens, wait_before } = decision else {
                panic!("{operation}: {decision:?}")
            };
            assert_eq!(wait_before > Duration::ZERO, waits, "{operation} {policy:?}");
        }
    }
}
