//! A scope under irregular conditions: callers in a closed loop, a service that refuses by a rule.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    time::Duration,
};

use proptest::prelude::*;

use super::queue::{Answer, Queue, Terms};
use super::*;

const ROUND_TRIP: Time = Duration::from_millis(60);
const MAX_ATTEMPTS: u32 = 20;

/// A request: when it was sent (seconds), its caller, and whether it was refused.
struct Request {
    at: f64,
    refused: bool,
}

/// A call that ended: when it began and ended (seconds), and whether it was answered.
struct Ended {
    began: f64,
    at: f64,
    answered: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Ask,
    /// The send of this number is answered, and refused in this way.
    Answer(u64, Option<SendOutcome>),
}

#[derive(Default)]
struct Call {
    number: u64,
    ticket: Ticket,
    began: f64,
    attempts: u32,
}

/// A bucket that holds one second's quota.
struct Bucket {
    rate: f64,
    tokens: f64,
    at: f64,
}

impl Bucket {
    fn admits(&mut self, now: f64) -> bool {
        self.tokens = (self.tokens + (now - self.at) * self.rate).min(self.rate);
        self.at = now;
        let admitted = self.tokens >= 1.0;
        self.tokens -= f64::from(u8::from(admitted));
        admitted
    }
}

/// Each of the `callers` makes one call after another until the end. `refuses` rejects a request by its time
/// and the number of its call, before the bucket is asked.
fn play(
    kind: Kind,
    callers: u64,
    rate: f64,
    until: f64,
    refuses: impl Fn(f64, u64) -> bool,
) -> (Vec<Request>, Vec<Ended>) {
    let refuses = |now: f64, call: u64| refuses(now, call).then_some(SendOutcome::Throttled);
    play_outcomes(kind, callers, rate, until, refuses)
}

/// The wait of a call after its throttle number `throttles` by a limit of its own: the call backs off by
/// itself.
fn own_wait(throttles: u32) -> Time {
    Duration::from_secs_f64((0.5 * f64::from(throttles - 1).exp2()).min(30.0))
}

/// [`play`], where `refuses` says what the service calls the limit.
fn play_outcomes(
    kind: Kind,
    callers: u64,
    rate: f64,
    until: f64,
    refuses: impl Fn(f64, u64) -> Option<SendOutcome>,
) -> (Vec<Request>, Vec<Ended>) {
    let mut queue = Queue::new(kind, f64::INFINITY, 1.0);
    let mut bucket = Bucket { rate, tokens: rate, at: 0.0 };
    let mut events = BinaryHeap::new();
    let mut calls: HashMap<u64, Call> = HashMap::new();
    let (mut requests, mut ended, mut numbers) = (Vec::new(), Vec::new(), callers);
    for caller in 0..callers {
        calls.insert(caller, Call { number: caller, ..Call::default() });
        events.push(Reverse((Time::ZERO, caller, Event::Ask)));
    }
    while let Some(Reverse((now, caller, event))) = events.pop()
        && now.as_secs_f64() < until
    {
        let seconds = now.as_secs_f64();
        let call = calls.get_mut(&caller).unwrap();
        let wakes = match event {
            Event::Ask => {
                let (answer, wakes) = queue.ask(now, &mut call.ticket, Terms::default(), &caller);
                match answer {
                    Answer::Go(Dispatch { id, .. }) => {
                        call.attempts += 1;
                        let bucket = || (!bucket.admits(seconds)).then_some(SendOutcome::Throttled);
                        let refused = refuses(seconds, call.number).or_else(bucket);
                        requests.push(Request { at: seconds, refused: refused.is_some() });
                        let answered = Event::Answer(id, refused);
                        events.push(Reverse((now + ROUND_TRIP, caller, answered)));
                    }
                    Answer::At(at) => events.push(Reverse((at, caller, Event::Ask))),
                    other => panic!("{other:?} without terms"),
                }
                wakes
            }
            Event::Answer(id, refused) => {
                let outcome = refused.unwrap_or(SendOutcome::Accepted);
                let own = outcome == SendOutcome::CallThrottled;
                let wait = if own { own_wait(call.attempts) } else { Time::ZERO };
                let attempts_left = MAX_ATTEMPTS - call.attempts;
                let report = SendReport { attempts_left, ..SendReport::new(outcome) };
                let send = Dispatch::of_one(id, (now - ROUND_TRIP).as_secs_f64());
                let (hopeless, wakes) = queue.answered(now, &mut call.ticket, send, &report);
                let mut next = now + wait;
                if refused.is_none() || hopeless || attempts_left == 0 {
                    next = now;
                    ended.push(Ended {
                        began: call.began,
                        at: seconds,
                        answered: refused.is_none(),
                    });
                    *call = Call { number: numbers, began: seconds, ..Call::default() };
                    numbers += 1;
                }
                events.push(Reverse((next, caller, Event::Ask)));
                wakes
            }
        };
        // Only those that wait: a call in flight is not woken.
        for woken in wakes.head.into_iter().chain(wakes.stale) {
            let waits = |it: &Reverse<(Time, u64, Event)>| it.0.1 == woken && it.0.2 == Event::Ask;
            if events.iter().any(waits) {
                events.retain(|it| !waits(it));
                events.push(Reverse((now, woken, Event::Ask)));
            }
        }
    }
    (requests, ended)
}

/// The requests accepted in the two seconds from `at` on, per second.
fn accepted_per_second(requests: &[Request], at: f64) -> f64 {
    let within = |it: &&Request| !it.refused && (at..at + 2.0).contains(&it.at);
    requests.iter().filter(within).count() as f64 / 2.0
}

/// Refused from its first request on for a minute, so that no quota is measured.
#[test]
fn a_lone_caller_without_a_measured_quota_probes_rarely_and_is_back_within_ten_seconds() {
    let (requests, ended) = play(Kind::Paced, 1, 20.0, 75.0, |now, _| now < 60.0);
    let probes = requests.iter().filter(|it| it.at < 60.0).count();
    assert!((8..=20).contains(&probes), "{probes} probes");
    // Alone, it makes one request per round trip.
    let most = (1.0 / ROUND_TRIP.as_secs_f64()).min(20.0);
    assert!(accepted_per_second(&requests, 70.0) >= 0.75 * most);
    assert!(ended.iter().all(|it| it.answered), "a call is lost");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn sending_resumes_within_ten_seconds_after_everything_was_refused(
        callers in 20_u64..60,
        rate in 10.0..100.0,
        shut_for in prop_oneof![1.5..10.0, 10.0..100.0, 100.0..400.0],
    ) {
        let opens = 20.0 + shut_for;
        let refuses = |now: f64, _| (20.0..opens).contains(&now);
        let (requests, ended) = play(Kind::Paced, callers, rate, opens + 15.0, refuses);
        let resumed = (0..100).any(|tenth| {
            accepted_per_second(&requests, opens + 0.1 * f64::from(tenth)) >= 0.75 * rate
        });
        prop_assert!(resumed);
        prop_assert!(ended.iter().all(|it| it.answered), "a call is lost");
        // The door counts as shut two round trips plus a second after the last success.
        let probes: Vec<f64> =
            requests.iter().map(|it| it.at).filter(|at| (22.0..opens).contains(at)).collect();
        prop_assert!(probes.windows(2).all(|pair| pair[1] - pair[0] >= 0.5 - 1e-6), "{probes:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn no_call_is_passed_over_for_more_than_twice_the_time_of_the_queue(
        kind in prop_oneof![Just(Kind::Adaptive), Just(Kind::Paced)],
        callers in 5_u64..60,
        rate in 5.0..50.0,
        every in 100_u64..400,
    ) {
        // The adaptive rate itself creeps where one call is refused again and again.
        let refuses = |_, call: u64| kind == Kind::Paced && call % every == 77;
        let (requests, ended) = play(kind, callers, rate, 100.0, refuses);
        let slow = |it: &&Ended| it.answered && it.began > 30.0;
        // The queue has passed once as many requests were accepted as there are callers, whatever the rate.
        let accepted: Vec<f64> = requests.iter().filter(|it| !it.refused).map(|it| it.at).collect();
        let until = |at: f64| accepted.partition_point(|it| *it < at);
        let passed = ended.iter().filter(slow).map(|it| until(it.at) - until(it.began)).max();
        let most = 2.0 * callers as f64 + rate;
        prop_assert!(passed.unwrap_or_default() as f64 <= most, "{passed:?} passed, at most {most}");
        if kind == Kind::Paced {
            let slowest = ended.iter().filter(slow).map(|it| it.at - it.began).fold(0.0, f64::max);
            let queue = callers as f64 / (0.8 * rate);
            prop_assert!(slowest <= 2.0 * queue + 1.0, "{slowest} s, the queue {queue} s");
        }
    }
}

/// Hot keys: three of thirty calls are always refused, and the service says that the limit is their own.
#[test]
fn a_limit_that_the_service_calls_the_calls_own_costs_the_others_nothing() {
    let own = |_, call: u64| (call % 10 == 7 && call < 30).then_some(SendOutcome::CallThrottled);
    let (requests, ended) = play_outcomes(Kind::Paced, 30, 1e6, 60.0, own);
    let (others, hot): (Vec<_>, Vec<_>) = ended.iter().partition(|it| it.answered);
    // Nothing else is refused, so nothing is paced: each of the others takes one round trip.
    let trip = ROUND_TRIP.as_secs_f64() + 1e-6;
    assert!(others.iter().all(|it| it.at - it.began <= trip) && others.len() > 27_000);
    // Six waits, and the seventh refusal ends the call.
    let waits: f64 = (1..=6).map(|it| own_wait(it).as_secs_f64()).sum();
    assert!(hot.iter().all(|it| (it.at - it.began - waits).abs() < 8.0 * trip));
    assert_eq!((hot.len(), requests.iter().filter(|it| it.refused).count()), (3, 3 * 7));
}

/// The quota is not learned from hot keys: the others get all of it.
#[test]
fn a_limit_of_the_calls_own_says_nothing_about_the_quota() {
    let own = |_, call: u64| (call % 5 == 2 && call < 400).then_some(SendOutcome::CallThrottled);
    let (requests, _) = play_outcomes(Kind::Paced, 100, 50.0, 120.0, own);
    let accepted = requests.iter().filter(|it| !it.refused && it.at > 20.0).count() as f64;
    assert!(accepted >= 0.97 * 50.0 * 100.0, "{accepted}");
}

/// All calls invoke one function with reserved concurrency: what the service calls the call's own limit is
/// theirs in common. Calls that others refuse to make room for are not given up early.
#[test]
fn callers_behind_one_limit_that_is_called_their_own_lose_no_call() {
    let bucket = std::cell::RefCell::new(Bucket { rate: 3.0, tokens: 3.0, at: 0.0 });
    let shared =
        |now: f64, _| (!bucket.borrow_mut().admits(now)).then_some(SendOutcome::CallThrottled);
    let (requests, ended) = play_outcomes(Kind::Paced, 100, 1e6, 300.0, shared);
    assert!(ended.iter().all(|it| it.answered), "a call is lost");
    let accepted = requests.iter().filter(|it| !it.refused).count() as f64;
    assert!(accepted >= 0.8 * 3.0 * 300.0, "{accepted}");
}
