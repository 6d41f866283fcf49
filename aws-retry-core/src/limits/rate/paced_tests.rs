//! Paced mode under any script of answers: it never panics, no number is NaN, and every turn comes.

use proptest::prelude::*;

use super::{Dispatch, SendOutcome, SendReport, paced::Paced};

/// The time of an answer: after the round trip, or before it if another send goes out.
#[derive(Clone, Debug)]
struct Step {
    outcome: Option<SendOutcome>,
    round_trip: f64,
    overtaken: bool,
    /// Nobody calls for this long.
    pause: f64,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let outcome = proptest::sample::select(vec![
        // The answer that a bucket would give.
        None,
        None,
        None,
        Some(SendOutcome::Throttled),
        Some(SendOutcome::Accepted),
        Some(SendOutcome::Unknown),
    ]);
    let round_trip = prop_oneof![Just(0.0), 0.0..0.3];
    let pause = prop_oneof![20 => Just(0.0), 1 => 0.0..10.0, 1 => 0.0..1e6];
    let step = (outcome, round_trip, any::<bool>(), pause);
    let step = step.prop_map(|(outcome, round_trip, overtaken, pause)| Step {
        outcome,
        round_trip,
        overtaken,
        pause,
    });
    proptest::collection::vec(step, 1..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_rate_is_a_rate_whatever_is_answered(
        share in prop_oneof![Just(1.0), 0.05..1.0],
        began in prop_oneof![Just(0.0), 0.0..2e9],
        (quota, burst) in (0.1..50.0, 1.0..50.0),
        instant: bool,
        steps in steps(),
    ) {
        let mut it = Paced::new(share);
        let mut now: f64 = began;
        let (mut tokens, mut filled): (f64, f64) = (burst, now);
        let mut late: Option<(Dispatch, SendOutcome)> = None;
        for (id, step) in (0_u64..).zip(steps) {
            now += step.pause;
            let ready = it.ready_at(now, 1.0);
            prop_assert!(ready >= now && ready.is_finite(), "{it:?}");
            now = ready;
            it.sent(Dispatch::of_one(id, now));
            let send = Dispatch::of_one(id, now);
            tokens = burst.min(tokens + quota * (now - filled));
            filled = now;
            let throttled = tokens < 1.0;
            tokens -= if throttled { 0.0 } else { 1.0 };
            let said = if throttled { SendOutcome::Throttled } else { SendOutcome::Accepted };
            let outcome = step.outcome.filter(|_| !instant).unwrap_or(said);
            now += if instant { 0.0 } else { step.round_trip };
            if step.overtaken && late.is_none() {
                late = Some((send, outcome));
                continue;
            }
            it.answered(now, send, &SendReport::new(outcome), None);
            if let Some((send, outcome)) = late.take() {
                it.answered(now, send, &SendReport::new(outcome), None);
            }
            if let Some(rate) = it.rate() {
                prop_assert!((1e-3..=1e9).contains(&rate), "{rate} {it:?}");
            }
            prop_assert!(it.quota().is_none_or(|quota| quota > 0.0 && quota.is_finite()), "{it:?}");
        }
    }
}

/// The head of the line has a turn and does not take it, until the lease passes on.
#[test]
fn a_rate_that_nobody_sends_at_is_not_doubled() {
    let mut it = Paced::new(1.0);
    it.sent(Dispatch::of_one(0, 0.0));
    it.answered(0.0, Dispatch::of_one(0, 0.0), &SendReport::new(SendOutcome::Throttled), None);
    let first = it.rate().unwrap();
    it.ready_at(0.0001, 1.0);
    it.ready_at(0.9, 1.0);
    assert!(it.rate().unwrap() <= 2.0 * first, "{first}, then {it:?}");
}

/// A thousand calls are out when the first throttle comes: it is not known yet how many of them the bucket
/// held.
#[test]
fn while_the_first_burst_is_out_there_are_only_probes() {
    let mut it = Paced::new(1.0);
    (0..1000).for_each(|id| it.sent(Dispatch::of_one(id, 0.0)));
    for id in 0..5 {
        it.answered(
            0.05,
            Dispatch::of_one(id, 0.0),
            &SendReport::new(SendOutcome::Throttled),
            None,
        );
        it.ready_at(0.05, 1.0);
    }
    assert!(it.rate().unwrap() <= 11.0, "{it:?}");
}

/// Others took from the same bucket: the part that one process saw within a round trip is chance.
#[test]
fn a_burst_within_a_round_trip_is_no_measure() {
    let mut it = Paced::new(1.0);
    let sends = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.033, 0.034, 0.045];
    (0..).zip(sends).for_each(|(id, at)| it.sent(Dispatch::of_one(id, at)));
    it.answered(0.05, Dispatch::of_one(1, 0.0), &SendReport::new(SendOutcome::Accepted), None);
    for (now, id, at) in [(0.051, 0, 0.0), (0.069, 6, 0.033), (0.074, 7, 0.034), (0.077, 8, 0.045)]
    {
        it.answered(now, Dispatch::of_one(id, at), &SendReport::new(SendOutcome::Throttled), None);
        it.ready_at(now, 1.0);
    }
    it.ready_at(0.15, 1.0);
    assert_eq!(it.quota(), None, "{it:?}");
    assert!(it.rate().unwrap() < 50.0, "five in 45 ms are not 122 a second: {it:?}");
}

/// While every probe is throttled the search goes down, by half at a time at most.
#[test]
fn throttled_probes_slow_the_search_down() {
    let mut it = Paced::new(1.0);
    it.sent(Dispatch::of_one(0, 0.0));
    it.answered(0.1, Dispatch::of_one(0, 0.0), &SendReport::new(SendOutcome::Throttled), None);
    let mut now: f64 = 0.1;
    let mut rates = vec![it.rate().unwrap()];
    for id in 1..12 {
        now = it.ready_at(now, 1.0);
        it.sent(Dispatch::of_one(id, now));
        it.answered(
            now + 0.1,
            Dispatch::of_one(id, now),
            &SendReport::new(SendOutcome::Throttled),
            None,
        );
        now += 0.1;
        rates.push(it.rate().unwrap());
    }
    assert!(rates.windows(2).all(|pair| pair[1] >= 0.5 * pair[0]), "{rates:?}");
    assert!(rates[11] < 0.1 * rates[0], "{rates:?}");
}
