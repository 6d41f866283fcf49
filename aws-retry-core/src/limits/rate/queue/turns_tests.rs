//! Promises about turns under `max_rate`, and the count of sends.

use std::time::Duration;

use super::waiters::InLine;
use super::*;

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
