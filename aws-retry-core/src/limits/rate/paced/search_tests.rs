//! The search, step by step: when it doubles, what lowers it, and when a measure is the whole quota.

use super::*;
use crate::limits::rate::Dispatch;

/// Answers after 0.4 s, a bucket of ten.
fn facts() -> Known {
    Known { share: 1.0, round_trip: 0.4, burst: 10.0, per_send: 1.0 }
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found}, not {expected}");
}

/// Waits for `seconds` with all growth paid for, after something was sent at this rate.
fn wait(it: &mut Search, seconds: f64, known: Known) {
    it.tried = true;
    it.waited(seconds, known, &QuotaMeter::NONE);
}

/// A meter with throttles at the first and the last of these times, sends of `cost` in between.
fn meter(sends: u32, seconds: f64, cost: f64) -> QuotaMeter {
    let mut it = QuotaMeter::NONE;
    for (id, at) in [(0, 0.0), (sends, seconds)] {
        let surplus = (f64::from(id) + 1.0) * (cost - 1.0);
        it.throttled(Dispatch { id: id.into(), at, cost, surplus });
    }
    it
}

#[test]
fn it_begins_with_eleven_probes_per_second() {
    let initial = InitialBurst::new(5.0, 1.0);
    assert_near(Search::new(initial, 1.0).rate, 11.0);
    assert_near(Search::new(initial, 8.0).rate, 88.0);
}

#[test]
fn the_initial_burst_hints_at_a_rate_once_most_of_it_is_answered() {
    // A bucket holds five seconds of its quota; at most one probe per round trip if that is more.
    for (accepted, per_send, rate) in [
        (1000.0, 1.0, 200.0),
        (1.0, 1.0, 2.5),
        (0.0, 1.0, 2.5),
        (8.0, 8.0, 20.0),
        (100.0, 1.0, 20.0),
        (13.0, 1.0, 2.6),
    ] {
        let known = Known { per_send, ..facts() };
        let mut it = Search::new(InitialBurst::new(accepted, 1.0), per_send);
        wait(&mut it, 0.27, known);
        assert_near(it.rate, 11.0 * per_send);
        wait(&mut it, 0.02, known);
        assert_near(it.rate, rate);
        assert_near(it.age, 0.01);
    }
    // Where round trips are quick, the square root of the two, and eleven probes per second at least.
    for (accepted, round_trip, rate) in
        [(5.0, 0.04, 11.0), (20.0, 0.04, 11.0), (45.0, 0.04, 15.0), (5.0, 0.25, 4.0)]
    {
        assert_near(hint(accepted, Known { round_trip, ..facts() }, &QuotaMeter::NONE), rate);
    }
    assert!(hint(5.0, Known { round_trip: 0.0, ..facts() }, &QuotaMeter::NONE).is_finite());
}

#[test]
fn the_initial_burst_is_a_measure_only_if_its_throttles_are_spread_out() {
    // Ten sends, of which nine were accepted, in this many seconds.
    let rate = |seconds: f64| hint(500.0, facts(), &meter(10, seconds, 1.0));
    assert_near(rate(0.59), 100.0);
    let measured = meter(10, 0.61, 1.0).measure().unwrap().rate;
    assert_near(rate(0.61), measured);
    // A single accepted send is too few.
    assert_near(hint(500.0, facts(), &meter(2, 0.7, 1.0)), 100.0);
    assert!(hint(500.0, facts(), &meter(3, 0.7, 1.0)) < 5.0);
    // Sixteen units are two sends of eight.
    let eights = Known { per_send: 8.0, ..facts() };
    assert_near(hint(4000.0, eights, &meter(2, 0.7, 8.0)), 800.0);
    assert!(hint(4000.0, eights, &meter(3, 0.7, 8.0)) < 40.0);
    // What arrived in another order than it was sent is noise: up to 0.3 of a round trip's sends.
    let mut most_refused = QuotaMeter::NONE;
    for id in (0..=100).filter(|id| id % 10 != 5) {
        most_refused.throttled(Dispatch::of_one(id, id as f64 * 0.007));
    }
    assert!(most_refused.measure().unwrap().accepted < 0.3 * 0.4 * 100.0 / 0.7);
    assert_near(hint(500.0, facts(), &most_refused), 100.0);
}

#[test]
fn it_doubles_each_time_a_doubling_could_be_answered() {
    // Every 1.25 round trips; if two sends take longer, after those, but at most half a second.
    for (rate, round_trip, step) in
        [(100.0, 0.4, 0.5), (100.0, 2.0, 2.5), (1.0, 0.0, 0.5), (10.0, 0.0, 0.2), (10.0, 0.2, 0.25)]
    {
        for per_send in [1.0, 8.0] {
            let known = Known { round_trip, per_send, ..facts() };
            let mut it = Search::from(per_send * rate);
            wait(&mut it, 0.99 * step, known);
            assert_near(it.rate, per_send * rate);
            wait(&mut it, 0.02 * step, known);
            assert_near(it.rate, 2.0 * per_send * rate);
            assert_near(it.age, 0.01 * step);
        }
    }
}

#[test]
fn it_doubles_three_times_without_a_success_and_not_without_a_send() {
    let mut it = Search::from(100.0);
    (0..9).for_each(|_| wait(&mut it, 0.5, facts()));
    assert_eq!((it.rate, it.unproven), (800.0, 3));
    it.unproven = 0;
    it.tried = false;
    it.waited(0.5, facts(), &QuotaMeter::NONE);
    assert_eq!(it.rate, 800.0, "nothing was sent at this rate");
    it.tried = true;
    // A pause counts as one step, not as many.
    it.waited(9.0, facts(), &QuotaMeter::NONE);
    assert_eq!((it.rate, it.age, it.tried), (1600.0, 0.5, false));
    it.tried = true;
    it.waited(0.0, facts(), &QuotaMeter::NONE);
    assert_eq!(it.rate, 3200.0, "the next one is due as soon as something was sent");
    let mut highest = Search { tried: true, ..Search::from(HIGHEST_RATE) };
    highest.waited(9.0, facts(), &QuotaMeter::NONE);
    assert_eq!(highest.rate, HIGHEST_RATE);
}

#[test]
fn a_refused_probe_halves_the_rate_at_most_and_never_below_one_in_three_seconds() {
    let lowered = |rate: f64, meter: &QuotaMeter, known: Known| {
        let mut it = Search::from(rate);
        it.lower(meter, known);
        it.rate
    };
    assert_near(lowered(100.0, &QuotaMeter::NONE, facts()), 50.0);
    assert_near(lowered(0.5, &QuotaMeter::NONE, facts()), 0.35);
    assert_near(lowered(0.2, &QuotaMeter::NONE, facts()), 0.2);
    assert_near(lowered(4.0, &QuotaMeter::NONE, Known { per_send: 8.0, ..facts() }), 2.8);
    // Three times the rate that a few accepted requests hint at: here 2.5 in a second.
    let few = meter(3, 1.0, 1.0);
    let hinted = 3.0 * few.measure().unwrap().rate;
    assert_near(lowered(10.0, &few, facts()), hinted);
    assert_near(lowered(7.0, &few, facts()), 7.0);
    assert_near(lowered(100.0, &few, facts()), 50.0);
}

#[test]
fn behind_a_door_that_opens_it_need_not_be_rare() {
    for (rate, per_send, expected) in [(0.35, 1.0, 0.7), (2.8, 8.0, 5.6), (3.0, 1.0, 3.0)] {
        let mut it = Search::from(rate);
        it.reopen(per_send);
        assert_near(it.rate, expected);
    }
}

#[test]
fn a_quick_measure_within_what_the_bucket_holds_is_whole() {
    for (seconds, accepted, rate, per_send, whole) in [
        (1.0, 10.0, 10.0, 1.0, true),
        // Half of what flows in meanwhile fits: ten.
        (1.0, 10.0, 20.0, 1.0, true),
        (1.0, 10.0, 20.1, 1.0, false),
        (0.5, 10.0, 39.0, 1.0, true),
        // A long search began too low, unless hardly anything was accepted.
        (1.5, 10.0, 10.0, 1.0, false),
        (3.0, 4.0, 2.0, 1.0, false),
        (3.0, 3.9, 2.0, 1.0, true),
        (3.0, 31.0, 2.0, 8.0, true),
        (3.0, 32.0, 2.0, 8.0, false),
    ] {
        let known = Known { per_send, ..facts() };
        let it = Measure { accepted, seconds, sends: accepted, rate };
        assert_eq!(Search::is_whole(&it, known), whole, "{it:?}");
    }
}
