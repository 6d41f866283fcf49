//! The state of a scope: its rates, wakes and signs, its text, and the scopes around it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use crate::RetryPolicy;
use crate::clock::{Clock, ClockId, Sleep, Time};
use crate::decision::advice::Hint;
use crate::limits::rate::{Belief, Kind, SendOutcome, SendReport, Signs, Ticket, Timekeeper};
use crate::limits::scope::fleet::tests::Scripted;
use crate::limits::scope::throttled::tests::{ATTEMPT, plain};
use crate::limits::scope::{Key, LearnedQuotas, Registry, Scope, Scopes, Throttled, scope_key};

const CLOCK: ClockId = ClockId::Real;

#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn every_queue_of_every_scope_asks_again_when_an_override_changes() {
    let (registry, clock) = (Registry::new(), Clock::current(None));
    let policy = RetryPolicy::paced().max_rate(1.0).resolve();
    for kind in [Kind::Adaptive, Kind::Paced] {
        let scope = registry.find_or_insert(CLOCK, scope_key("a"), Time::ZERO);
        let gate = scope.gate(kind, &policy, 0);
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut cx = Context::from_waker(&waker);
        let mut calls = [Ticket::new(), Ticket::new()];
        let [first, second] = &mut calls;
        let first = std::pin::pin!(gate.turn(first, None, false, &clock));
        assert!(first.poll(&mut cx).is_ready());
        let mut second = std::pin::pin!(gate.turn(second, None, false, &clock));
        assert!(second.as_mut().poll(&mut cx).is_pending());
        registry.wake_queues();
        assert_eq!(woken.0.load(Ordering::Relaxed), 1, "{kind:?}");
    }
}

#[test]
fn each_rate_of_a_scope_has_signs_of_its_own() {
    let scope = Scope::new(None, None);
    let policy = RetryPolicy::new().resolve();
    for (kind, other) in [(Kind::Adaptive, Kind::Paced), (Kind::Paced, Kind::Adaptive)] {
        let before = scope.signs(other);
        assert_eq!(scope.signs(kind), Signs::default(), "{kind:?}");
        let (gate, mut call) = (scope.gate(kind, &policy, 0), Ticket::new());
        let sent = gate.at_once(&mut call, || Time::from_secs(1000)).unwrap();
        let report = SendReport::new(SendOutcome::Throttled);
        gate.answered(&mut call, sent, &report, || Time::from_secs(1000));
        assert_eq!((scope.signs(kind).sends, scope.signs(other)), (1, before), "{kind:?}");
    }
}

#[test]
fn advice_begins_with_the_first_throttle() {
    let scope = Scope::new(None, None);
    assert_eq!(scope.advice(Time::ZERO, &[]), None);
    // It knows more than its tokens, but was not throttled.
    scope.believe(Belief { rate: 20.0, burst: Some(5.0), available: 5.0, age: Some(1.0) });
    assert_eq!(scope.advice(Time::ZERO, &[]), None);
    for throttles in 1..=3 {
        scope.throttled(&plain(&ATTEMPT));
        assert_eq!(scope.advice(Time::ZERO, &["a"]).map(|it| it.throttles), Some(throttles));
    }
}

#[test]
fn only_a_function_that_is_its_own_scope_has_no_parent() {
    let function = Key::of_address(8);
    assert!(function.is_of_function());
    assert_eq!(function.parent(Key::of_address(16)), None);
    let named = scope_key("a");
    assert!(!named.is_of_function());
    assert_eq!(named.parent(function), Some(function));
}

#[test]
fn a_call_has_a_scope_if_either_its_own_or_its_functions_exists() {
    let (registry, own, function) = (Registry::new(), scope_key("a"), Key::of_address(8));
    let exists = || !Scopes::existing(&registry, CLOCK, own, function).is_none();
    assert!(!exists());
    registry.find_or_insert(CLOCK, function, Time::ZERO);
    assert!(exists(), "only the function's");
    let other = Scopes::existing(&registry, CLOCK, scope_key("b"), Key::of_address(16));
    assert!(other.is_none());
    registry.find_or_insert(CLOCK, scope_key("b"), Time::ZERO);
    let only_own = Scopes::existing(&registry, CLOCK, scope_key("b"), Key::of_address(16));
    assert!(!only_own.is_none());
}

#[test]
fn quotas_are_empty_until_one_is_learned() {
    assert!(LearnedQuotas::default().is_empty());
    let one: LearnedQuotas = "aws-retry-quotas 1 0\n1 1 1 a".parse().unwrap();
    assert!(!one.is_empty() && one.len() == 1);
}

/// A clock that stands still, for sends that need not wait.
struct At(f64);

impl Timekeeper for At {
    fn now(&self) -> Time {
        Time::from_secs_f64(self.0)
    }
    fn sleep_until(&self, _: Time) -> Sleep {
        Box::pin(std::future::pending())
    }
}

/// Calls ask a hundred times per second, for two minutes. Each fiftieth send is throttled.
fn measured(scope: &Scope) {
    let gate = scope.gate(Kind::Paced, &RetryPolicy::paced().resolve(), 0);
    let mut sends = 0;
    for asked in 0..12_000 {
        let clock = At(1000.0 + 0.01 * f64::from(asked));
        let mut call = Ticket::new();
        let polled = {
            let turn = std::pin::pin!(gate.turn(&mut call, None, false, &clock));
            turn.poll(&mut Context::from_waker(Waker::noop()))
        };
        let Poll::Ready(Ok(sent)) = polled else { continue };
        sends += 1;
        let throttled = sends % 50 == 0;
        let outcome = if throttled { SendOutcome::Throttled } else { SendOutcome::Accepted };
        gate.answered(&mut call, sent, &SendReport::new(outcome), || clock.now());
    }
}

#[test]
fn advice_names_the_measured_quota_and_recommends_it_to_those_that_do_not_know_it() {
    let belief = Belief { rate: 10.0, burst: Some(5.0), available: 0.0, age: Some(1.0) };
    type Change = fn(&Scope, Belief);
    let changes: [(bool, bool, Change); 4] = [
        (true, false, |_, _| ()),
        (false, false, Scope::believe),
        (false, true, |_, _| ()),
        (false, false, |scope, _| {
            let gate = scope.gate(Kind::Paced, &RetryPolicy::paced().resolve(), 0);
            gate.join(Box::new(Scripted::default()));
        }),
    ];
    for (row, (recommended, told, change)) in changes.into_iter().enumerate() {
        let scope = Scope::new(None, None);
        change(&scope, belief);
        measured(&scope);
        scope.throttled(&Throttled { told, ..plain(&ATTEMPT) });
        let rate = scope.rate(Kind::Paced).unwrap();
        assert!(rate.cycles >= 4, "{row}: {rate:?}");
        let advice = scope.advice(At(1120.0).now(), &["a"]).unwrap();
        assert!(advice.quota.is_some_and(|it| it.refill > 0.0), "{advice:?}");
        let hints = advice.hints.iter().filter(|it| matches!(it, Hint::KnownRate { .. }));
        assert_eq!(hints.count() == 1, recommended, "{row}: {:?}", advice.hints);
    }
}
