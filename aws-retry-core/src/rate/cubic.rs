//! The client-side send rate of AWS's adaptive mode, to the letter.

use super::Outcome;

const BETA: f64 = 0.7;
const SCALE: f64 = 0.4;
const SMOOTH: f64 = 0.8;
const LOWEST_RATE: f64 = 0.5;
const LOWEST_CAPACITY: f64 = 1.0;
/// The rate is measured in buckets of half a second.
const BUCKETS_PER_SECOND: f64 = 2.0;
/// A wait too short to sleep is granted: a sleep of nothing would never end the shortfall.
const ONE_NANOSECOND: f64 = 1e-9;

/// Off until the first throttle. From then on a token bucket whose rate falls to 0.7 of itself on
/// a throttle and climbs back along a cubic curve. Times are seconds.
#[derive(Debug)]
pub(super) struct Cubic {
    /// The part of the learned rate that is used.
    share: f64,
    enabled: bool,
    /// Responses a second, smoothed, and what measures them.
    measured: f64,
    measured_until: Option<f64>,
    responses: u32,
    /// The rate at the last throttle, and when that was.
    w_max: f64,
    throttled_at: f64,
    /// The token bucket.
    fill: f64,
    capacity: f64,
    tokens: f64,
    refilled_at: Option<f64>,
}

impl Cubic {
    pub(super) fn new(share: f64) -> Self {
        Self {
            share,
            enabled: false,
            measured: 0.0,
            measured_until: None,
            responses: 0,
            w_max: 0.0,
            throttled_at: 0.0,
            fill: 0.0,
            capacity: 0.0,
            tokens: 0.0,
            refilled_at: None,
        }
    }

    pub(super) fn ready_at(&mut self, now: f64) -> f64 {
        self.start(now);
        if !self.enabled {
            return now;
        }
        self.refill(now);
        let wait = (1.0 - self.tokens) / (self.fill * self.share);
        if wait < ONE_NANOSECOND { now } else { now + wait }
    }

    pub(super) fn sent(&mut self) {
        if self.enabled {
            self.tokens = (self.tokens - 1.0).max(0.0);
        }
    }

    pub(super) fn answered(&mut self, now: f64, outcome: Outcome) {
        self.start(now);
        self.measure(now);
        // Whatever is no throttle counts the same, a connection that was lost included.
        let calculated = if outcome == Outcome::Throttled {
            let rate = if self.enabled { self.measured.min(self.fill) } else { self.measured };
            self.w_max = rate;
            self.throttled_at = now;
            self.enabled = true;
            BETA * rate
        } else {
            cubic_success(self.w_max, now - self.throttled_at)
        };
        let rate = calculated.min(2.0 * self.measured);
        self.refill(now);
        self.fill = rate.max(LOWEST_RATE);
        self.capacity = rate.max(LOWEST_CAPACITY);
        self.tokens = self.tokens.min(self.capacity);
    }

    pub(super) fn rate(&self) -> Option<f64> {
        self.enabled.then_some(self.fill * self.share)
    }

    /// The rate may double within a measuring bucket.
    pub(super) fn hope(&self) -> f64 {
        2.0 * self.fill * self.share
    }

    /// The measuring begins with the whole second in which the clock is first seen, the curve then.
    fn start(&mut self, now: f64) {
        if self.measured_until.is_none() {
            self.measured_until = Some(now.floor());
            self.throttled_at = now;
        }
    }

    /// What `share` leaves unused counts as measured: it is a part of the learned rate.
    fn measure(&mut self, now: f64) {
        let until = (now * BUCKETS_PER_SECOND).floor() / BUCKETS_PER_SECOND;
        let last = self.measured_until.unwrap_or(until);
        self.responses = self.responses.saturating_add(1);
        if until > last {
            let rate = f64::from(self.responses) / (until - last) / self.share;
            self.measured = SMOOTH * rate + (1.0 - SMOOTH) * self.measured;
            self.responses = 0;
            self.measured_until = Some(until);
        }
    }

    fn refill(&mut self, now: f64) {
        if let Some(before) = self.refilled_at {
            let added = (now - before) * self.fill * self.share;
            self.tokens = (self.tokens + added).min(self.capacity);
        }
        self.refilled_at = Some(now);
    }
}

/// Seconds until the curve is back at `w_max`.
fn time_window(w_max: f64) -> f64 {
    (w_max * (1.0 - BETA) / SCALE).cbrt()
}

/// The rate `since` seconds after the throttle at `w_max`.
fn cubic_success(w_max: f64, since: f64) -> f64 {
    SCALE * (since - time_window(w_max)).powi(3) + w_max
}

#[cfg(test)]
mod tests {
    use super::*;

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
            it.answered(now, if throttled { Outcome::Throttled } else { Outcome::Accepted });
            near(it.measured, measured);
            near(it.fill, fill);
        }
    }

    #[test]
    fn a_shortfall_is_waited_for_and_costs_nothing() {
        let mut it = Cubic::new(1.0);
        it.answered(0.0, Outcome::Throttled);
        near(it.ready_at(0.1), 2.0);
        near(it.tokens, 0.05);
        near(it.ready_at(2.0), 2.0);
        it.sent();
        near(it.tokens, 0.0);
    }

    #[test]
    fn a_shortfall_below_a_nanosecond_is_granted() {
        let mut it = Cubic::new(1.0);
        it.answered(0.0, Outcome::Throttled);
        it.ready_at(0.1);
        it.tokens = 1.0 - 1e-12;
        near(it.ready_at(0.1), 0.1);
        it.sent();
        assert!(it.tokens >= 0.0);
    }

    #[test]
    fn no_answer_counts_as_no_throttle() {
        let (mut lost, mut answered) = (Cubic::new(1.0), Cubic::new(1.0));
        for (it, outcome) in [(&mut lost, Outcome::Unknown), (&mut answered, Outcome::Accepted)] {
            it.answered(0.1, Outcome::Throttled);
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
            whole.answered(now, Outcome::Accepted);
            whole.answered(now, Outcome::Accepted);
            half.answered(now, Outcome::Accepted);
        }
        whole.answered(2.1, Outcome::Throttled);
        half.answered(2.1, Outcome::Throttled);
        let (whole, half) = (whole.rate().unwrap_or(0.0), half.rate().unwrap_or(0.0));
        assert!((half / whole - 0.5).abs() < 0.05, "{half} of {whole}");
    }
}
