//! The state machine: each rule that is this crate's own, and random scripts.

use super::*;
use crate::RetryPolicy;
use crate::decision::classify::{Predicates, classify};
use crate::decision::failure::Transport;
use crate::decision::policy::Jitter;
use crate::decision::retry_after::RetryAfter;
use crate::limits::retry_tokens::{Budgets, RetryTokens};
use proptest::prelude::*;

/// A call under `policy` that fails with each of `failures` in turn.
pub(super) struct Run {
    pub policy: Resolved,
    pub attempts: Attempts,
    pub tokens: RetryTokens,
    pub now: Time,
    pub deadline: Option<Time>,
    pub random: f64,
}

impl Run {
    pub fn new(policy: &RetryPolicy) -> Self {
        Self {
            policy: policy.resolve(),
            attempts: Attempts::default(),
            tokens: RetryTokens::new(),
            now: Time::ZERO,
            deadline: None,
            random: 1.0,
        }
    }

    /// `left` retry tokens, and no reserve.
    pub fn with_tokens(self, left: u32) -> Self {
        let of_reserve = Tokens { scope: u32::MAX, reserve: 10, function: 0 };
        while self.budgets().take(of_reserve).is_some() {}
        let all_but = Tokens { scope: self.tokens.left() - left, ..Tokens::default() };
        assert!(self.budgets().take(all_but).is_some());
        self
    }

    pub fn budgets(&self) -> Budgets<'_> {
        Budgets { scope: Some(&self.tokens), function: None }
    }

    fn give_back(&mut self) {
        let tokens = self.attempts.take_held();
        self.budgets().give(tokens);
    }

    pub fn fail(&mut self, failure: &Failure<'_>) -> Decision {
        self.fail_with(failure, |facts| facts)
    }

    /// Fails with facts altered by `change`.
    pub fn fail_with(
        &mut self,
        failure: &Failure<'_>,
        change: impl FnOnce(Facts<'_>) -> Facts<'_>,
    ) -> Decision {
        let budgets = Budgets { scope: Some(&self.tokens), function: None };
        let facts = Facts {
            failure,
            verdict: classify(&self.policy, failure, Predicates::default()),
            cancelled: None,
            retried_inside: false,
            can_wait: &|| true,
            now: self.now,
            deadline: self.deadline,
            earliest_turn: None,
            refused_alone: false,
            random: self.random,
            accepting: Accepting::YES,
            requests: Requests::default(),
            pay: &|price| budgets.take(price),
        };
        self.attempts.on_failure(&self.policy, change(facts))
    }

    /// AWS's notation: the failure, then the tokens left and the wait.
    pub fn expect(&mut self, failure: &Failure<'_>, left: u32, wait_ms: u64) {
        assert_eq!(self.fail(failure), Decision::Retry { wait: Duration::from_millis(wait_ms) });
        assert_eq!(self.tokens.left(), left);
    }

    pub fn expect_stop(&mut self, failure: &Failure<'_>, why: Reason, left: u32) {
        assert_eq!(self.fail(failure), Decision::give_up(why));
        assert_eq!(self.tokens.left(), left);
    }

    pub fn succeed(&mut self, left: u32) {
        let tokens = self.attempts.on_success();
        self.budgets().give(tokens);
        assert_eq!(self.tokens.left(), left);
    }
}

pub(super) fn status(status: u16) -> Failure<'static> {
    Failure::new().with_status(status)
}

pub(super) fn throttling() -> Failure<'static> {
    Failure::new().with_code("Throttling").with_status(400)
}

pub(super) fn amz(millis: u64) -> RetryAfter {
    RetryAfter::Amz(Duration::from_millis(millis))
}

/// Hundreds of calls get a 503 at once: the first are retried; if nothing succeeds, the rest are not.
#[test]
fn this_many_calls_are_retried_in_an_outage() {
    let modes = [(Mode::Decorator, 35 + 500), (Mode::Standard, 35), (Mode::Paced, 250 + 500)];
    for (mode, retried) in modes {
        let mut run = Run::new(&RetryPolicy::new().mode(mode));
        for call in 0..800 {
            run.attempts = Attempts::default();
            match run.fail(&status(503)) {
                Decision::Retry { .. } => assert!(call < retried, "{mode:?} {call}"),
                stop => {
                    assert_eq!(stop, Decision::give_up(Reason::RetryTokens));
                    assert!(call >= retried, "{mode:?} {call}");
                }
            }
        }
    }
}

/// The interceptor may know the service even if no argument names it.
#[test]
fn a_service_that_someone_else_knows_has_its_base_and_attempts() {
    for (mode, service, attempts, base_ms) in [
        (Mode::Standard, "DynamoDB", 4, 25),
        (Mode::Standard, "DynamoDB Streams", 4, 25),
        (Mode::Adaptive, "DynamoDB Streams", 4, 25),
        (Mode::Standard20, "DynamoDB", 3, 1000),
        (Mode::Legacy, "DynamoDB", 10, 50),
        (Mode::Decorator, "DynamoDB", 6, 500),
    ] {
        let learned = RetryPolicy::new().mode(mode).resolve_for(Some(service), None);
        assert_eq!(learned.max_attempts, attempts, "{mode:?} {service}");
        assert_eq!(learned.base_delay, Duration::from_millis(base_ms), "{mode:?} {service}");
        let elsewhere = RetryPolicy::new().mode(mode).service("s3");
        assert_eq!(
            elsewhere.resolve_for(Some(service), None).max_attempts,
            elsewhere.resolve().max_attempts
        );
    }
}

#[test]
fn the_decorator_charges_only_transients() {
    let mut run = Run::new(&RetryPolicy::new().jitter(Jitter::None));
    run.expect(&throttling(), 500, 500);
    run.expect(&status(503), 486, 1000);
    run.expect(&Failure::new().with_code("RequestExpired"), 486, 2000);
    run.expect(&Failure::transport(Transport::Io), 472, 4000);
    run.expect(&throttling(), 472, 8000);
    run.expect_stop(&throttling(), Reason::Attempts, 472);
}

#[test]
fn the_decorators_hint_is_a_floor_below_the_cap_plus_up_to_a_tenth() {
    for (hint, wait_ms) in [
        (amz(100), 500),
        (amz(3000), 3300),
        (amz(60_000), 33_000),
        (RetryAfter::Http(Duration::from_secs(2)), 2200),
    ] {
        let mut run = Run::new(&RetryPolicy::new().jitter(Jitter::None));
        run.expect(&throttling().with_retry_after(hint), 500, wait_ms);
    }
}

#[test]
fn what_is_never_retried() {
    let once = RetryPolicy::new().idempotent(false);
    for (policy, failure, why) in [
        (RetryPolicy::new(), status(404), Reason::Permanent),
        (RetryPolicy::new(), Failure::new().with_code("ExpiredToken"), Reason::Credentials),
        (RetryPolicy::new(), Failure::transport(Transport::Credentials), Reason::Credentials),
        (once.clone(), status(503), Reason::NotIdempotent),
        (once.clone(), status(429), Reason::NotIdempotent),
        (once.clone(), Failure::transport(Transport::Timeout), Reason::NotIdempotent),
        (
            once.clone().added_errors(&["Mine"]),
            Failure::new().with_code("Mine"),
            Reason::NotIdempotent,
        ),
        (RetryPolicy::new().max_retries(0), throttling(), Reason::Attempts),
        (RetryPolicy::new().max_attempts(0), throttling(), Reason::Attempts),
    ] {
        Run::new(&policy).expect_stop(&failure, why, 500);
    }
    let slow = Failure::new().with_code("SlowDown").with_status(503);
    assert!(matches!(Run::new(&once).fail(&slow), Decision::Retry { .. }));
    let never = Failure::transport(Transport::NeverConnected);
    assert!(matches!(Run::new(&once).fail(&never), Decision::Retry { .. }));
}

#[test]
fn a_wait_that_would_pass_the_deadline_takes_no_tokens() {
    let mut run = Run::new(&RetryPolicy::new().jitter(Jitter::None));
    run.deadline = Some(Duration::from_millis(1200));
    run.expect(&status(500), 486, 500);
    run.now = Duration::from_millis(500);
    run.expect_stop(&status(500), Reason::Deadline, 486);
}

#[test]
fn paced_counts_throttles_apart_and_leaves_their_wait_to_the_queue() {
    let mut run = Run::new(&RetryPolicy::paced().jitter(Jitter::None));
    for _ in 0..10 {
        run.expect(&throttling(), 500, 0);
    }
    for (left, wait_ms) in [(498, 500), (496, 1000), (494, 2000), (492, 4000), (490, 8000)] {
        run.expect(&status(500), left, wait_ms);
    }
    run.expect_stop(&status(500), Reason::Attempts, 490);
    let mut run = Run::new(&RetryPolicy::paced());
    for _ in 0..19 {
        run.expect(&throttling(), 500, 0);
    }
    run.expect_stop(&throttling(), Reason::Attempts, 500);
}

#[test]
fn a_retry_that_was_never_sent_gives_its_tokens_back_once() {
    let mut run = Run::new(&RetryPolicy::standard());
    run.expect(&status(500), 486, 50);
    run.give_back();
    run.give_back();
    assert_eq!(run.tokens.left(), 500);
}

fn any_failure() -> impl Strategy<Value = Failure<'static>> {
    let code = proptest::option::of(proptest::sample::select(vec![
        "ThrottlingException",
        "SlowDown",
        "RequestTimeout",
        "InternalServerError",
        "ExpiredToken",
        "Else",
    ]));
    let transport = proptest::option::weighted(
        0.2,
        proptest::sample::select(vec![
            Transport::NeverConnected,
            Transport::ConnectTimeout,
            Transport::Io,
            Transport::Timeout,
            Transport::Other,
        ]),
    );
    let status = proptest::option::of(proptest::sample::select(vec![400, 404, 429, 500, 503, 509]));
    (code, status, transport, proptest::option::of(any::<u64>())).prop_map(
        |(code, status, transport, hint)| Failure {
            code: code.map(Into::into),
            status,
            transport,
            retry_after: hint.map(amz),
            ..Failure::new()
        },
    )
}

fn any_policy() -> impl Strategy<Value = RetryPolicy> {
    let mode = proptest::sample::select(vec![
        Mode::Decorator,
        Mode::Legacy,
        Mode::Standard,
        Mode::Standard20,
        Mode::Adaptive,
        Mode::Paced,
    ]);
    (mode, 0..9_u32, any::<u64>(), any::<u64>(), any::<f64>(), any::<bool>()).prop_map(
        |(mode, attempts, base, cap, multiplier, idempotent)| {
            RetryPolicy::new()
                .mode(mode)
                .max_attempts(attempts)
                .base_delay(Duration::from_nanos(base))
                .max_delay(Duration::from_nanos(cap))
                .multiplier(multiplier)
                .idempotent(idempotent)
        },
    )
}

proptest! {
    /// Any policy, any script, clocks that stand still or go backward: a call never makes more attempts than
    /// allowed or passes its deadline, tokens stay within their bounds, and everything is given back at most
    /// once.
    #[test]
    fn no_script_breaks_a_bound(
        policy in any_policy(),
        script in proptest::collection::vec((any_failure(), any::<u32>(), any::<f64>()), 1..40),
        deadline in proptest::option::of(any::<u32>()),
        left in 0..=500_u32,
        success: bool,
    ) {
        let mut run = Run::new(&policy).with_tokens(left);
        let deadline = deadline.map(|ms| Duration::from_millis(ms.into()));
        let mut sent = 1;
        let mut held = Tokens::default();
        for (failure, now, random) in script {
            let now = Duration::from_millis(now.into());
            (run.now, run.deadline, run.random) = (now, deadline, random);
            let before = run.tokens.all_left();
            let decision = run.fail(&failure);
            let after = run.tokens.all_left();
            prop_assert_eq!(after.scope, run.tokens.left());
            let paid = Tokens {
                scope: before.scope - after.scope,
                reserve: before.reserve - after.reserve,
                function: 0,
            };
            match decision {
                Decision::Retry { wait } => {
                    sent += 1;
                    // A throttle that costs nothing says nothing about the retry before it.
                    if !paid.is_nothing() {
                        held = paid;
                    }
                    prop_assert!(deadline.is_none_or(|deadline| now.saturating_add(wait) < deadline));
                }
                Decision::GiveUp { .. } => {
                    prop_assert!(paid.is_nothing());
                    break;
                }
            }
        }
        prop_assert!(sent <= run.policy.max_attempts);
        let before = run.tokens.all_left();
        if success && sent > 1 {
            let tokens = run.attempts.on_success();
            run.budgets().give(tokens);
            let after = run.tokens.all_left();
            prop_assert_eq!(after.scope, before.scope + held.scope);
            prop_assert_eq!(after.reserve, before.reserve + held.reserve);
        }
    }
}

/// In paced mode the queue paces throttled calls, but not those behind a limit of their own.
#[test]
fn a_paced_call_behind_a_limit_of_its_own_backs_off_by_itself() {
    use crate::decision::throttle::{Limit, Throttle};
    let waits = |limit: Limit| {
        let failure = throttling().with_throttle(Throttle::new(limit, None));
        let mut run = Run::new(&RetryPolicy::paced().jitter(Jitter::None));
        [(); 3].map(|()| match run.fail(&failure) {
            Decision::Retry { wait } => wait.as_millis(),
            end @ Decision::GiveUp { .. } => panic!("{end:?}"),
        })
    };
    assert_eq!(waits(Limit::TableWriteKeyRangeThroughputExceeded), [500, 1000, 2000]);
    let reserved = Limit::ReservedFunctionConcurrentInvocationLimitExceeded;
    assert_eq!(waits(reserved), [500, 1000, 2000]);
    for others in [Limit::CallerRateLimitExceeded, Limit::Unknown] {
        assert_eq!(waits(others), [0, 0, 0], "{others}");
    }
}
