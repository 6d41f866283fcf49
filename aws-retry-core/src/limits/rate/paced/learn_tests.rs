//! The lesson of a throttle, case by case: when it is news, what it measures, and which pause follows.

use super::*;
use crate::limits::rate::{SendOutcome, SendReport};

/// Around a quota of 100, settled by a measure at second 990; the door is open.
fn cruising() -> Paced {
    let mut it = Paced::new(1.0);
    it.phase = Phase::Cruise(Cruise::resumed(100.0, false));
    it.known.burst = 10.0;
    it.known.round_trip = 0.1;
    (it.refilled_at, it.decrease_at) = (1000.0, 990.0);
    it
}

fn searching(rate: f64) -> Paced {
    let mut it = cruising();
    it.phase = Phase::Search(Search::from(rate));
    it
}

fn of(id: u64, at: f64) -> Dispatch {
    Dispatch::of_one(id, at)
}

/// Throttles at these ids and seconds before 1,000.
fn meter(it: &mut Paced, throttles: &[(u64, f64)]) {
    throttles.iter().for_each(|(id, before)| it.meter.throttled(of(*id, 1000.0 - before)));
}

fn quota(it: &Paced) -> f64 {
    it.quota().unwrap()
}

fn repeat(first: u64, deferred: bool, times: u32, alone: bool) -> Repeat {
    Repeat { first: of(first, 999.0), deferred, times, alone }
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found}, not {expected}");
}

#[test]
fn a_measure_takes_three_sends_and_half_a_round_trip_around_a_quota() {
    let measures = |round_trip: f64, last: (u64, f64), search: bool, per_send: f64| {
        let mut it = if search { searching(100.0) } else { cruising() };
        (it.known.round_trip, it.known.per_send) = (round_trip, per_send);
        meter(&mut it, &[(0, last.1), (last.0, 0.0)]);
        it.measure().is_some()
    };
    // Four sends are three accepted ones and a throttle.
    assert!(measures(0.1, (4, 1.0), false, 1.0) && !measures(0.1, (3, 1.0), false, 1.0));
    assert!(measures(0.1, (3, 1.0), true, 1.0) && !measures(0.1, (2, 1.0), true, 1.0));
    assert!(!measures(0.1, (4, 1.0), false, 2.0), "two sends of two");
    // Around a quota a round trip, a tenth of a second at most; half of a round trip in any case.
    assert!(measures(0.08, (9, 0.0801), false, 1.0) && !measures(0.08, (9, 0.0799), false, 1.0));
    assert!(measures(0.15, (9, 0.1001), false, 1.0) && !measures(0.15, (9, 0.0999), false, 1.0));
    assert!(measures(0.4, (9, 0.2001), false, 1.0) && !measures(0.4, (9, 0.1999), false, 1.0));
    assert!(measures(0.4, (9, 0.2001), true, 1.0) && !measures(0.4, (9, 0.1999), true, 1.0));
    assert!(measures(0.08, (9, 0.0401), true, 1.0));
}

#[test]
fn a_meter_that_spans_doors_measures_where_the_newest_says_too_little() {
    let mut it = cruising();
    it.across_doors = Some(Box::new(it.meter));
    for (id, at) in [(0, 995.0), (9, 1000.0)] {
        it.meter_throttled(of(id, at));
    }
    it.meter.restart();
    assert_near(it.measure().unwrap().seconds, 5.0);
    it.not_accepted(of(5, 998.0));
    assert_near(it.measure().unwrap().accepted, 7.0);
}

#[test]
fn a_throttle_is_news_after_one_and_a_half_round_trips_and_a_tenth_of_a_cycle() {
    let news = |round_trip: f64, since: f64, id: u64| {
        let mut it = cruising();
        it.known.round_trip = round_trip;
        (it.decrease_at, it.decrease_id, it.next_id) = (1000.0 - since, 5, 7);
        it.throttled(1000.0, of(id, 999.9), id);
        it.decrease_at == 1000.0
    };
    // The cycle of a quota that has just been taken over lasts 1.1 s.
    assert!(news(0.0, 0.12, 6) && !news(0.0, 0.10, 6));
    assert!(news(0.2, 0.31, 6) && !news(0.2, 0.29, 6));
    assert!(news(0.2, 0.31, 5), "the first one at the new rate");
    assert!(!news(0.2, 9.0, 4), "it was sent at the old rate");
    // While nothing passes each of them counts.
    let mut it = cruising();
    (it.decrease_at, it.door.blocked_since) = (999.99, Some(999.99));
    it.throttled(1000.0, of(6, 999.9), 6);
    assert_eq!(it.decrease_at, 1000.0);
}

#[test]
fn while_nothing_is_accepted_each_pause_is_as_long_as_all_before_it() {
    for (blocked, pause) in [(0.0, 0.0), (0.1, 0.1), (0.4, 0.4), (0.7, 0.5), (1.0, 0.0)] {
        let mut it = cruising();
        it.credit = 3.0;
        it.next_id = 9;
        it.door.blocked_since = Some(1000.0 - blocked);
        it.decrease(1000.0);
        let Phase::Cruise(cruise) = it.phase else { unreachable!() };
        assert!((cruise.age + pause).abs() < 1e-9, "{blocked} s: {it:?}");
        assert!((it.credit + pause * it.send_rate()).abs() < 1e-6, "{blocked} s: {it:?}");
        assert_eq!((it.decrease_id, it.decrease_at), (9, 1000.0));
    }
    let mut it = searching(100.0);
    it.credit = -2.0;
    it.decrease(1000.0);
    assert_eq!((it.credit, it.door.blocked_since), (-2.0, Some(1000.0)), "a debt stays");
    it.decrease(1000.25);
    let Phase::Search(search) = it.phase else { unreachable!() };
    assert_eq!((search.age, it.credit), (-0.25, -27.0));
}

#[test]
fn a_search_ends_with_a_measure() {
    // Nine accepted in a second, and a half left in the bucket on average.
    let mut it = searching(20.0);
    meter(&mut it, &[(0, 1.0), (10, 0.0)]);
    it.learn(1000.0);
    assert_near(quota(&it), 9.5);
    assert_eq!((it.cycles, it.learned_at), (1, Some(1000.0)));
    assert!(it.measure().is_none(), "the next one begins here");
    // A long one began too low: between the measure and the last rate.
    let mut it = searching(20.0);
    meter(&mut it, &[(0, 2.0), (10, 0.0)]);
    it.learn(1000.0);
    assert_near(quota(&it), (4.75_f64 * 20.0).sqrt());
    // The rate of a share belongs to a quota that is larger.
    let mut it = searching(20.0);
    it.known.share = 0.5;
    meter(&mut it, &[(0, 2.0), (10, 0.0)]);
    it.learn(1000.0);
    assert_near(quota(&it), (4.75_f64 * 20.0 / 0.5).sqrt());
    // Too few: slower.
    let mut it = searching(20.0);
    it.learn(1000.0);
    assert_eq!((it.rate(), it.cycles, it.learned_at), (Some(10.0), 0, None));
}

#[test]
fn the_first_lesson_says_what_the_bucket_held() {
    let burst = |mut it: Paced, initial: InitialBurst| {
        match &mut it.phase {
            Phase::Search(search) => search.initial = Some(initial),
            Phase::Cruise(cruise) => cruise.initial = Some(initial),
            _ => unreachable!(),
        }
        it.known.per_send = 2.0;
        it.learn(1000.0);
        it.known.burst
    };
    // What was accepted, without what flowed in meanwhile, and one send at least.
    assert_near(burst(cruising(), InitialBurst::new(250.0, 2.0)), 50.0);
    assert_near(burst(cruising(), InitialBurst::new(150.0, 2.0)), 2.0);
    assert_near(burst(searching(20.0), InitialBurst::new(50.0, 2.0)), 30.0);
    assert_near(burst(searching(20.0), InitialBurst::new(15.0, 2.0)), 2.0);
}

#[test]
fn throttles_of_the_initial_burst_lower_what_the_bucket_held() {
    for phase in [cruising(), searching(20.0)] {
        let mut it = phase;
        let initial = Some(InitialBurst::new(4.0, 1.0));
        match &mut it.phase {
            Phase::Search(search) => search.initial = initial,
            Phase::Cruise(cruise) => cruise.initial = initial,
            _ => unreachable!(),
        }
        it.decrease_id = 10;
        for (id, burst) in [(1, 3.0), (2, 2.0), (3, 1.0), (4, 1.0)] {
            it.throttled(1000.0, of(id, 999.0), id);
            assert_near(it.known.burst, burst);
        }
        assert_eq!(it.decrease_at, 990.0, "they are old news");
    }
}

#[test]
fn the_units_of_the_last_seconds_before_the_first_throttle_are_the_initial_burst() {
    let mut it = Paced::new(1.0);
    it.unthrottled(30, 0.0, of(20, 998.5));
    it.throttled(1000.0, of(29, 999.9), 29);
    let Phase::Search(search) = it.phase else { unreachable!() };
    let initial = search.initial.unwrap();
    // Number 20 is one of these ten, and the throttled one was not accepted.
    assert_eq!((initial.accepted, initial.seconds), (9.0, 1.5));
    assert_eq!((it.refilled_at, it.decrease_id), (1000.0, 30));
}

#[test]
fn too_few_answers_in_a_long_time_lower_the_quota_to_a_quarter_at_most() {
    // Two accepted in this many seconds.
    let lowered = |seconds: f64, change: fn(&mut Paced)| {
        let mut it = cruising();
        meter(&mut it, &[(0, seconds), (3, 0.0)]);
        change(&mut it);
        it.learn(1000.0);
        quota(&it)
    };
    assert_near(lowered(9.0, |_| {}), 25.0);
    assert_near(lowered(0.9, |_| {}), 100.0);
    assert_near(lowered(1.1, |_| {}), 25.0);
    // The time of eight sends; of dearer ones, longer.
    let slow = |it: &mut Paced| it.phase = Phase::Cruise(Cruise::resumed(4.0, false));
    assert_near(lowered(1.9, slow), 4.0);
    assert_near(lowered(2.1, slow), 2.5 / 2.1);
    assert_near(lowered(2.1, |it| it.known.per_send = 30.0), 100.0);
    // Never higher, and never behind a door.
    assert_near(lowered(2.1, |it| it.phase = Phase::Cruise(Cruise::resumed(1.0, false))), 1.0);
    assert_near(lowered(9.0, |it| it.door.blocked_since = Some(999.9)), 100.0);
}

#[test]
fn behind_a_shut_door_only_a_quota_that_was_never_proven_is_given_up() {
    let after = |proven: bool, shut: f64, quota: f64| {
        let mut it = cruising();
        let mut cruise = Cruise::resumed(quota, false);
        cruise.proven = proven;
        it.phase = Phase::Cruise(cruise);
        it.door.blocked_since = Some(1000.0 - shut);
        it.learn(1000.0);
        match it.phase {
            Phase::Search(search) => Some(search.rate),
            _ => None,
        }
    };
    assert_eq!(after(true, 9.0, 100.0), None);
    assert_eq!(after(false, 9.0, 100.0), Some(50.0));
    assert_eq!(after(false, 0.9, 100.0), None, "it is not shut yet");
    // A door is shut for more than the time of eight sends.
    assert_eq!(after(false, 2.0, 4.0), None);
    assert_eq!(after(false, 2.1, 4.0), Some(2.0));
}

#[test]
fn a_door_that_opens_resumes_at_the_trusted_quota() {
    let opened = |shut: Option<f64>, quota: f64| {
        let mut it = cruising();
        let mut cruise = Cruise::resumed(quota, false);
        (cruise.proven, cruise.age) = (false, 0.7);
        it.phase = Phase::Cruise(cruise);
        meter(&mut it, &[(0, 5.0), (9, 0.0)]);
        (it.credit, it.door.probe_at) = (-50.0, 1003.0);
        it.door.blocked_since = shut.map(|shut| 1000.0 - shut);
        it.open(1000.0);
        assert_eq!((it.door.blocked_since, it.door.probe_at), (None, 0.0));
        let Phase::Cruise(cruise) = it.phase else { unreachable!() };
        assert!(cruise.proven);
        (cruise.age, it.credit, it.across_doors.is_some())
    };
    let (resumed, unchanged) = ((0.0, 0.0, true), (0.7, -50.0, false));
    assert_eq!(opened(None, 100.0), unchanged);
    assert_eq!(opened(Some(0.9), 100.0), unchanged, "a used-up window");
    assert_eq!(opened(Some(2.0), 100.0), resumed);
    // At a low quota eight sends take longer.
    assert_eq!(opened(Some(2.0), 4.0), unchanged);
    assert_eq!(opened(Some(2.1), 4.0), resumed);
    // A search goes on a little faster.
    for (shut, rate) in [(Some(2.0), 0.7), (Some(0.5), 0.4), (None, 0.4)] {
        let mut it = searching(0.4);
        it.door.blocked_since = shut.map(|shut| 1000.0 - shut);
        it.open(1000.0);
        assert_eq!(it.rate(), Some(rate));
    }
}

#[test]
fn suspicion_defers_a_first_throttle_around_a_quota() {
    let deferred = |suspicious: bool, mut it: Paced| {
        it.suspicious = suspicious;
        it.refused(1000.0, of(9, 999.9), None)
    };
    assert!(deferred(true, cruising()));
    assert!(!deferred(false, cruising()));
    assert!(!deferred(true, searching(20.0)), "a search needs each of them");
    // It counts with the call's next one, unless that concerns the call alone.
    for (alone, counted) in [(false, true), (true, false)] {
        let mut it = cruising();
        assert!(!it.refused(1000.0, of(9, 999.9), Some(repeat(8, true, 0, alone))));
        assert_eq!(it.decrease_at == 1000.0, counted);
        assert_eq!(it.door.blocked_since.is_some(), counted);
    }
}

#[test]
fn suspicion_follows_the_last_throttle_that_could_be_judged() {
    let mut it = cruising();
    for alone in [true, true, false] {
        it.resolve(of(1, 999.0), alone);
        assert_eq!(it.suspicious, alone);
    }
    // Each call is judged once, at its second such throttle: one may be chance.
    for (times, suspicious) in [(0, false), (1, true), (2, false)] {
        let mut it = cruising();
        it.refused_alone(of(9, 999.9), repeat(5, false, times, true));
        assert_eq!(it.suspicious, suspicious, "{times}");
    }
}

#[test]
fn throttles_that_concern_a_call_alone_are_not_accepted_sends() {
    let accepted = |tell: fn(&mut Paced)| {
        let mut it = cruising();
        it.meter.throttled(of(0, 999.0));
        it.meter.throttled(of(20, 1000.0));
        tell(&mut it);
        it.meter.measure().unwrap().accepted
    };
    assert_eq!(accepted(|_| {}), 19.0);
    assert_eq!(accepted(|it| it.refused_alone(of(9, 999.9), repeat(5, false, 1, true))), 18.0);
    assert_eq!(accepted(|it| it.refused_alone(of(9, 999.9), repeat(5, true, 1, true))), 17.0);
    assert_eq!(accepted(|it| it.refused_by_own_limit(of(9, 999.9), None)), 18.0);
    assert_eq!(
        accepted(|it| it.refused_by_own_limit(of(9, 999.9), Some(repeat(5, false, 0, true)))),
        18.0
    );
    assert_eq!(
        accepted(|it| it.refused_by_own_limit(of(9, 999.9), Some(repeat(5, true, 0, true)))),
        17.0
    );
}

#[test]
fn a_decrease_that_a_call_caused_alone_is_undone() {
    let mut it = cruising();
    it.next_id = 9;
    meter(&mut it, &[(0, 1.0)]);
    it.throttled(1000.0, of(8, 999.9), 8);
    assert!(it.before.is_some() && quota(&it) < 100.0, "{it:?}");
    it.resolve(of(8, 999.9), true);
    assert_eq!((quota(&it), it.before.is_none()), (100.0, true));
    let Phase::Cruise(cruise) = it.phase else { unreachable!() };
    assert_eq!(cruise.age, 0.0, "as it was");
    // One that was about the quota stays.
    let mut it = cruising();
    meter(&mut it, &[(0, 1.0)]);
    it.throttled(1000.0, of(8, 999.9), 8);
    it.resolve(of(8, 999.9), false);
    assert!(quota(&it) < 100.0 && it.before.is_none());
    // So does one behind a door, or of the initial burst: other calls were refused, too.
    let mut it = cruising();
    it.door.blocked_since = Some(999.9);
    it.throttled(1000.0, of(8, 999.9), 8);
    assert!(it.before.is_none());
}

#[test]
fn a_limit_of_the_scope_counts_at_once_with_the_throttle_before_it() {
    let limited = SendReport::new(SendOutcome::ScopeThrottled);
    for repeat in [None, Some(repeat(6, true, 0, false)), Some(repeat(6, false, 0, true))] {
        let mut it = cruising();
        it.suspicious = true;
        assert!(!it.answered(1000.0, of(8, 999.9), &limited, repeat));
        assert_eq!(it.decrease_at, 1000.0);
        assert!(
            it.before
                .as_ref()
                .is_some_and(|it| it.is_caused_by(repeat.map_or(8, |it| it.first.id)))
        );
    }
}

#[test]
fn a_call_that_passes_confirms_its_throttle() {
    let accepted = SendReport::new(SendOutcome::Accepted);
    for (deferred, decreased) in [(true, true), (false, false)] {
        let mut it = cruising();
        it.suspicious = true;
        it.answered(1000.0, of(8, 999.9), &accepted, Some(repeat(6, deferred, 0, false)));
        assert_eq!(it.decrease_at == 1000.0, decreased);
        assert!(!it.suspicious);
    }
}
