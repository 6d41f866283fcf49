//! Paced mode under any script of answers: no panic, no number that is none, a turn that comes.

use proptest::prelude::*;

use super::{Outcome, Send, paced::Paced};

/// How an answer comes: after the round trip; or before it another send goes out.
#[derive(Clone, Debug)]
struct Step {
    outcome: Option<Outcome>,
    round_trip: f64,
    overtaken: bool,
    /// Nobody calls for so long.
    pause: f64,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let outcome = proptest::sample::select(vec![
        // What a bucket would say.
        None,
        None,
        None,
        Some(Outcome::Throttled),
        Some(Outcome::Accepted),
        Some(Outcome::Unknown),
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
        let mut late: Option<(Send, Outcome)> = None;
        for (id, step) in (0_u64..).zip(steps) {
            now += step.pause;
            let ready = it.ready_at(now);
            prop_assert!(ready >= now && ready.is_finite(), "{it:?}");
            now = ready;
            it.sent(now, id);
            let send = Send { id, at: now };
            tokens = burst.min(tokens + quota * (now - filled));
            filled = now;
            let throttled = tokens < 1.0;
            tokens -= if throttled { 0.0 } else { 1.0 };
            let said = if throttled { Outcome::Throttled } else { Outcome::Accepted };
            let outcome = step.outcome.filter(|_| !instant).unwrap_or(said);
            now += if instant { 0.0 } else { step.round_trip };
            if step.overtaken && late.is_none() {
                late = Some((send, outcome));
                continue;
            }
            it.answered(now, send, outcome, 1);
            if let Some((send, outcome)) = late.take() {
                it.answered(now, send, outcome, 1);
            }
            if let Some(rate) = it.rate() {
                prop_assert!((1e-3..=1e9).contains(&rate), "{rate} {it:?}");
            }
            prop_assert!(it.quota().is_none_or(|quota| quota > 0.0 && quota.is_finite()), "{it:?}");
        }
    }
}

/// The head of the line has its turn and does not take it, until the lease passes on.
#[test]
fn a_rate_that_nobody_sends_at_is_not_doubled() {
    let mut it = Paced::new(1.0);
    it.sent(0.0, 0);
    it.answered(0.0, Send { id: 0, at: 0.0 }, Outcome::Throttled, 1);
    let first = it.rate().unwrap();
    it.ready_at(0.0001);
    it.ready_at(0.9);
    assert!(it.rate().unwrap() <= 2.0 * first, "{first}, then {it:?}");
}
