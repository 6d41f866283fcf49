//! The sawtooth, figure by figure: how long a cycle lasts, where it begins, how it rises, and what a measure
//! changes.

use super::*;

/// A single process, a bucket of two and instant answers.
fn facts() -> Known {
    Known { share: 1.0, round_trip: 0.0, burst: 2.0, per_send: 1.0 }
}

/// Settled and alone.
fn cruise(quota: f64) -> Cruise {
    Cruise { settled: 3, ..Cruise::resumed(quota, false) }
}

fn measure(accepted: f64, rate: f64) -> Measure {
    Measure { accepted, seconds: accepted / rate, sends: accepted, rate }
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 2e-3 * expected.abs(), "{found}, not {expected}");
}

#[test]
fn a_cycle_is_longer_where_sends_are_rare() {
    // Alone: 2.2 s, times the 0.4th power of 20 / quota below 20 per second. With others: 2 s, times the
    // 0.3th power, and 1.5 s at least.
    let table = [
        (2000.0, 2.2, 1.5),
        (40.0, 2.2, 1.625),
        (20.0, 2.2, 2.0),
        (5.0, 3.830, 3.031),
        // Six sends, and at most 30 s.
        (0.5, 12.0, 6.049),
        (0.2, 30.0, 7.962),
        (0.1, 30.0, 10.0),
        // But two sends in any case; one, if others fill the gap.
        (0.05, 40.0, 20.0),
    ];
    for (quota, alone, shared) in table {
        assert_near(cruise(quota).cycle(facts()), alone);
        assert_near(Cruise { shared: 1.0, ..cruise(quota) }.cycle(facts()), shared);
        // A cost of eight on eight times the quota is the same.
        let eights = Known { per_send: 8.0, burst: 16.0, ..facts() };
        assert_near(cruise(8.0 * quota).cycle(eights), alone);
    }
    // Between the two, the more certain it is that others send, too.
    for (shared, seconds) in [(0.2, 2.2), (0.3, (2.2_f64 * 2.0).sqrt()), (0.4, 2.0), (0.9, 2.0)] {
        assert_near(Cruise { shared, ..cruise(20.0) }.cycle(facts()), seconds);
    }
}

#[test]
fn the_length_of_a_cycle_is_kept_until_a_send_costs_five_percent_more() {
    let costing = |per_send: f64| Known { per_send, ..facts() };
    let mut it = cruise(5.0);
    it.keep_cycle(costing(1.0));
    let kept = it.cycle(costing(1.0));
    assert_eq!(it.cycle(costing(1.04)), kept);
    assert!(it.cycle(costing(1.06)) > kept);
    it.keep_cycle(costing(1.06));
    assert_eq!(it.cycle(costing(1.02)), it.cycle(costing(1.06)));
}

#[test]
fn the_first_cycles_are_shorter() {
    for (settled, seconds) in [(0, 0.55), (1, 1.1), (2, 1.65), (3, 2.2)] {
        assert_near(Cruise { settled, ..cruise(20.0) }.cycle(facts()), seconds);
    }
}

#[test]
fn a_cycle_outlasts_slow_answers() {
    // Five round trips, and three more of at most 1.5 s together.
    for (round_trip, settled, seconds) in [
        (0.1, 3, 2.2),
        (0.4, 3, 3.2),
        (1.0, 3, 6.5),
        (2.0, 3, 11.5),
        (1.0, 1, 3.25),
        // The first cycles last two round trips at least.
        (1.0, 0, 2.0),
        (2.0, 0, 4.0),
    ] {
        let known = Known { round_trip, ..facts() };
        assert_near(Cruise { settled, ..cruise(20.0) }.cycle(known), seconds);
    }
}

#[test]
fn a_cycle_begins_as_far_below_the_quota_as_the_bucket_can_store() {
    for (burst, dip) in [(0.5, 0.015), (2.0, 0.0227), (4.0, 0.0455), (40.0, 0.06)] {
        let known = Known { burst, ..facts() };
        let it = cruise(20.0);
        assert_near(it.dip(it.cycle(known), known), dip);
        assert_near(it.send_rate(known), 20.0 * (1.0 - dip));
    }
    // Deeper where others send, so that the shares even out.
    for (shared, dip) in [(0.2, 0.0227), (0.3, 0.0919), (0.4, 0.16), (1.0, 0.16)] {
        let it = Cruise { shared, ..cruise(20.0) };
        assert_near(it.dip(it.cycle(facts()), facts()), dip);
    }
}

#[test]
fn a_cycle_rises_through_the_quota_and_doubles_once_a_throttle_is_overdue() {
    let dip = 1.0 / 44.0;
    for (cycles, factor) in [
        (0.0, 1.0 - dip),
        (0.5, 1.0 - 0.5 * dip),
        (1.0, 1.0),
        (2.5, 1.0 + 1.5 * dip),
        (3.0, (1.0 + 2.0 * dip) * 2.0),
        (3.5, (1.0 + 2.5 * dip) * 4.0),
    ] {
        assert_near(Cruise { age: cycles * 2.2, ..cruise(20.0) }.send_rate(facts()), 20.0 * factor);
    }
    // Half a cycle later where others cause the throttles.
    let shared = Cruise { shared: 1.0, ..cruise(20.0) };
    for (cycles, factor) in [(3.0, 1.32), (3.5, 1.4 * 2.0)] {
        assert_near(Cruise { age: cycles * 2.0, ..shared }.send_rate(facts()), 20.0 * factor);
    }
    // Long cycles double more often, but not in proportion: one of four times the length twice as often.
    let known = Known { round_trip: 1.46, ..facts() };
    let slow = Cruise { age: 3.0 * 8.8, ..cruise(20.0) };
    assert_near(slow.cycle(known), 8.8);
    assert_near(slow.send_rate(known), 20.0 * (1.0 + 2.0 * 0.015) * 4.0);
    // No number overflows.
    assert!(Cruise { age: 1e9, ..cruise(20.0) }.send_rate(facts()).is_finite());
}

#[test]
fn a_held_share_is_never_exceeded() {
    let known = Known { share: 0.5, ..facts() };
    let held = Cruise { share_held_for: Some(0.0), ..cruise(20.0) };
    for (cycles, rate) in [(0.0, 10.0 * (1.0 - 1.0 / 44.0)), (1.0, 10.0), (2.0, 10.0), (9.0, 10.0)]
    {
        assert_near(Cruise { age: cycles * 2.2, ..held }.send_rate(known), rate);
    }
}

#[test]
fn a_share_is_held_for_five_minutes_and_then_the_quota_is_measured_from_the_share_upward() {
    let known = Known { share: 0.5, ..facts() };
    let mut it = Cruise { share_held_for: Some(0.0), ..cruise(20.0) };
    let mut paid = 0.0;
    assert!(!it.waited(150.0, &mut paid, known));
    assert!(!it.waited(150.0, &mut paid, known), "300 s are not over");
    assert_eq!((it.share_held_for, it.settled, it.age), (Some(300.0), 3, 300.0));
    assert!(it.waited(0.1, &mut paid, known));
    assert_eq!((it.share_held_for, it.settled), (None, 0));
    assert_near(it.send_rate(known), 10.0);
    // Up to the quota at the usual speed, whatever successes pay for.
    let age = it.age;
    assert!(age < 0.0);
    assert!(!it.waited(1.0, &mut paid, known));
    assert_near(it.age, age + 1.0);
}

#[test]
fn a_share_that_was_told_is_held_for_ten_seconds() {
    let known = Known { share: 0.5, ..facts() };
    let mut it = Cruise::told(20.0, 0.5);
    assert!(!it.waited(10.0, &mut 0.0, known));
    assert!(it.waited(0.1, &mut 0.0, known));
    assert_eq!(Cruise::told(20.0, 1.0).share_held_for, None, "the whole quota is no share");
}

#[test]
fn an_overdue_rate_grows_by_what_successes_paid_for() {
    let mut it = Cruise { age: 2.5 * 2.2, ..cruise(20.0) };
    let mut paid = 0.3;
    it.waited(0.1, &mut paid, facts());
    assert_near(it.age, 5.6);
    assert_eq!(paid, 0.3, "until it is overdue, time alone counts");
    it.waited(0.1, &mut paid, facts());
    assert_near(it.age, 5.7);
    assert_near(paid, 0.2);
    it.waited(1.0, &mut paid, facts());
    assert_near(it.age, 5.9);
    assert!(paid.abs() < 1e-9);
    // Where others send, it waits for half a cycle more.
    let mut shared = Cruise { age: 2.9 * 2.0, shared: 1.0, ..cruise(20.0) };
    shared.waited(0.1, &mut 0.0, facts());
    assert_near(shared.age, 5.9);
    shared.age = 3.1 * 2.0;
    shared.waited(0.1, &mut 0.0, facts());
    assert_near(shared.age, 6.2);
    // Above a share the unused part has filled the bucket: slower.
    let mut above = Cruise { age: 2.6 * 2.2, ..cruise(20.0) };
    let mut paid = 1.0;
    above.waited(1.0, &mut paid, Known { share: 0.5, ..facts() });
    assert_near(above.age, 2.6 * 2.2 + 0.15);
    assert_near(paid, 0.85);
}

#[test]
fn a_measure_moves_the_quota_by_its_weight() {
    // Six accepted sends move it half of the way, eighteen three quarters.
    for (accepted, part) in [(2.0, 0.25), (6.0, 0.5), (18.0, 0.75)] {
        for rate in [10.0, 20.0, 22.0] {
            let mut it = Cruise { age: 2.2, ..cruise(20.0) };
            it.learn(&measure(accepted, rate), facts());
            assert_near(it.quota, 20.0 * (rate / 20.0_f64).powf(part));
            let mut eights = Cruise { age: 2.2, ..cruise(160.0) };
            eights.learn(
                &measure(8.0 * accepted, 8.0 * rate),
                Known { per_send: 8.0, burst: 16.0, ..facts() },
            );
            assert_near(eights.quota, 8.0 * it.quota);
        }
    }
}

#[test]
fn a_throttle_that_came_late_measures_less_than_the_quota() {
    let after = |age: f64, known: Known, shared: f64, rate: f64| {
        let mut it = Cruise { age, shared, ..cruise(20.0) };
        let last = it.send_rate(known);
        it.learn(&measure(6.0, rate), known);
        (it.quota, last)
    };
    // In time: within 3.2 cycles, and the bucket can hold what was not sent.
    let (quota, _) = after(3.1 * 2.2, facts(), 0.0, 20.4);
    assert_near(quota, (20.0_f64 * 20.4).sqrt());
    // Late: between the measure and the last rate, which was above it.
    let (quota, last) = after(3.3 * 2.2, facts(), 0.0, 20.4);
    assert_near(quota, (20.0 * (20.4 * last).sqrt()).sqrt());
    // The last rate was a share of the quota.
    let half = Known { share: 0.5, ..facts() };
    let (quota, last) = after(3.3 * 2.2, half, 0.0, 20.4);
    assert_near(quota, (20.0 * (20.4 * last / 0.5).sqrt()).sqrt());
    // Others may have sent: the measure counts as it is.
    let (quota, _) = after(3.3 * 2.2, facts(), 0.35, 20.4);
    assert_near(quota, (20.0_f64 * 20.4).sqrt());
    // A bucket of half a unit is full after the first part of the dip.
    let small = Known { burst: 0.1, ..facts() };
    let (quota, last) = after(2.2, small, 0.0, 20.0);
    assert_near(last, 20.0);
    assert_near(quota, 20.0);
    let (quota, last) = after(2.9 * 2.2, small, 0.0, 20.0);
    assert_near(quota, (20.0 * (20.0 * last).sqrt()).sqrt());
}

#[test]
fn a_cycle_stores_what_it_sends_below_the_quota() {
    // Half a cycle of 2.2 s at 20 per second, times the dip: half a unit at a dip of 1 / 44.
    let it = cruise(20.0);
    for (rate, x, units) in
        [(20.0, 1.0, 0.5), (20.0, 5.0, 0.5), (20.0, 0.5, 0.125), (10.0, 1.0, 0.0)]
    {
        let found = it.stored(&measure(6.0, rate), 2.2, x, facts());
        assert!((found - units).abs() < 1e-9, "{found}, not {units}");
    }
    // The quota has grown by a dip: the rate was below it for two cycles.
    assert_near(it.stored(&measure(6.0, 20.0 * (1.0 + 1.0 / 44.0)), 2.2, 5.0, facts()), 2.0);
}

#[test]
fn a_kept_share_learns_only_from_much_lower_measures() {
    let known = Known { share: 0.5, ..facts() };
    let held = Cruise { age: 2.2, share_held_for: Some(7.0), ..cruise(20.0) };
    for (rate, quota) in [(10.0, 20.0), (9.1, 20.0), (8.9, (20.0_f64 * 8.9).sqrt())] {
        let mut it = held;
        it.learn(&measure(6.0, rate), known);
        assert_near(it.quota, quota);
    }
}

#[test]
fn what_was_told_is_replaced_by_a_measure_that_contradicts_it() {
    let after = |accepted: f64, rate: f64| {
        let mut it = Cruise::told(20.0, 1.0);
        it.age = it.cycle(facts());
        it.learn(&measure(accepted, rate), facts());
        assert!(!it.told, "only the first measure");
        it.quota
    };
    // Each end of a measure is wrong by a send at most: two sends of six are a third.
    assert_near(after(6.0, 13.0), 13.0);
    assert_near(after(6.0, 14.0), (20.0_f64 * 14.0).sqrt());
    assert_near(after(60.0, 19.2), 19.2);
    assert_near(after(60.0, 19.5), 20.0 * (19.5 / 20.0_f64).powf(60.0 / 66.0));
}

#[test]
fn throttles_at_odd_times_mean_that_others_send_too() {
    let shared = |cycles: f64, before: f64| {
        let mut it = Cruise { shared: before, ..cruise(20.0) };
        it.age = cycles * it.cycle(facts());
        it.learn(&measure(6.0, 20.0), facts());
        it.shared
    };
    // Too soon for a bucket that was just empty, regular, too late.
    for (cycles, from_none, from_all) in [
        (0.1, 0.0, 1.0),
        (0.3, 0.25, 1.0),
        (1.1, 0.25, 1.0),
        (1.3, 0.0, 0.75),
        (2.9, 0.0, 0.75),
        (3.1, 0.25, 1.0),
    ] {
        assert_eq!((shared(cycles, 0.0), shared(cycles, 1.0)), (from_none, from_all), "{cycles}");
    }
}

#[test]
fn a_throttle_is_late_by_half_the_time_between_two_sends_at_most() {
    // Cycles of six sends, and of six sends of eight units each: a twelfth of a cycle.
    for (quota, known) in [(0.5, facts()), (4.0, Known { per_send: 8.0, burst: 16.0, ..facts() })] {
        for (cycles, shared) in [(3.07, 0.0), (3.09, 0.25)] {
            let mut it = cruise(quota);
            it.age = cycles * it.cycle(known);
            it.learn(&measure(6.0 * known.per_send, quota), known);
            assert_eq!(it.shared, shared, "{quota}: {cycles}");
        }
    }
}

#[test]
fn a_quota_is_settled_after_three_measures_that_agree() {
    let settled = |before: f64, shared: f64, settled: u8| {
        let mut it = Cruise { shared, settled, ..cruise(20.0) };
        it.settle(before, 1.0);
        it.settled
    };
    for (before, shared, expected) in [
        (20.0, 0.0, 2),
        (17.5, 0.0, 2),
        (17.0, 0.0, 0),
        (23.0, 0.0, 2),
        (23.5, 0.0, 0),
        // Where others send, a part of the quota changes by chance.
        (10.0, 1.0, 2),
        (9.0, 1.0, 0),
    ] {
        assert_eq!(settled(before, shared, 1), expected, "from {before}");
    }
    assert_eq!(settled(20.0, 0.0, 3), 3);
}

#[test]
fn a_share_is_held_once_the_quota_is_settled() {
    let held = |it: Cruise, before: f64, share: f64| {
        let mut it = it;
        it.settle(before, share);
        it.share_held_for
    };
    assert_eq!(held(cruise(20.0), 20.0, 0.5), Some(0.0));
    assert_eq!(held(cruise(20.0), 20.0, 1.0), None);
    assert_eq!(held(cruise(20.0), 10.0, 0.5), None, "it has just changed");
    let since = Cruise { share_held_for: Some(7.0), ..cruise(20.0) };
    assert_eq!(held(since, 20.0, 0.5), Some(7.0));
}

#[test]
fn a_measure_contradicts_by_two_sends_whatever_they_cost() {
    let known = Known { per_send: 4.0, burst: 16.0, ..facts() };
    let weight = 40.0 / (40.0 + 6.0 * 4.0);
    // Of 40 units a fifth is two sends of four.
    for (more, counts) in [(1.19, weight), (1.21, 1.0)] {
        let mut it = Cruise::told(20.0, 1.0);
        it.age = it.cycle(known);
        it.learn(&measure(40.0, 20.0 * more), known);
        assert_near(it.quota, 20.0 * f64::powf(more, counts));
    }
}
