//! The line under `max_rate`: who is passed over, who is woken, and how much is ahead.

use super::super::waiters::InLine;
use super::*;
use crate::limits::rate::{Dispatch, Kind};

/// At ten per second: a lease of 0.2 s. Calls at these places, each told to ask at `due`, and its waker is its
/// place.
fn at_ten_per_second(places: impl IntoIterator<Item = u64>, due: f64, cost: f64) -> Queue<u64> {
    let mut it = Queue::new(Kind::Paced, 10.0, 1.0);
    for place in places {
        it.line.insert(place, InLine { due, cost, waker: place });
    }
    it
}

fn dues(it: &Queue<u64>) -> Vec<f64> {
    it.line.calls.values().map(|it| (it.due * 1000.0).round() / 1000.0).collect()
}

#[test]
fn a_call_that_does_not_ask_within_its_lease_is_passed_over_by_those_behind_it() {
    for (now, ticket, passed) in
        [(1000.19, 30, &[][..]), (1000.21, 30, &[10, 20]), (1000.21, 20, &[10]), (1000.21, 10, &[])]
    {
        let (mut it, mut woken) = (at_ten_per_second([10, 20], 1000.0, 1.0), Vec::new());
        assert_eq!(it.pass_over(now, ticket, &mut woken), !passed.is_empty());
        assert_eq!(woken, passed, "{now}");
    }
}

#[test]
fn the_head_is_told_to_ask_now() {
    let mut it = at_ten_per_second([10, 20], 1000.0, 1.0);
    assert_eq!(it.call_head(999.0), Some(10));
    assert_eq!(dues(&it), [999.0, 1000.0]);
    assert_eq!(at_ten_per_second([], 0.0, 1.0).call_head(999.0), None);
}

#[test]
fn waits_that_have_become_far_too_long_are_found_a_few_at_a_time() {
    let mut it = at_ten_per_second(10..20, 5000.0, 1.0);
    it.call_head(1000.0);
    // Twice the lease and the time of those ahead: 0.4 s, and 0.2 s more for each of them.
    let asks = |place: u64| (10_006 + 2 * (place - 11)) as f64 / 10.0;
    for (woken, found) in [(11..15, 15), (15..19, 19), (19..20, 20), (20..20, 20)] {
        let mut stale = Vec::new();
        it.sweep(900.0, &mut stale);
        assert_eq!(stale, woken.collect::<Vec<_>>());
        let expected = (11..20).map(|place| if place < found { asks(place) } else { 5000.0 });
        assert_eq!(dues(&it)[1..], expected.collect::<Vec<_>>());
    }
    // After the last one it begins again.
    it.line.calls.get_mut(&11).unwrap().due = 5000.0;
    let mut stale = Vec::new();
    (0..3).for_each(|_| it.sweep(900.0, &mut stale));
    assert_eq!(stale, [11]);
    // From now, if the head should have asked already; and no more than all of them are ahead.
    let mut sparse = at_ten_per_second([10, 5000], 1000.0, 1.0);
    sparse.line.calls.get_mut(&5000).unwrap().due = 9000.0;
    sparse.sweep(2000.0, &mut Vec::new());
    assert_eq!(dues(&sparse), [1000.0, 2000.8]);
}

#[test]
fn what_is_ahead_is_counted_exactly_near_the_head_and_estimated_behind() {
    let it = at_ten_per_second((1..=20).map(|place| 10 * place), 1000.0, 2.0);
    for (ticket, at_least, at_most) in [
        (5, 0.0, 0.0),
        (10, 0.0, 0.0),
        (11, 2.0, 2.0),
        (155, 30.0, 30.0),
        // Sixteen are counted; the estimate has the average cost of a send, which is one here.
        (165, 32.0, 20.0),
        // The estimate has the last one itself; the count does not.
        (200, 32.0, 20.0),
        (1000, 40.0, 40.0),
    ] {
        let ahead = it.ahead(ticket);
        assert_eq!((ahead.at_least, ahead.at_most), (at_least, at_most), "{ticket}");
    }
    // As many as there are places between, where these are fewer.
    let mut dense = at_ten_per_second(10..30, 1000.0, 2.0);
    assert_eq!(dense.ahead(28).at_most, 18.0);
    dense.begin(1, 3.0, Dispatch::of_one(0, 0.0));
    assert_eq!(dense.ahead(28).at_most, 72.0, "a send takes four units on average");
}

#[test]
fn a_wait_is_far_too_long_at_twice_the_lease_and_the_time_of_those_ahead() {
    // The lease is the time of two sends: 0.2 s, or 0.8 s if a send takes four units.
    for (surplus, due, asks) in
        [(0.0, 1000.5, 1000.5), (0.0, 1000.7, 1000.6), (3.0, 1002.3, 1002.3), (3.0, 1002.5, 1002.4)]
    {
        let mut it = at_ten_per_second([10, 11], due, 1.0);
        it.begin(1, surplus, Dispatch::of_one(0, 0.0));
        it.call_head(1000.0);
        let mut stale = Vec::new();
        it.sweep(1000.0, &mut stale);
        assert_eq!(dues(&it), [1000.0, asks]);
        assert_eq!(stale, if asks < due { vec![11] } else { vec![] });
    }
}
