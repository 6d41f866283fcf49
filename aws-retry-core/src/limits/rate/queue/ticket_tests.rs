//! The history of a call's refusals, figure by figure: when a throttle concerns it alone, how long it waits,
//! and when it gives up.

use super::*;
use crate::limits::rate::SendOutcome;

/// Send number `id` of a scope in which every send costs `cost`.
fn send(id: u32, cost: f64) -> Dispatch {
    let sends = f64::from(id) + 1.0;
    Dispatch { id: id.into(), at: f64::from(id), cost, surplus: sends * (cost - 1.0) }
}

fn report() -> SendReport {
    SendReport::new(SendOutcome::Throttled)
}

/// The scope's answers after this many accepted and throttled sends of `cost` units; the newest accepted one
/// is `newest`.
fn seen(accepted: u32, throttled: u32, newest: u32, cost: f64) -> Seen {
    let mut it = Seen::NONE;
    (0..accepted).for_each(|_| it.accepted(send(newest, cost)));
    (0..throttled).for_each(|_| it.throttled(send(0, cost)));
    it
}

/// Refused once, as send 10, when the scope had seen `before`.
fn refused_once(before: &Seen, cost: f64) -> Refusals {
    let mut it = Refusals::NONE;
    it.refused(send(10, cost), before, false);
    it
}

#[test]
fn the_newest_accepted_send_counts() {
    let mut it = Seen::NONE;
    [3, 9, 7].into_iter().for_each(|id| it.accepted(send(id, 2.0)));
    it.throttled(send(11, 2.0));
    it.call_throttled(send(12, 2.0));
    assert_eq!((it.passed, it.answers, it.throttled, it.call_throttled), (Some(9), 8.0, 2.0, 2.0));
}

#[test]
fn a_throttle_concerns_the_call_alone_if_others_pass_meanwhile() {
    for cost in [1.0, 8.0] {
        let before = seen(3, 2, 9, cost);
        let it = refused_once(&before, cost);
        let alone = |accepted: u32, throttled: u32, newest: u32, measured: bool| {
            it.is_alone(cost, &seen(3 + accepted, 2 + throttled, newest, cost), measured)
        };
        // As much as the call asks for; eight times as much while no quota is measured.
        assert!(!alone(0, 0, 11, true));
        assert!(alone(1, 0, 11, true));
        assert!(!alone(7, 0, 11, false));
        assert!(alone(8, 0, 11, false));
        // A newer send.
        assert!(!alone(9, 0, 10, true) && !alone(9, 0, 9, true));
        // Four per throttle of others.
        assert!(!alone(7, 2, 11, true));
        assert!(alone(8, 2, 11, true));
        // The first throttle of a call speaks for the scope.
        assert!(!Refusals::NONE.is_alone(cost, &seen(99, 0, 99, cost), true));
        // After two such throttles, all further ones do.
        assert!(!Refusals { alone: 1, ..it }.is_alone(cost, &before, true));
        assert!(Refusals { alone: 2, ..it }.is_alone(cost, &before, true));
    }
}

#[test]
fn a_call_refused_alone_is_sent_at_once_and_then_backs_off_exponentially() {
    let (mut it, seen) = (Refusals::NONE, Seen::NONE);
    let mut waits = Vec::new();
    for id in 0..9 {
        it.refused_alone(100.0, send(id, 1.0), &seen, &report(), false);
        waits.push(it.rests_until(100.0, 0).map(|(until, _)| until - 100.0));
    }
    // From half a second to thirty.
    let [first, rest @ ..] = &waits[..] else { unreachable!() };
    assert_eq!(*first, None);
    let expected = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0];
    assert_eq!(rest, expected.map(Some));
    // A quarter less or more at random.
    for (random, wait) in [(0.0, 0.375), (0.5, 0.5), (1.0, 0.625)] {
        let mut it = Refusals { alone: 1, ..Refusals::NONE };
        let report = SendReport { random, ..report() };
        it.refused_alone(100.0, send(0, 1.0), &seen, &report, false);
        assert_eq!(it.rests_until(100.0, 0), Some((100.0 + wait, false)));
    }
}

#[test]
fn a_call_gives_up_at_its_seventh_hopeless_throttle_and_in_a_crowd_at_the_fifth() {
    for (crowded, most) in [(false, 7), (true, 5)] {
        let mut it = refused_once(&Seen::NONE, 1.0);
        for id in 1..=most {
            let seen = seen(10 * id, 0, 10 + id, 1.0);
            let gives_up = it.refused_alone(0.0, send(10 + id, 1.0), &seen, &report(), crowded);
            assert_eq!(gives_up, id == most, "throttle {id} of {most}");
        }
    }
    // From the third on, the call is known to be the cause, whatever the others say.
    let mut it = refused_once(&Seen::NONE, 1.0);
    let given_up = (1..20).find(|id| {
        let all_refused = seen(0, 10 * id, 0, 1.0);
        it.refused_alone(0.0, send(10 + id, 1.0), &all_refused, &report(), false)
    });
    assert_eq!(given_up, Some(9), "two that could be chance, then seven");
}

#[test]
fn a_throttle_is_hopeless_if_nine_of_ten_answers_are_good() {
    let hopeless = |accepted: u32, throttled: u32| {
        let mut it = refused_once(&seen(5, 5, 9, 1.0), 1.0);
        let seen = seen(5 + accepted, 5 + throttled, 11, 1.0);
        it.refused_alone(0.0, send(12, 1.0), &seen, &report(), false);
        it.hopeless
    };
    for (accepted, throttled, expected) in [(9, 1, 1), (8, 1, 0), (18, 2, 1), (1, 0, 1), (0, 0, 0)]
    {
        assert_eq!(hopeless(accepted, throttled), expected, "{accepted} and {throttled}");
    }
}

#[test]
fn a_limit_of_its_own_ends_a_call_while_nine_of_ten_sends_of_others_pass() {
    for cost in [1.0, 8.0] {
        // Between two of its throttles, nineteen sends of others, of which some are throttled.
        let given_up = |throttled: u32, call_throttled: u32| {
            let (mut it, mut seen) = (Refusals::NONE, Seen::NONE);
            (0..30).find(|attempt| {
                let own = send(20 * attempt, cost);
                seen.call_throttled(own);
                let gives_up = it.refused_by_own_limit(own, &seen);
                assert_eq!(it.rests_until(0.0, 0), None, "the call decides how long it waits");
                (0..throttled).for_each(|_| seen.throttled(own));
                (0..call_throttled).for_each(|_| seen.call_throttled(own));
                gives_up
            })
        };
        // The first throttle compares with nothing.
        assert_eq!(given_up(0, 0), Some(6));
        assert_eq!(given_up(1, 0), Some(6));
        assert_eq!(given_up(0, 1), Some(6));
        assert_eq!(given_up(1, 1), None, "ten per cent are too many");
        assert_eq!(given_up(2, 0), None);
        assert_eq!(given_up(0, 2), None);
    }
    // Nobody else sends: nothing shows that the limit is the call's own.
    let mut it = Refusals::NONE;
    assert!((0..30).all(|id| !it.refused_by_own_limit(send(id, 1.0), &Seen::NONE)));
}

#[test]
fn behind_a_shut_door_a_call_waits_for_the_others_and_as_long_again() {
    let wait = |blocked: f64, turns: f64, attempts_left: u32| {
        let mut it = refused_once(&Seen::NONE, 1.0);
        let report = SendReport { attempts_left, ..report() };
        it.refused_while_blocked(100.0, send(12, 1.0), &Seen::NONE, &report, (blocked, turns, 3));
        let (until, woken) = it.rests_until(100.0, 3)?;
        assert!(woken, "it is called once the door opens");
        assert_eq!(it.rests_until(100.0, 4), None, "the door has opened since");
        assert_eq!(it.rests_until(until, 3), None, "it is over");
        Some(until - 100.0)
    };
    for (blocked, turns, attempts_left, expected) in [
        (2.0, 0.0, 19, 2.0),
        (2.0, 5.0, 19, 5.0),
        (60.0, 0.0, 19, 8.0),
        // The attempts last for half as long again: 400 s over ten of them, 200 s at most.
        (800.0, 0.0, 10, 40.0),
        (800.0, 0.0, 1, 200.0),
        (800.0, 0.0, 0, 200.0),
        (800.0, 300.0, 1, 300.0),
    ] {
        assert_eq!(wait(blocked, turns, attempts_left), Some(expected), "{blocked} s");
    }
    // The first refusal waits for nothing.
    let mut it = Refusals::NONE;
    it.refused_while_blocked(0.0, send(1, 1.0), &Seen::NONE, &report(), (9.0, 9.0, 0));
    assert_eq!(it.rests_until(0.0, 0), None);
    assert!(it.is_again());
}

#[test]
fn a_repeat_tells_the_first_of_the_consecutive_throttles() {
    assert!(!Refusals::NONE.is_again());
    assert!(Refusals::NONE.repeat(true).is_none());
    let mut ticket = Ticket::default();
    ticket.refusals_mut().refused(send(4, 1.0), &Seen::NONE, true);
    let repeat = ticket.refusals().repeat(false).unwrap();
    assert!(repeat.deferred && !repeat.alone);
    ticket.refusals_mut().refused_alone(0.0, send(9, 1.0), &Seen::NONE, &report(), false);
    let repeat = ticket.refusals().repeat(true).unwrap();
    assert_eq!((repeat.first.id, repeat.times), (4, 1));
    assert!(repeat.alone && !repeat.deferred);
    ticket.forget_refusals();
    assert!(!ticket.refusals().is_again());
}

#[test]
fn a_call_that_is_known_to_be_refused_alone_wants_room_for_two() {
    let mut ticket = Ticket::new();
    ticket.set_cost(3.0);
    assert_eq!(ticket.room(), 3.0);
    for (alone, room) in [(0, 3.0), (1, 3.0), (2, 6.0), (3, 6.0)] {
        ticket.refusals_mut().alone = alone;
        assert_eq!(ticket.room(), room);
    }
}
