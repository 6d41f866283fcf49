//! Sends of different costs: what the meter counts, who waits for how long, and that a unit is only a unit.

use std::collections::VecDeque;
use std::time::Duration;

use proptest::prelude::*;

use super::paced::Paced;
use super::queue::{Answer, Queue, Terms};
use super::quota_meter::QuotaMeter;
use super::*;

/// The sends of these costs, one per second.
fn sends(costs: &[f64]) -> Vec<Dispatch> {
    let mut surplus = 0.0;
    let send = |(id, cost): (u64, &f64)| {
        surplus += cost - 1.0;
        Dispatch { id, at: id as f64, cost: *cost, surplus }
    };
    (0..).zip(costs).map(send).collect()
}

#[test]
fn the_meter_counts_units() {
    // The first and the last are throttled, with what lies between accepted.
    let accepted = |costs: &[f64], more: fn(&mut QuotaMeter, &[Dispatch])| {
        let (sends, mut meter) = (sends(costs), QuotaMeter::NONE);
        meter.throttled(sends[0]);
        more(&mut meter, &sends);
        meter.throttled(*sends.last().unwrap());
        meter.measure().unwrap()
    };
    let ones = accepted(&[1.0; 11], |_, _| {});
    assert_eq!((ones.accepted, ones.rate), (9.0, 0.95));
    let fives = accepted(&[5.0; 11], |_, _| {});
    assert_eq!((fives.accepted, fives.rate), (45.0, 4.75));
    let mixed = accepted(&[5.0, 1.0, 20.0, 0.0, 5.0], |_, _| {});
    assert_eq!(mixed.accepted, 21.0);
    // One of those between was throttled too, and one of all was refused alone.
    let throttled = accepted(&[5.0, 1.0, 20.0, 3.0, 2.0, 5.0], |meter, sends| {
        meter.throttled(sends[2]);
        meter.refused_alone(sends[3]);
    });
    assert_eq!(throttled.accepted, 3.0);
    // The answers told that they took half of what was planned; so will those in flight.
    let corrected = accepted(&[10.0; 12], |meter, _| (0..3).for_each(|_| meter.ran(10.0, 5.0)));
    assert_eq!(corrected.accepted, 50.0);
    // A cost of nothing, and what it took.
    let unplanned = accepted(&[1.0, 0.0, 0.0, 1.0], |meter, _| meter.ran(0.0, 7.0));
    assert_eq!(unplanned.accepted, 7.0);
    // A throttled batch of which a part went through.
    let part = accepted(&[10.0, 10.0, 10.0], |meter, sends| {
        meter.throttled(sends[1]);
        meter.in_vain(6.0);
    });
    assert_eq!(part.accepted, 6.0);
}

/// Calls that were sent at once are often throttled at once.
#[test]
fn throttles_of_one_moment_are_no_measure() {
    let mut meter = QuotaMeter::NONE;
    [0, 5].into_iter().for_each(|id| meter.throttled(Dispatch::of_one(id, 1.0)));
    assert!(meter.measure().is_none());
    meter.throttled(Dispatch::of_one(6, 1.5));
    assert!(meter.measure().is_some_and(|it| it.seconds == 0.5));
}

/// An empty bucket refuses a large send with more in it than a small one.
#[test]
fn the_bucket_of_a_large_throttle_was_less_empty() {
    let rate = |first: f64, last: f64| {
        let (sends, mut meter) = (sends(&[first, 10.0, 10.0, 10.0, last]), QuotaMeter::NONE);
        meter.throttled(sends[0]);
        meter.throttled(sends[4]);
        meter.measure().unwrap().rate
    };
    assert!(rate(20.0, 2.0) < rate(10.0, 10.0));
    assert!(rate(2.0, 20.0) > rate(10.0, 10.0));
    assert!(rate(1000.0, 1.0) > 0.0);
}

/// Calls of the given costs in turn against a bucket, at a round trip of 50 ms, for a minute. Returns each
/// accepted or throttled send, and the controller.
pub(super) fn run(costs: &[f64], quota: f64, burst: f64) -> (Vec<(Dispatch, bool)>, Paced) {
    run_from(Paced::new(1.0), costs, quota, burst)
}

/// The same, from a controller that may believe something.
pub(super) fn run_from(
    mut it: Paced,
    costs: &[f64],
    quota: f64,
    burst: f64,
) -> (Vec<(Dispatch, bool)>, Paced) {
    let (mut now, mut tokens, mut filled) = (0.0, burst, 0.0);
    let (mut flight, mut done) = (VecDeque::<(Dispatch, bool)>::new(), Vec::new());
    let mut surplus = 0.0;
    for (id, cost) in (0..).zip(costs.iter().cycle()) {
        loop {
            let ready = it.ready_at(now, *cost);
            let answer = flight.front().map_or(f64::INFINITY, |(send, _)| send.at + 0.05);
            // Before the first throttle nothing else ends the burst.
            if ready <= answer && flight.len() < 500 {
                now = ready.max(now);
                break;
            }
            now = answer.max(now);
            let (send, admitted) = flight.pop_front().unwrap();
            let outcome = if admitted { SendOutcome::Accepted } else { SendOutcome::Throttled };
            it.answered(now, send, &SendReport::new(outcome), None);
            done.push((send, admitted));
        }
        if now > 60.0 {
            break;
        }
        surplus += cost - 1.0;
        let send = Dispatch { id, at: now, cost: *cost, surplus };
        it.sent(send);
        tokens = burst.min(tokens + quota * (now - filled));
        filled = now;
        let admitted = tokens >= *cost;
        tokens -= if admitted { *cost } else { 0.0 };
        flight.push_back((send, admitted));
    }
    (done, it)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// A cost of eight on a quota of eight times the units is the same as one on one.
    #[test]
    fn a_unit_is_only_a_unit(quota in 1.0..200.0, seconds in 0.5..5.0) {
        let burst = quota * seconds + 1.0;
        let (ones, one) = run(&[1.0], quota, burst);
        let (eights, eight) = run(&[8.0], 8.0 * quota, 8.0 * burst);
        prop_assert_eq!(ones.len(), eights.len());
        for ((a, admitted), (b, also)) in ones.iter().zip(&eights) {
            prop_assert!((a.at - b.at).abs() < 1e-9 && admitted == also, "{:?} {:?}", a, b);
        }
        let quotas = one.quota().zip(eight.quota());
        prop_assert!(quotas.is_none_or(|(a, b)| (8.0 * a - b).abs() < 1e-6 * b), "{quotas:?}");
    }

    /// Costs of all sizes, some above what the bucket is known to hold: the quota is used, and little is
    /// refused.
    #[test]
    fn the_quota_is_found_in_units(
        costs in prop::collection::vec(1.0_f64..25.0, 3..40),
        quota in 100.0..1000.0,
    ) {
        let (done, it) = run(&costs, quota, 2.0 * quota);
        let late = |it: &&(Dispatch, bool)| it.0.at > 20.0;
        let units = |admitted: bool| -> f64 {
            done.iter().filter(late).filter(|it| it.1 == admitted).map(|it| it.0.cost).sum()
        };
        let seconds = 39.0;
        prop_assert!(units(true) >= 0.96 * quota * seconds, "{} of {}", units(true), quota * seconds);
        prop_assert!(units(false) <= 0.06 * quota * seconds, "{} throttled", units(false));
        prop_assert!(it.quota().is_some_and(|found| (0.85..1.15).contains(&(found / quota))), "{it:?}");
    }
}

/// A scope that sends at 100 units per second, with the bucket at its known level.
fn at_100_per_second() -> Queue<u32> {
    let mut queue = Queue::new(Kind::Paced, 100.0, 1.0);
    let mut first = Ticket::new();
    let (answer, _) = queue.ask(Time::ZERO, &mut first, Terms::default(), &0);
    assert!(matches!(answer, Answer::Go(_)));
    queue
}

/// It waits until its cost has flowed in, nobody passes it, and then the others go on.
#[test]
fn a_call_above_the_burst_waits_and_goes_alone() {
    let (done, mut it) = run(&[1.0], 100.0, 20.0);
    let last = done.last().unwrap().0;
    let began = it.ready_at(60.0, 1.0).max(last.at + 0.1);
    let rate = it.rate().unwrap();
    // The bucket holds 20.
    let ready = it.ready_at(began, 200.0);
    let wait = ready - began;
    assert!((190.0 / rate..=201.0 / rate).contains(&wait), "{wait} s at {rate} per second");
    // Asking again changes nothing.
    assert!((it.ready_at(began + 0.5 * wait, 200.0) - ready).abs() < 0.1 * wait);
    let now = it.ready_at(ready, 200.0);
    assert!(now - ready < 0.1, "{now} is not {ready}");
    it.sent(Dispatch { id: last.id + 1, at: now, cost: 200.0, surplus: 199.0 });
    // It left nothing behind, and took no more than it cost.
    let next = it.ready_at(now, 1.0) - now;
    assert!(next > 0.0 && next < 3.0 / rate, "{next} s");
}

#[test]
fn behind_a_large_call_all_wait_in_order() {
    let mut queue = at_100_per_second();
    let mut calls: Vec<(Ticket, f64)> =
        [1.0, 300.0, 1.0, 1.0].map(|cost| (Ticket::new(), cost)).to_vec();
    let mut order = Vec::new();
    let mut now = Time::ZERO;
    while order.len() < calls.len() {
        for (caller, (ticket, cost)) in (0..).zip(&mut calls) {
            if order.iter().all(|(sent, _)| *sent != caller) {
                ticket.set_cost(*cost);
                let (answer, _) = queue.ask(now, ticket, Terms::default(), &caller);
                if matches!(answer, Answer::Go(_)) {
                    order.push((caller, now.as_millis()));
                }
            }
        }
        now += Duration::from_millis(1);
    }
    let (callers, at): (Vec<_>, Vec<_>) = order.into_iter().unzip();
    assert_eq!(callers, [0, 1, 2, 3]);
    // `max_rate` lets a send go, and then waits for its cost.
    for (at, about) in at.iter().zip([10, 20, 3020, 3030]) {
        assert!(at.abs_diff(about) <= 6, "{at} ms, not {about}");
    }
}

/// A call with a deadline is told at once that the costs before it take too long, and not before that.
#[test]
fn a_deadline_knows_the_costs_ahead() {
    for (ahead, deadline, late) in [(300.0, 2, true), (300.0, 4, false), (10.0, 2, false)] {
        let mut queue = at_100_per_second();
        let (mut large, mut second, mut call) = (Ticket::new(), Ticket::new(), Ticket::new());
        large.set_cost(1.0);
        second.set_cost(ahead);
        for (caller, ticket) in [(1, &mut large), (2, &mut second)] {
            let _ = queue.ask(Time::ZERO, ticket, Terms::default(), &caller);
        }
        let terms = Terms { deadline: Some(Duration::from_secs(deadline)), fail_fast: false };
        let (answer, _) = queue.ask(Time::ZERO, &mut call, terms, &3);
        assert_eq!(answer == Answer::TooLate, late, "{ahead} ahead of {deadline} s: {answer:?}");
    }
}
