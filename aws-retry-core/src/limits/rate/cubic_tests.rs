//! The vectors that all SDKs share, to 1e-9, and the bounds of the rate under any script.

use super::*;
use proptest::prelude::*;

fn near(left: f64, right: f64) {
    assert!((left - right).abs() < 1e-9, "{left} is not {right}");
}

#[test]
fn the_curve() {
    near(time_window(10.0), 1.957_433_820_584_431_7);
    for (at, rate) in [
        (5.0, 7.0),
        (6.0, 9.648_936_009_66),
        (7.0, 10.000_030_849_917_364),
        (8.0, 10.453_284_520_772_092),
        (9.0, 13.408_697_022_224_185),
        (10.0, 21.266_268_354_273_64),
        (11.0, 36.425_998_516_920_465),
    ] {
        near(cubic_success(10.0, at - 5.0), rate);
    }
}

/// The vectors of all SDKs, with throttles in between.
#[test]
fn the_curve_between_throttles() {
    let steps = [
        (false, 5.0, 7.0),
        (false, 6.0, 9.648_936_009_66),
        (true, 7.0, 6.754_255_206_761_999),
        (true, 8.0, 4.727_978_644_733_399),
        (false, 9.0, 4.670_125_557_970_046),
        (false, 10.0, 4.770_870_456_867_401),
        (false, 11.0, 6.011_819_748_005_445),
        (false, 12.0, 10.792_973_431_384_178),
    ];
    let (mut w_max, mut throttled_at, mut rate) = (10.0, 5.0, 0.0);
    for (throttled, at, expected) in steps {
        if throttled {
            rate *= BETA;
            (w_max, throttled_at) = (rate, at);
        } else {
            rate = cubic_success(w_max, at - throttled_at);
        }
        near(rate, expected);
    }
}

/// The vectors of all SDKs for a whole run: throttled, time, measured, fill.
#[test]
fn a_whole_run() {
    let steps = [
        (false, 0.2, 0.0, 0.5),
        (false, 0.4, 0.0, 0.5),
        (false, 0.6, 4.8, 0.5),
        (false, 0.8, 4.8, 0.5),
        (false, 1.0, 4.16, 0.5),
        (false, 1.2, 4.16, 0.6912),
        (false, 1.4, 4.16, 1.0976),
        (false, 1.6, 5.632, 1.6384),
        (false, 1.8, 5.632, 2.3328),
        (true, 2.0, 4.3264, 3.028_48),
        (false, 2.2, 4.3264, 3.486_639_173_470_26),
        (false, 2.4, 4.3264, 3.821_874_416_040_255),
        (false, 2.6, 5.665_28, 4.053_385_727_709_987),
        (false, 2.8, 5.665_28, 4.200_373_108_479_454),
        (false, 3.0, 4.333_056, 4.282_036_558_348_658),
        (true, 3.2, 4.333_056, 2.997_425_590_844_06),
        (false, 3.4, 4.333_056, 3.452_226_394_386_346),
    ];
    let mut it = Cubic::new(1.0);
    it.ready_at(0.0);
    for (throttled, now, measured, fill) in steps {
        it.answered(now, if throttled { SendOutcome::Throttled } else { SendOutcome::Accepted });
        near(it.measured, measured);
        near(it.fill, fill);
    }
}

#[test]
fn a_shortfall_is_waited_for_and_costs_nothing() {
    let mut it = Cubic::new(1.0);
    it.answered(0.0, SendOutcome::Throttled);
    near(it.ready_at(0.1), 2.0);
    near(it.tokens, 0.05);
    near(it.ready_at(2.0), 2.0);
    near(it.ready_at(2.1), 2.1);
    it.sent();
    near(it.tokens, 0.0);
}

#[test]
fn a_shortfall_below_a_nanosecond_is_granted() {
    let mut it = Cubic::new(1.0);
    it.answered(0.0, SendOutcome::Throttled);
    it.ready_at(0.1);
    it.tokens = 1.0 - 1e-12;
    near(it.ready_at(0.1), 0.1);
    it.sent();
    assert!(it.tokens >= 0.0);
}

#[test]
fn no_answer_counts_as_no_throttle() {
    let (mut lost, mut answered) = (Cubic::new(1.0), Cubic::new(1.0));
    for (it, outcome) in [(&mut lost, SendOutcome::Unknown), (&mut answered, SendOutcome::Accepted)]
    {
        it.answered(0.1, SendOutcome::Throttled);
        for step in 1..20 {
            it.answered(f64::from(step) / 5.0, outcome);
        }
        assert!(it.rate() > Some(LOWEST_RATE));
    }
    assert_eq!(lost.rate(), answered.rate());
}

#[test]
fn the_share_is_of_what_was_learned() {
    let (mut whole, mut half) = (Cubic::new(1.0), Cubic::new(0.5));
    for it in [&mut whole, &mut half] {
        it.ready_at(0.0);
    }
    for step in 1..=20 {
        let now = f64::from(step) / 10.0;
        whole.answered(now, SendOutcome::Accepted);
        whole.answered(now, SendOutcome::Accepted);
        half.answered(now, SendOutcome::Accepted);
    }
    whole.answered(2.1, SendOutcome::Throttled);
    half.answered(2.1, SendOutcome::Throttled);
    let (whole, half) = (whole.rate().unwrap_or(0.0), half.rate().unwrap_or(0.0));
    assert!((half / whole - 0.5).abs() < 0.05, "{half} of {whole}");
}

/// Four per second are learned, of which half are used.
#[test]
fn waits_and_promises_follow_the_share() {
    let mut it = Cubic { fill: 4.0, capacity: 10.0, enabled: true, ..Cubic::new(0.5) };
    (it.measured_until, it.refilled_at) = (Some(0.0), Some(10.0));
    near(it.ready_at(10.0), 10.5);
    near(it.ready_at(10.25), 10.5);
    near(it.ready_at(10.5), 10.5);
    it.sent();
    near(it.ready_at(10.5), 11.0);
    assert_eq!(it.rate(), Some(2.0));
    near(it.optimistic_rate(), 4.0);
    it.share = 1.0;
    near(it.optimistic_rate(), 8.0);
}

proptest! {
    /// Whatever happens, and however long nothing happens: the rate stays within its bounds, the tokens stay
    /// between zero and the capacity, every wait ends, and nothing is NaN.
    #[test]
    fn the_rate_stays_within_its_bounds(
        share in 0.01..=1.0,
        began in 0.0..2e9,
        steps in proptest::collection::vec((0..3_u8, prop_oneof![0.0..0.3, 0.0..1e6, Just(0.0)]), 1..200),
    ) {
        let mut it = Cubic::new(share);
        let mut now: f64 = began;
        for (step, after) in steps {
            now += after;
            if step == 0 {
                it.answered(now, SendOutcome::Throttled);
            } else {
                let ready = it.ready_at(now);
                prop_assert!(ready >= now && ready - now <= 1.0 / (LOWEST_RATE * share) + 1e-6, "{it:?}");
                now = ready;
                // Told to wait so long, it may go.
                let again = it.ready_at(now);
                prop_assert!(again - now <= 1e-6, "{again} after {now}: {it:?}");
                it.sent();
                if step == 1 {
                    it.answered(now, SendOutcome::Accepted);
                }
            }
            prop_assert!(it.measured >= 0.0 && it.measured.is_finite(), "{it:?}");
            prop_assert!(it.tokens >= 0.0 && it.tokens <= it.capacity, "{it:?}");
            if let Some(rate) = it.rate() {
                let most = LOWEST_RATE.max(2.0 * it.measured);
                prop_assert!(rate >= LOWEST_RATE * share && it.fill <= most, "{it:?}");
            }
        }
    }
}
