//! The ends of attempts: how a throttled call waits, which calls return to the line, and who is woken.

use std::time::Duration;

use super::*;
use crate::limits::rate::Kind;

fn queue(kind: Kind) -> Queue<u64> {
    Queue::new(kind, f64::INFINITY, 1.0)
}

fn at(seconds: f64) -> Time {
    Duration::from_secs_f64(seconds)
}

fn report(outcome: SendOutcome) -> SendReport {
    SendReport::new(outcome)
}

fn call(waker: u64, due: f64) -> InLine<u64> {
    InLine { due, cost: 1.0, waker }
}

/// Send `id` is throttled at second `now`.
fn throttled(it: &mut Queue<u64>, ticket: &mut Ticket, id: u64, now: f64) {
    let send = Dispatch::of_one(id, now - 0.1);
    let (gives_up, _) = it.answered(at(now), ticket, send, &report(SendOutcome::Throttled));
    assert!(!gives_up);
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
}

#[test]
fn while_nothing_is_accepted_each_other_call_has_a_turn_first() {
    for (in_line, resting) in [(0, 0), (3, 0), (3, 2)] {
        let (mut it, mut ticket) = (queue(Kind::Paced), Ticket::new());
        throttled(&mut it, &mut ticket, 0, 10.0);
        assert_eq!(
            ticket.refusals().rests_until(10.0, 0),
            None,
            "the first one waits for its turn"
        );
        for place in 0..in_line {
            it.line.insert(100 + place, call(place, 99.0));
        }
        for place in 0..resting {
            it.resting.insert(200 + place, (call(place, 99.0), true));
        }
        throttled(&mut it, &mut ticket, 1, 10.5);
        // As long again as nothing was accepted, or a turn for each of the others.
        let turns = (in_line + resting) as f64 / it.rate();
        let (until, woken) = ticket.refusals().rests_until(10.5, 0).unwrap();
        assert_near(until, 10.5 + turns.max(0.5));
        assert!(woken);
        // Behind a shut door a turn is a probe: one in half a second.
        throttled(&mut it, &mut ticket, 2, 12.0);
        let (until, _) = ticket.refusals().rests_until(12.0, 0).unwrap();
        let turn = f64::max(0.5, 1.0 / it.rate());
        assert_near(until, 12.0 + f64::max(2.0, turn * (in_line + resting) as f64));
    }
}

#[test]
fn the_calls_that_rest_behind_a_door_return_to_their_places_when_it_opens() {
    let (mut it, mut ticket) = (queue(Kind::Paced), Ticket::new());
    throttled(&mut it, &mut ticket, 0, 10.0);
    for (place, shut) in [(7, true), (8, false), (9, true)] {
        it.resting.insert(place, (call(place, 99.0), shut));
    }
    let passed = Dispatch::of_one(1, 10.5);
    let (_, wakes) = it.answered(at(11.0), &mut ticket, passed, &report(SendOutcome::Accepted));
    assert_eq!((wakes.head, it.openings), (Some(7), 1));
    assert_eq!(
        it.line.calls.values().map(|it| (it.waker, it.due)).collect::<Vec<_>>(),
        [(7, 11.0), (9, 11.0)]
    );
    assert_eq!(it.resting.keys().collect::<Vec<_>>(), [&8], "it is refused alone");
    assert!(!ticket.refusals().is_again(), "an answer ends the history");
    // The next answer opens nothing.
    let next = Dispatch::of_one(2, 11.0);
    let _ = it.answered(at(11.1), &mut ticket, next, &report(SendOutcome::Accepted));
    assert_eq!(it.openings, 1);
}

#[test]
fn a_rest_that_ends_too_late_is_refused_unless_a_door_may_open() {
    let in_time = Terms { deadline: Some(at(20.0)), fail_fast: false };
    let hurried = Terms { deadline: None, fail_fast: true };
    for (until, shut, terms, expected) in [
        (19.9, false, in_time, None),
        (20.1, false, in_time, Some(Answer::TooLate)),
        (20.1, true, in_time, None),
        (20.1, false, Terms::default(), None),
        (10.1, true, hurried, Some(Answer::Busy)),
    ] {
        let mut it = queue(Kind::Paced);
        let answer = it.rest((7, 1.0), (until, shut), terms, &7);
        assert_eq!(it.resting.contains_key(&7), expected.is_none());
        assert_eq!(answer, expected.unwrap_or(Answer::At(it.steady.time(until))), "{until}");
    }
}

#[test]
fn the_head_is_woken_if_its_turn_comes_earlier() {
    // At eleven probes per second, with a turn at once and a head that was told this.
    let woken = |due: f64, requests: f64| {
        let (mut it, mut ticket) = (queue(Kind::Paced), Ticket::new());
        throttled(&mut it, &mut ticket, 0, 10.0);
        it.line.insert(7, call(7, due));
        let send = Dispatch::of_one(1, 10.0);
        it.pace.sent(send);
        // Nothing was sent: its turn is free again.
        let unsent = SendReport { requests, ..report(SendOutcome::Unknown) };
        it.answered(at(10.0), &mut ticket, send, &unsent).1.head
    };
    let (free, taken) = (10.0 + 1.0 / 11.0, 10.0 + 2.0 / 11.0);
    assert_eq!(woken(taken, 0.0), Some(7));
    assert_eq!(woken(free + 0.002, 0.0), Some(7));
    assert_eq!(woken(free + 0.0005, 0.0), None, "timers are no finer");
    assert_eq!(woken(free - 0.01, 0.0), None);
    assert_eq!(woken(taken, 1.0), None, "its turn is as late as before");
    // One that is due asks by itself.
    assert_eq!(woken(10.0005, 0.0), None);
}

/// Successes prove a rate, but not the time in which the head did not ask.
#[test]
fn the_rate_does_not_grow_while_a_head_that_is_due_does_not_ask() {
    let grows = |due: f64| {
        let (mut it, mut ticket) = (queue(Kind::Paced), Ticket::new());
        throttled(&mut it, &mut ticket, 0, 10.0);
        let accepted = |it: &mut Queue<u64>, id: u64, now: f64| {
            let send = Dispatch::of_one(id, 10.0);
            it.pace.sent(send);
            let report = report(SendOutcome::Accepted);
            let _ = it.answered(at(now), &mut Ticket::new(), send, &report);
        };
        // The first one opens the door.
        accepted(&mut it, 1, 10.1);
        it.line.insert(7, call(7, due));
        accepted(&mut it, 2, 10.2);
        let before = it.rate();
        it.ready_at(11.2, 1.0);
        it.rate() != before
    };
    assert!(grows(11.0), "its turn was computed again");
    assert!(!grows(10.2) && !grows(10.2005) && !grows(9.0), "it is due");
}

#[test]
fn in_adaptive_mode_a_second_throttle_in_a_row_goes_to_the_end() {
    let (mut it, mut ticket) = (queue(Kind::Adaptive), Ticket::new());
    ticket.place = Some(5);
    let next = it.next_ticket;
    throttled(&mut it, &mut ticket, 0, 10.0);
    assert_eq!(ticket.place, Some(5));
    throttled(&mut it, &mut ticket, 1, 11.0);
    assert_eq!((ticket.place, it.next_ticket), (Some(next), next + 1));
    throttled(&mut it, &mut ticket, 2, 12.0);
    assert_eq!((ticket.place, it.next_ticket), (Some(next + 1), next + 2));
    assert_eq!((it.throttles, ticket.refusals().rests_until(12.0, 0)), (3, None));
}

/// A call that is refused again and again while others pass.
#[test]
fn it_gives_up_sooner_where_many_such_calls_hold_back_callers() {
    let given_up_at = |alone: u64, behind_a_door: u64, in_line: u64| {
        let (mut it, mut ticket) = (queue(Kind::Paced), Ticket::new());
        for place in 0..alone {
            it.resting.insert(place, (call(place, 99.0), false));
        }
        for place in 100..100 + behind_a_door {
            it.resting.insert(place, (call(place, 99.0), true));
        }
        for place in 200..200 + in_line {
            it.line.insert(place, call(place, 99.0));
        }
        let throttle = report(SendOutcome::Throttled);
        (1..20).find(|throttles| {
            (0..20).for_each(|i| it.seen.accepted(Dispatch::of_one(100 * throttles + i, 10.0)));
            let send = Dispatch::of_one(100 * throttles, 10.0);
            it.refused(10.0, &mut ticket, send, &throttle, true, false)
        })
    };
    for (alone, behind_a_door, in_line, throttles) in
        [(5, 0, 4, 5), (5, 0, 5, 7), (4, 9, 0, 7), (6, 0, 5, 5), (0, 0, 0, 7)]
    {
        let found = given_up_at(alone, behind_a_door, in_line);
        assert_eq!(found, Some(throttles), "{alone} alone, {in_line} in line");
    }
}

#[test]
fn answers_are_seen_unless_they_concern_one_call_alone() {
    // Each of these outcomes of a call that was refused before, after eight others passed.
    let seen = |outcome: SendOutcome, others: u64| {
        let (mut it, mut ticket) = (queue(Kind::Paced), Ticket::new());
        throttled(&mut it, &mut ticket, 0, 10.0);
        for id in 1..=others {
            let send = Dispatch::of_one(id, 10.0);
            let _ = it.answered(at(10.1), &mut Ticket::new(), send, &report(SendOutcome::Accepted));
        }
        let before = format!("{:?}", it.seen);
        let _ = it.answered(at(10.2), &mut ticket, Dispatch::of_one(99, 10.1), &report(outcome));
        format!("{:?}", it.seen) != before
    };
    assert!(seen(SendOutcome::Throttled, 7) && !seen(SendOutcome::Throttled, 8));
    assert!(seen(SendOutcome::ScopeThrottled, 8) && seen(SendOutcome::CallThrottled, 8));
    assert!(seen(SendOutcome::Accepted, 8) && seen(SendOutcome::Fault, 8));
    assert!(!seen(SendOutcome::Unknown, 8));
}

/// A limit of the scope's concerns all of its calls, and one of the call's own makes its own waits.
#[test]
fn only_a_throttle_without_a_named_limit_shows_that_a_call_is_refused_alone() {
    for (outcome, alone) in [
        (SendOutcome::Throttled, 1),
        (SendOutcome::ScopeThrottled, 0),
        (SendOutcome::CallThrottled, 0),
    ] {
        let (mut it, mut ticket) = (queue(Kind::Paced), Ticket::new());
        throttled(&mut it, &mut ticket, 0, 10.0);
        (1..=20).for_each(|id| it.seen.accepted(Dispatch::of_one(id, 10.0)));
        let send = Dispatch::of_one(99, 10.1);
        let _ = it.answered(at(10.2), &mut ticket, send, &report(outcome));
        let repeat = ticket.refusals().repeat(false).unwrap();
        assert_eq!((repeat.first.id, repeat.times), (0, alone), "{outcome:?}");
    }
}

#[test]
fn behind_a_shut_door_a_call_refused_alone_goes_first_and_takes_no_probe() {
    let terms = Terms { deadline: None, fail_fast: true };
    let shut = || {
        let (mut it, mut ticket) = (queue(Kind::Paced), Ticket::new());
        throttled(&mut it, &mut ticket, 0, 10.0);
        throttled(&mut it, &mut ticket, 1, 10.5);
        it
    };
    let mut it = shut();
    assert!(matches!(it.ask(at(20.0), &mut Ticket::new(), terms, &1).0, Answer::Go(_)));
    assert!(it.ready_at(20.0, 1.0) >= 20.5, "a probe");

    let mut it = shut();
    it.line.insert(0, call(7, 99.0));
    assert!(matches!(it.ask(at(20.0), &mut Ticket::new(), terms, &1).0, Answer::Busy));
    let mut alone = Ticket::new();
    while !alone.refusals().is_known_alone() {
        let send = Dispatch::of_one(2, 10.6);
        let throttled = report(SendOutcome::Throttled);
        alone.refusals_mut().refused_alone(10.7, send, &it.seen, &throttled, false);
    }
    assert!(matches!(it.ask(at(20.0), &mut alone, terms, &1).0, Answer::Go(_)));
    let next = it.ready_at(20.0, 1.0);
    assert!(next > 20.0 && next < 20.5, "{next}: it takes credit");
}
