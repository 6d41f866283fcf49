//! Turns under `max_rate`: promises, calls that leave, the count of sends, and time.

use std::time::Duration;

use super::waiters::InLine;
use super::*;
use crate::limits::rate::{SendOutcome, SendReport};

fn at(seconds: f64) -> Time {
    Duration::from_secs_f64(seconds)
}

/// At ten units per second, with five calls in line that take two each.
fn ten_units_ahead() -> Queue<u64> {
    let mut it = Queue::new(Kind::Paced, 10.0, 1.0);
    for place in 0..5 {
        it.line.insert(place, InLine { due: 100.0, cost: 2.0, waker: place });
    }
    it
}

fn earliest(it: &mut Queue<u64>, place: Option<u64>) -> f64 {
    let mut ticket = Ticket::new();
    ticket.place = place;
    it.earliest_turn(at(100.0), &ticket).as_secs_f64()
}

#[test]
fn the_earliest_turn_is_after_those_ahead_and_not_before_the_next_send() {
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-6, "{found}");
    near(earliest(&mut ten_units_ahead(), None), 101.0);
    near(earliest(&mut ten_units_ahead(), Some(2)), 100.4);
    let mut it = ten_units_ahead();
    it.limit.as_mut().unwrap().sent(100.0, 40.0);
    near(earliest(&mut it, Some(2)), 103.995);
    // Nothing is ahead: at once, whatever the rounding.
    assert_eq!(earliest(&mut ten_units_ahead(), Some(0)), 1e-9);
}

#[test]
fn sends_and_their_units_are_counted() {
    let mut it: Queue<u64> = Queue::new(Kind::Paced, 10.0, 1.0);
    assert_eq!(it.sends(), (0, 0.0));
    it.begin(7, 3.0, Dispatch::of_one(6, 99.0));
    assert_eq!(it.sends(), (7, 3.0));
    it.begin(5, 3.0, Dispatch::of_one(4, 99.0));
    assert_eq!(it.sends(), (7, 3.0), "another thread knew of fewer");
    let send = it.send(100.0, 5.0, false);
    assert_eq!((send.id, send.surplus, it.sends()), (7, 7.0, (8, 7.0)));
    assert!((it.limit.as_ref().unwrap().next_at - 100.495).abs() < 1e-9);
}

#[test]
fn a_lease_is_the_time_of_two_sends_and_at_least_fifty_milliseconds() {
    for (rate, seconds) in [(10.0, 0.2), (1000.0, 0.05), (0.5, 4.0)] {
        let it: Queue<u64> = Queue::new(Kind::Paced, rate, 1.0);
        assert_eq!(it.lease(), seconds);
    }
}

#[test]
fn the_lease_of_costly_sends_is_longer() {
    let mut it: Queue<u64> = Queue::new(Kind::Paced, 10.0, 1.0);
    // One send took four units.
    it.begin(1, 3.0, Dispatch::of_one(0, 99.0));
    assert_eq!(it.lease(), 0.8);
}

#[test]
fn the_next_call_is_woken_if_the_head_leaves_and_nobody_if_another_one_does() {
    for (leaves, woken, waiting) in [(0, Some(1), 4), (3, None, 4), (99, None, 5)] {
        let mut it = ten_units_ahead();
        let wakes = it.leave(leaves);
        assert_eq!((wakes.head, it.state().waiting), (woken, waiting), "{leaves}");
        assert_eq!(wakes.former, (leaves < 5).then_some(leaves), "its waker is dropped");
    }
}

#[test]
fn a_call_that_does_not_want_to_wait_any_longer_leaves_like_one_that_is_canceled() {
    for (place, woken) in [(0, Some(1)), (3, None)] {
        let mut it = ten_units_ahead();
        it.limit.as_mut().unwrap().sent(100.0, 40.0);
        let mut call = Ticket::new();
        call.place = Some(place);
        let (answer, wakes) =
            it.ask(at(100.0), &mut call, Terms { deadline: None, fail_fast: true }, &place);
        assert_eq!((answer, wakes.head), (Answer::Busy, woken), "{place}");
        assert_eq!((it.state().waiting, wakes.former), (4, Some(place)));
    }
}

#[test]
fn there_is_nothing_to_wake_or_drop_only_if_no_waker_is_left() {
    let wakes = |change: fn(&mut Wakes<u64>)| {
        let mut it = Wakes::none();
        change(&mut it);
        !it.is_none()
    };
    assert!(!wakes(|_| {}));
    assert!(wakes(|it| it.head = Some(7)) && wakes(|it| it.former = Some(7)));
    assert!(wakes(|it| it.stale.push(7)) && wakes(|it| it.passed_over.push(7)));
}

#[test]
fn calls_that_rest_wait_too() {
    let mut it = ten_units_ahead();
    it.resting.insert(7, (InLine { due: 100.0, cost: 2.0, waker: 7 }, true));
    it.resting.insert(8, (InLine { due: 100.0, cost: 2.0, waker: 8 }, false));
    assert_eq!(it.state().waiting, 7);
    let wakes = it.leave(7);
    assert_eq!((wakes.former, wakes.head, it.state().waiting), (Some(7), None, 6));
}

#[test]
fn the_signs_are_those_of_the_last_answer() {
    let mut it: Queue<u64> = Queue::new(Kind::Paced, f64::INFINITY, 1.0);
    it.begin(7, 0.0, Dispatch::of_one(6, 999.0));
    assert_eq!(it.signs(), Signs { sends: 7, ..Signs::default() });
    let report = SendReport::new(SendOutcome::Throttled);
    // For more than a second nothing is accepted: only probes go out.
    for (second, shut) in [(1000.0, false), (1000.5, false), (1200.0, true)] {
        let send = it.send(second - 0.1, 1.0, false);
        let _ = it.answered(at(second), &mut Ticket::new(), send, &report);
        assert_eq!((it.signs().sends, it.signs().shut), (send.id + 1, shut), "{second}");
    }
}

#[test]
fn after_a_jump_back_time_goes_on_from_where_it_was() {
    let mut it = Steady::default();
    for (clock, steady) in [(100.0, 100.0), (90.0, 100.0), (95.0, 105.0), (50.0, 105.0)] {
        assert_eq!(it.seconds(at(clock)), steady);
        // Rounded up to a nanosecond.
        assert_eq!(it.time(steady + 2.0), at(clock + 2.0) + Duration::from_nanos(1));
    }
}
