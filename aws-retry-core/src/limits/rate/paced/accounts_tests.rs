//! The accounts of the controller: credit, growth that successes pay for, average cost and round trip.

use super::cruise::Cruise;
use super::search::Search;
use super::*;

/// At 100 units per second, with a bucket of ten and nothing in the credit at second 1,000.
fn at_100_per_second(phase: Phase) -> Paced {
    let mut it = Paced::new(1.0);
    it.known.burst = 10.0;
    it.phase = phase;
    it.refilled_at = 1000.0;
    it
}

/// In the search, whose rate is constant.
fn searching() -> Paced {
    at_100_per_second(Phase::Search(Search::from(100.0)))
}

fn send(id: u32, at: f64, cost: f64) -> Dispatch {
    Dispatch { id: id.into(), at, cost, surplus: (f64::from(id) + 1.0) * (cost - 1.0) }
}

fn report(outcome: SendOutcome) -> SendReport {
    SendReport::new(outcome)
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found}, not {expected}");
}

#[test]
fn a_turn_comes_when_the_credit_covers_the_cost() {
    let mut it = searching();
    assert_near(it.ready_at(1000.0, 1.0), 1000.01);
    assert_near(it.ready_at(1000.0, 5.0), 1000.05);
    assert_near(it.ready_at(1000.03, 5.0), 1000.05);
    it.sent(send(0, 1000.05, 5.0));
    assert_near(it.ready_at(1000.05, 1.0), 1000.06);
    assert_eq!(it.ready_at(1000.06 + 1e-9, 1.0), 1000.06 + 1e-9, "no wait for a rounding error");
    // While nothing waits the credit stops at the burst, and the next sends go at once.
    it.sent(send(1, 1000.06, 1.0));
    it.refill(1001.0);
    assert_near(it.credit, 10.0);
    // No turn comes before the next probe.
    it.door.probe_at = 1003.0;
    assert_near(it.ready_at(1001.0, 1.0), 1003.0);
}

#[test]
fn the_credit_is_bounded_by_burst_share_and_the_cost_that_waits() {
    let full = |change: fn(&mut Paced)| {
        let mut it = searching();
        change(&mut it);
        it.refill(1100.0);
        it.credit
    };
    assert_near(full(|_| {}), 10.0);
    assert_near(full(|it| it.known.share = 0.5), 5.0);
    // A send fits in any case, and so does a hundredth of a second.
    assert_near(full(|it| it.known.share = 0.05), 1.0);
    assert_near(full(|it| (it.known.burst, it.known.per_send) = (0.0, 8.0)), 8.0);
    assert_near(full(|it| it.phase = Phase::Search(Search::from(5000.0))), 50.0);
    // The rate of a quota that is believed too low grows beyond it: not what may be sent at once.
    let mut overdue = Cruise::resumed(5000.0, false);
    overdue.age = 100.0;
    let mut it = at_100_per_second(Phase::Cruise(overdue));
    it.refill(1100.0);
    assert_near(it.credit, 50.0);
    assert_near(full(|it| (it.wanted, it.needed) = (true, 25.0)), 25.0);
}

#[test]
fn a_clock_that_jumps_is_no_wait() {
    // Four sends at the rate, and a second at least.
    let waited = |rate: f64, seconds: f64, change: fn(&mut Paced)| {
        let mut it = at_100_per_second(Phase::Cruise(Cruise::resumed(rate, false)));
        it.meter.throttled(send(0, 999.0, 1.0));
        it.meter.throttled(send(4, 1000.0, 1.0));
        it.wanted = true;
        change(&mut it);
        it.refill(1000.0 + seconds);
        let Phase::Cruise(cruise) = it.phase else { unreachable!() };
        (cruise.age, it.meter.measure().is_some())
    };
    for (rate, seconds, age, measures) in [
        (100.0, 0.9, 0.9, true),
        (100.0, 1.1, 1.0, false),
        (2.0, 2.0, 2.0, true),
        (2.0, 2.2, 2.0 / (1.0 - 0.06), false),
    ] {
        let (found, still) = waited(rate, seconds, |_| {});
        assert!((found - age).abs() < 0.01, "{found}, not {age}");
        assert_eq!(still, measures, "{rate} {seconds}");
    }
    // A call that costs more than a send waits for longer.
    let (age, measures) = waited(100.0, 1.5, |it| it.needed = 81.0);
    assert!((1.5..1.9).contains(&age) && measures, "{age}");
    assert!(!waited(100.0, 2.2, |it| it.needed = 81.0).1);
    assert!(waited(100.0, 1.5, |it| it.credit = -80.0).1);
    // So do probes of a shut door: twice the longest pause.
    assert!(waited(100.0, 7.9, |it| it.door.blocked_since = Some(900.0)).1);
    assert!(!waited(100.0, 8.1, |it| it.door.blocked_since = Some(900.0)).1);
    // A clock that goes back is no time at all.
    assert_eq!(waited(100.0, -5.0, |_| {}), (0.0, true));
}

#[test]
fn the_longest_wait_is_that_of_four_sends_and_of_what_is_owed_beside_one() {
    // The rate, the units of a send, of the call that waits and in the credit, and seconds.
    for (rate, per_send, needed, credit, seconds) in [
        (100.0, 1.0, 1.0, 0.0, 1.0),
        (2.0, 1.0, 1.0, 0.0, 2.0),
        (2.0, 3.0, 3.0, 0.0, 6.0),
        (2.0, 3.0, 9.0, 0.0, 9.0),
        (2.0, 3.0, 9.0, 4.0, 7.0),
        (2.0, 3.0, 9.0, -4.0, 11.0),
        (2.0, 3.0, 1.0, 0.0, 6.0),
    ] {
        let mut it = searching();
        (it.known.per_send, it.needed, it.credit) = (per_send, needed, credit);
        assert_eq!(it.longest_wait(rate, false), seconds, "{rate} {per_send} {needed} {credit}");
    }
}

/// The credit was saved for a call that costs more, and has left.
#[test]
fn a_send_pays_from_the_credit_that_its_turn_saw() {
    let mut it = searching();
    (it.wanted, it.needed, it.credit) = (true, 25.0, 25.0);
    assert_eq!(it.ready_at(1000.0, 1.0), 1000.0);
    it.sent(send(0, 1000.0, 1.0));
    assert_eq!(it.credit, 24.0);
}

#[test]
fn an_idle_scope_measures_nothing() {
    let measures = |seconds: f64, wanted: bool| {
        let mut it = searching();
        it.wanted = wanted;
        it.meter.throttled(send(0, 999.0, 1.0));
        it.meter.throttled(send(4, 1000.0, 1.0));
        it.refill(1000.0 + seconds);
        it.meter.measure().is_some()
    };
    assert!(measures(0.09, false), "the bucket may still be empty");
    assert!(!measures(0.11, false), "it may have been full");
    assert!(measures(0.5, true), "a call waits: the credit was not lost for want of calls");
}

#[test]
fn a_success_pays_for_two_sends_of_growth_and_any_other_outcome_takes_one_back() {
    let after = |outcome: SendOutcome, times: u32, cost: f64| {
        let mut it = searching();
        it.known.per_send = cost;
        it.paid_growth = 0.05;
        (0..times).for_each(|id| {
            it.answered(1000.0, send(id, 999.9, cost), &report(outcome), None);
        });
        it.paid_growth
    };
    assert_near(after(SendOutcome::Accepted, 1, 1.0), 0.07);
    assert_near(after(SendOutcome::Accepted, 1, 4.0), 0.13);
    assert_near(after(SendOutcome::Fault, 1, 1.0), 0.04);
    assert_near(after(SendOutcome::Unknown, 1, 4.0), 0.01);
    // At most 0.1 s or four sends are kept, and nothing is owed.
    assert_near(after(SendOutcome::Accepted, 50, 1.0), 0.1);
    assert_near(after(SendOutcome::Accepted, 50, 4.0), 0.16);
    assert_near(after(SendOutcome::Unknown, 500, 1.0), 0.0);
}

#[test]
fn only_a_success_proves_the_rate_of_a_search() {
    for (outcome, proven) in
        [(SendOutcome::Accepted, true), (SendOutcome::Fault, false), (SendOutcome::Unknown, false)]
    {
        let mut it =
            at_100_per_second(Phase::Search(Search { unproven: 3, ..Search::from(100.0) }));
        it.answered(1000.0, send(0, 999.9, 1.0), &report(outcome), None);
        let Phase::Search(search) = it.phase else { unreachable!() };
        assert_eq!(search.unproven == 0, proven, "{outcome:?}");
    }
}

#[test]
fn the_average_cost_is_exact_at_first_and_then_follows_by_a_sixteenth() {
    let mut it = searching();
    for (id, cost, average) in [(0, 3.0, 3.0), (1, 5.0, 4.0), (2, 1.0, 3.0), (3, 0.0, 3.0)] {
        it.sent(send(id, 1000.0, cost));
        assert_near(it.per_send(), average);
    }
    it.sent(send(99, 1000.0, 19.0));
    assert_near(it.per_send(), 4.0);
    // Before the first throttle nothing but the number and the sum is kept.
    for (sends, surplus, average) in [(4, 8.0, 3.0), (0, 0.0, 1.0), (4, -4.0, 1.0)] {
        let mut it = Paced::new(1.0);
        it.unthrottled(sends, surplus, send(0, 0.0, 1.0));
        assert_near(it.per_send(), average);
        assert_near(it.units, f64::from(u32::try_from(sends).unwrap()) + surplus);
    }
}

#[test]
fn the_round_trip_is_smoothed_by_an_eighth() {
    let mut it = searching();
    for (trip, outcome, smoothed) in [
        (0.9, SendOutcome::Unknown, 0.0),
        (0.08, SendOutcome::Accepted, 0.08),
        (0.16, SendOutcome::Throttled, 0.09),
        (9.0, SendOutcome::Unknown, 0.09),
        (0.01, SendOutcome::Fault, 0.08),
    ] {
        it.answered(1000.0 + trip, send(0, 1000.0, 1.0), &report(outcome), None);
        assert!((it.known.round_trip - smoothed).abs() < 1e-9, "{it:?}");
    }
    let mut instant = searching();
    instant.answered(1000.0, send(0, 1000.0, 1.0), &report(SendOutcome::Accepted), None);
    assert_eq!(instant.known.round_trip, 1e-6, "never 0");
}

#[test]
fn the_credit_pays_for_what_was_taken_and_not_for_what_was_planned() {
    let credit = |outcome: SendOutcome, requests: f64, spent: Option<f64>| {
        let mut it = searching();
        it.sent(send(0, 1000.0, 4.0));
        it.answered(
            1000.0,
            send(0, 1000.0, 4.0),
            &SendReport { requests, spent, ..report(outcome) },
            None,
        );
        it.credit
    };
    for (outcome, requests, spent, left) in [
        (SendOutcome::Accepted, 1.0, None, -4.0),
        // Nothing was sent: the turn is free.
        (SendOutcome::Unknown, 0.0, None, 0.0),
        (SendOutcome::Accepted, 3.0, None, -12.0),
        (SendOutcome::Accepted, 1.0, Some(1.0), -1.0),
        (SendOutcome::Accepted, 1.0, Some(9.0), -9.0),
    ] {
        assert_near(credit(outcome, requests, spent), left);
    }
    // A throttle was refused its cost, and took what its body told beyond that.
    let taken = |requests: f64, spent: Option<f64>| {
        let mut it = searching();
        it.decrease_id = 5;
        it.sent(send(0, 1000.0, 4.0));
        let throttled = SendReport { requests, spent, ..report(SendOutcome::Throttled) };
        it.answered(1000.0, send(0, 1000.0, 4.0), &throttled, None);
        it.credit
    };
    assert_near(taken(1.0, None), -4.0);
    assert_near(taken(1.0, Some(3.0)), -4.0);
    assert_near(taken(1.0, Some(7.0)), -7.0);
    assert_near(taken(2.0, None), -8.0);
    // What went out before the first throttle took no credit.
    let mut it = searching();
    it.paced_from = 1;
    it.answered(
        1000.0,
        send(0, 999.0, 4.0),
        &SendReport { requests: 3.0, ..report(SendOutcome::Accepted) },
        None,
    );
    assert_near(it.credit, 0.0);
}

#[test]
fn runs_of_several_requests_are_charged_in_advance() {
    let mut it = searching();
    let three = SendReport { requests: 3.0, ..report(SendOutcome::Accepted) };
    it.answered(1000.0, send(0, 999.9, 1.0), &three, None);
    // An eighth of the way from one request to three.
    assert_near(it.per_run, 1.25);
    let before = it.credit;
    it.sent(send(1, 1000.0, 4.0));
    assert_near(it.credit, before - 5.0);
    // The answer settles the rest.
    it.answered(1000.0, send(1, 1000.0, 4.0), &three, None);
    assert_near(it.credit, before - 12.0);
}

#[test]
fn the_requests_before_a_throttle_were_accepted() {
    let accepted = |requests: f64, spent: Option<f64>| {
        let mut it = searching();
        it.meter.throttled(send(0, 999.0, 2.0));
        let last = SendReport { requests, spent, ..report(SendOutcome::Throttled) };
        it.meter.throttled(send(4, 1000.0, 2.0));
        it.decrease_id = 9;
        it.answered(1000.0, send(2, 999.5, 2.0), &last, None);
        it.meter.measure().unwrap().accepted
    };
    // Four sends of two, of which the last and this one were refused.
    assert_near(accepted(1.0, None), 4.0);
    assert_near(accepted(3.0, None), 8.0);
    assert_near(accepted(1.0, Some(1.5)), 5.5);
}

#[test]
fn an_answer_of_a_newer_send_counts_its_units() {
    let mut it = Paced::new(1.0);
    it.answered(0.1, send(6, 0.0, 2.0), &report(SendOutcome::Accepted), None);
    assert_eq!((it.next_id, it.units), (7, 14.0));
    it.answered(0.1, send(3, 0.0, 2.0), &report(SendOutcome::Accepted), None);
    assert_eq!((it.next_id, it.units), (7, 14.0));
}

#[test]
fn a_known_quota_may_soon_be_twice_as_fast() {
    let it = at_100_per_second(Phase::Cruise(Cruise::resumed(100.0, false)));
    assert_near(it.optimistic_rate(), 2.0 * it.rate().unwrap());
    assert_eq!(searching().optimistic_rate(), f64::INFINITY);
    assert_eq!((searching().quota(), it.quota()), (None, Some(100.0)));
    assert_eq!(Paced::new(1.0).rate(), None);
}

#[test]
fn the_pause_of_probes_is_none_while_the_door_is_open() {
    let mut it = searching();
    assert_eq!((it.probe_pause(1000.0), it.blocked_since()), (0.0, None));
    it.door.blocked_since = Some(900.0);
    assert_eq!((it.probe_pause(1000.0), it.blocked_since()), (1.0, Some(900.0)));
    it.sent(send(0, 1000.0, 1.0));
    assert!((1001.0..1001.2).contains(&it.door.probe_at), "{it:?}");
}

#[test]
fn a_throttle_of_the_calls_own_takes_no_turn() {
    let repeat = |times: u32| {
        Some(Repeat { first: send(5, 1000.0, 1.0), deferred: false, times, alone: true })
    };
    let cruising = |credit: f64| {
        let mut it = at_100_per_second(Phase::Cruise(Cruise::resumed(100.0, false)));
        it.credit = credit;
        it
    };
    let credit = |before: f64, times: u32| {
        let mut it = cruising(before);
        it.refused(1000.0, send(9, 1000.0, 1.0), repeat(times));
        it.credit
    };
    // A single one may be chance.
    assert_eq!((credit(7.0, 0), credit(-3.0, 0)), (7.0, -3.0));
    // Its turn is free, and beside it nothing saved up is left.
    assert_eq!((credit(7.0, 1), credit(-3.0, 2)), (1.0, -2.0));
    // A first throttle under suspicion leaves out a turn, and gives it back.
    for (cost, left) in [(1.0, 2.0), (3.0, 6.0)] {
        let mut it = cruising(7.0);
        it.suspicious = true;
        let first = send(5, 1000.0, cost);
        assert!(it.refused(1000.0, first, None));
        assert_eq!(it.credit, -cost);
        let again = Some(Repeat { first, deferred: true, times: 0, alone: true });
        it.refused(1000.0, send(9, 1000.0, cost), again);
        assert_eq!(it.credit, left);
    }
}

#[test]
fn a_send_beside_the_queue_is_no_probe() {
    let shut = || {
        let mut it = searching();
        it.door.blocked_since = Some(990.0);
        (it.wanted, it.needed) = (true, 1.0);
        it
    };
    let (mut probe, mut beside) = (shut(), shut());
    assert!(beside.lets_by(1000.0) && !searching().lets_by(1000.0));
    probe.sent(send(0, 1000.0, 1.0));
    beside.sent_beside(send(0, 1000.0, 1.0));
    assert!(probe.door.probe_at > 1000.0 && !probe.wanted);
    assert!(beside.door.probe_at == 0.0 && beside.wanted);
    assert_eq!((probe.credit, beside.credit), (-1.0, -1.0));
}
