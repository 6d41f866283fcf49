//! Throttles in a row: of one call, of a burst that was believed in, and of calls that cost several units.

use super::super::opening::Opening;
use super::*;
use crate::limits::rate::{Belief, SendOutcome, SendReport};

/// Around a quota of 100, settled at second 990.
fn cruising() -> Paced {
    let mut it = Paced::new(1.0);
    it.phase = Phase::Cruise(Cruise::resumed(100.0, false));
    (it.refilled_at, it.decrease_at, it.known.round_trip) = (1000.0, 990.0, 0.1);
    it
}

fn of(id: u64, at: f64) -> Dispatch {
    Dispatch::of_one(id, at)
}

#[test]
fn a_throttle_of_the_burst_that_was_believed_in_tells_what_the_bucket_held() {
    for (id, burst) in [(8, Some(9.0)), (9, None)] {
        let mut it = cruising();
        (it.units, it.next_id) = (14.0, 12);
        // Four units were sent before it began, at second 999.
        it.opening = Some(Box::new(Opening { at: 999.0, units: 4.0, left: 0.0, until: 9 }));
        it.throttled(1000.0, of(id, 999.9), id);
        let Phase::Cruise(cruise) = it.phase else { unreachable!() };
        // Ten were, without the throttled one.
        assert_eq!(cruise.initial.map(|it| it.accepted), burst, "{id}");
        assert!(cruise.initial.is_none_or(|it| it.seconds == 1.0));
        assert!(it.opening.is_none());
    }
}

#[test]
fn the_second_throttle_of_a_suspicious_call_teaches_nothing() {
    for (suspicious, cause, lessons) in [(true, 20, 1), (false, 20, 2), (true, 40, 2)] {
        let mut it = cruising();
        it.suspicious = suspicious;
        it.meter.throttled(of(0, 998.0));
        it.throttled(999.0, of(20, 998.9), 20);
        // Something passed meanwhile.
        it.door.blocked_since = None;
        it.throttled(1000.0, of(40, 999.9), cause);
        assert_eq!(it.cycles, lessons, "{suspicious} {cause}");
    }
}

#[test]
fn a_deferred_throttle_counts_with_the_next_one() {
    for deferred in [true, false] {
        let mut it = cruising();
        let repeat = Repeat { first: of(8, 999.0), deferred, times: 0, alone: false };
        it.refused(1000.0, of(9, 999.9), Some(repeat));
        assert_eq!(it.meter.measure().is_some(), deferred);
    }
}

#[test]
fn a_door_is_shut_for_the_time_of_eight_sends_whatever_they_cost() {
    // At four units per second, eight sends of two units take four seconds.
    for (shut, is_long) in [(3.9, false), (4.1, true)] {
        let mut it = cruising();
        let mut cruise = Cruise::resumed(4.0, false);
        (cruise.proven, cruise.age) = (false, 0.7);
        (it.phase, it.known.per_send) = (Phase::Cruise(cruise), 2.0);
        it.door.blocked_since = Some(1000.0 - shut);
        it.learn(1000.0);
        assert_eq!(matches!(it.phase, Phase::Search(_)), is_long, "{shut} s");
        it.phase = Phase::Cruise(cruise);
        it.open(1000.0);
        let Phase::Cruise(cruise) = it.phase else { unreachable!() };
        assert_eq!(cruise.age == 0.0, is_long, "{shut} s");
    }
}

#[test]
fn the_burst_that_was_believed_in_ends_with_its_units() {
    let mut it = cruising();
    it.opening = Some(Box::new(Opening { at: 999.0, units: 4.0, left: 5.0, until: 0 }));
    // The units that are left, and the first send that is not of the burst.
    for (id, cost, left, until) in [(3, 2.0, 3.0, 4), (4, 4.0, -1.0, 5), (5, 1.0, -1.0, 5)] {
        it.sent(Dispatch { id, at: 1000.0, cost, surplus: 0.0 });
        let opening = it.opening.as_ref().unwrap();
        assert_eq!((opening.left, opening.until), (left, until), "{id}");
    }
    it.opening = Some(Box::new(Opening { at: 999.0, units: 4.0, left: 1.0, until: 6 }));
    for (id, left, until) in [(6, 0.0, 7), (7, 0.0, 7)] {
        it.sent(of(id, 1000.0));
        let opening = it.opening.as_ref().unwrap();
        assert_eq!((opening.left, opening.until), (left, until), "{id}");
    }
}

#[test]
fn a_decrease_is_judged_once_all_the_calls_that_it_was_for_are_known() {
    let mut it = cruising();
    it.throttled(1000.0, of(20, 999.9), 20);
    let first = it.decrease_at;
    it.throttled(1000.2, of(30, 1000.1), 30);
    assert!(it.decrease_at > first, "the second one is news, too");
    assert!([20, 30].iter().all(|cause| it.before.as_ref().unwrap().is_caused_by(*cause)));
    it.resolve(of(30, 1000.1), true);
    assert!(it.before.is_some() && it.quota().unwrap() < 100.0);
    it.resolve(of(20, 999.9), true);
    assert_eq!((it.before.is_none(), it.quota()), (true, Some(100.0)));
}

#[test]
fn a_call_refused_alone_after_the_newest_throttle_is_left_out_of_the_next_measure() {
    let mut it = cruising();
    [of(0, 999.0), of(20, 1000.0)].into_iter().for_each(|send| it.meter.throttled(send));
    let accepted = |it: &Paced| it.meter.measure().unwrap().accepted;
    it.not_accepted(of(25, 1000.1));
    assert_eq!(accepted(&it), 19.0, "it was sent later");
    it.meter.throttled(of(30, 1000.2));
    assert_eq!(accepted(&it), 27.0);
}

#[test]
fn what_was_sent_before_a_belief_is_not_in_the_bucket_any_more() {
    for (sent, available, left) in [(3.0, 5.0, 2.0), (0.0, 5.0, 5.0), (9.0, 5.0, 0.0)] {
        let mut it = Paced::new(1.0);
        it.units = sent;
        let burst = Some(10.0);
        it.believe(1000.0, Belief { rate: 20.0, burst, available, age: None });
        assert_eq!((it.opening.unwrap().left, it.credit), (left, left), "{sent} sent");
    }
}

#[test]
fn credit_flows_in_until_an_answer_once_something_was_throttled() {
    let report = SendReport::new(SendOutcome::Accepted);
    let mut it = cruising();
    it.answered(1000.5, of(0, 1000.0), &report, None);
    assert_eq!(it.refilled_at, 1000.5);
    let mut unthrottled = Paced::new(1.0);
    unthrottled.answered(1000.5, of(0, 1000.0), &report, None);
    assert_eq!((unthrottled.refilled_at, unthrottled.credit), (0.0, 0.0));
}

#[test]
fn the_lowest_rate_is_a_send_in_a_thousand_seconds() {
    for (per_send, rate, valid) in [(1.0, 0.0, 1e-3), (4.0, 0.0, 4e-3), (4.0, 7.0, 7.0)] {
        let mut it = cruising();
        it.known.per_send = per_send;
        assert_eq!(it.known.valid_rate(rate), valid);
    }
}
