//! The scenarios of the scoreboard.

use std::ops::Range;

use clap::ValueEnum;

use crate::{
    cost::{Believed, Costs},
    members::{Members, StoreFacts},
    server::Counts,
    trouble::{Kind, Trouble},
    world::Scenario,
};

/// A set of scenarios, by its role while the controller was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Set {
    /// Scenarios for which figures of other controllers are known.
    Reference,
    /// More scenarios that the controller was tuned on.
    Tuned,
    /// Drawn at random, and run for the first time when the controller was finished.
    HeldOut,
    /// One bad call, a shut door, an outage: with bounds of their own.
    Irregular,
    /// Many processes: one process, uncoordinated, as a fleet, and the oracle, side by side.
    Fleet,
    /// Costs, and quotas that are known in advance: with bounds of their own.
    Units,
}

impl Set {
    pub const fn title(self) -> &'static str {
        match self {
            Self::Reference => "Reference scenarios",
            Self::Tuned => "More scenarios that were tuned on",
            Self::Irregular => "Irregular conditions",
            Self::Fleet => "Fleets",
            Self::Units => "Units and known quotas",
            Self::HeldOut => "Held out: drawn at random, run when the controller was finished",
        }
    }

    /// The scenarios, by name.
    pub fn scenarios(self) -> Vec<(String, Scenario)> {
        let named = |list: Vec<(&str, Scenario)>| {
            list.into_iter().map(|(name, it)| (name.to_owned(), it)).collect()
        };
        match self {
            Self::Reference => named(reference()),
            Self::Tuned => named(tuned()),
            Self::HeldOut => held_out(),
            Self::Irregular | Self::Fleet | Self::Units => Vec::new(),
        }
    }
}

pub const BASE: Scenario = Scenario {
    counts: Counts::Bucket,
    rate: 20.0,
    burst: 100.0,
    calls: 2000,
    workers: 100,
    latency: 0.1,
    error_rate: 0.0,
    change: None,
    processes: 1,
    idle_every: None,
    share: 1.0,
    max_rate: f64::INFINITY,
    window: 1.0,
    trouble: Trouble::new(Kind::None, 0.0, 0.0),
    members: Members::ALIKE,
    store: StoreFacts::GOOD,
    joint_oracle: false,
    costs: Costs::One,
    believed: Believed::Nothing,
    until: f64::INFINITY,
    seed: 1,
};

pub const fn bucket(rate: f64, burst: f64, calls: u64, workers: u64) -> Scenario {
    Scenario { rate, burst, calls, workers, ..BASE }
}

pub const fn fixed(rate: f64, calls: u64, workers: u64) -> Scenario {
    Scenario { counts: Counts::FixedWindow, ..bucket(rate, rate, calls, workers) }
}

pub const fn sliding(rate: f64, calls: u64, workers: u64) -> Scenario {
    Scenario { counts: Counts::SlidingWindow, ..bucket(rate, rate, calls, workers) }
}

pub const fn shared(processes: u64, scenario: Scenario) -> Scenario {
    Scenario { processes, ..scenario }
}

pub const fn changing(at: f64, to: f64, scenario: Scenario) -> Scenario {
    Scenario { change: Some((at, to)), ..scenario }
}

pub const fn slow(latency: f64, scenario: Scenario) -> Scenario {
    Scenario { latency, ..scenario }
}

fn reference() -> Vec<(&'static str, Scenario)> {
    vec![
        ("R 20, B 100, C 100", bucket(20.0, 100.0, 2000, 100)),
        ("R 50, B 100, C 200", bucket(50.0, 100.0, 5000, 200)),
        ("R 5, B 10, C 50", bucket(5.0, 10.0, 2000, 50)),
        ("R 5, B 5, C 50", bucket(5.0, 5.0, 2000, 50)),
        ("R 20, B 100, C 1000", bucket(20.0, 100.0, 2000, 1000)),
        ("R 1000, B 2000, C 500", bucket(1000.0, 2000.0, 100_000, 500)),
        ("R 0.5, B 5, C 20", bucket(0.5, 5.0, 200, 20)),
        ("R 50, B 100, C 300, L 2 s", slow(2.0, bucket(50.0, 100.0, 5000, 300))),
        ("R 20, B 100, C 100, L 0.5 s", slow(0.5, bucket(20.0, 100.0, 2000, 100))),
        ("R 200, then 400", changing(60.0, 400.0, bucket(200.0, 400.0, 40_000, 400))),
        ("R 40, then 20", changing(50.0, 20.0, bucket(40.0, 80.0, 4000, 200))),
        ("2 processes, R 20", shared(2, bucket(20.0, 100.0, 4000, 100))),
        ("5 processes, R 20", shared(5, bucket(20.0, 100.0, 4000, 100))),
        ("20 processes, R 50", shared(20, bucket(50.0, 100.0, 10_000, 400))),
        ("20 processes, R 200", shared(20, bucket(200.0, 400.0, 40_000, 800))),
        ("fixed windows, R 20", fixed(20.0, 2000, 100)),
        ("sliding windows, R 20", sliding(20.0, 2000, 100)),
        ("fixed windows, R 100", fixed(100.0, 10_000, 200)),
        ("sliding windows, R 100", sliding(100.0, 10_000, 200)),
        ("5 % 503s, R 20", Scenario { error_rate: 0.05, ..bucket(20.0, 100.0, 2000, 100) }),
        ("on and off, R 20", Scenario { idle_every: Some(15.0), ..bucket(20.0, 100.0, 2000, 100) }),
    ]
}

fn tuned() -> Vec<(&'static str, Scenario)> {
    vec![
        ("R 10, B 30, C 60", bucket(10.0, 30.0, 2000, 60)),
        ("R 35, B 500, C 150", bucket(35.0, 500.0, 5000, 150)),
        ("R 80, B 5, C 100, L 0.02 s", slow(0.02, bucket(80.0, 5.0, 8000, 100))),
        ("R 300, B 50, C 300", bucket(300.0, 50.0, 30_000, 300)),
        ("R 20, B 5, C 40, L 0.3 s", slow(0.3, bucket(20.0, 5.0, 2000, 40))),
        ("R 100, B 1000, C 60", bucket(100.0, 1000.0, 20_000, 60)),
        ("R 2, B 10, C 30", bucket(2.0, 10.0, 500, 30)),
        ("R 0.2, B 3, C 10", bucket(0.2, 3.0, 60, 10)),
        ("R 30, B 60, C 200, L 4 s", slow(4.0, bucket(30.0, 60.0, 3000, 200))),
        ("R 100, then 25", changing(30.0, 25.0, bucket(100.0, 100.0, 5000, 200))),
        ("R 10, then 60", changing(60.0, 60.0, bucket(10.0, 50.0, 4000, 200))),
        ("3 processes, R 40", shared(3, bucket(40.0, 40.0, 8000, 150))),
        ("10 processes, R 100", shared(10, bucket(100.0, 300.0, 20_000, 400))),
        ("fixed windows, R 10", fixed(10.0, 1000, 40)),
        ("fixed windows, R 300", fixed(300.0, 18_000, 600)),
        ("sliding windows, R 40", sliding(40.0, 4000, 100)),
        ("10 % 503s, R 50", Scenario { error_rate: 0.1, ..bucket(50.0, 100.0, 5000, 200) }),
        ("on and off, R 50", Scenario { idle_every: Some(8.0), ..bucket(50.0, 200.0, 5000, 200) }),
    ]
}

/// The seed that the held-out scenarios were drawn with.
const DRAWN_WITH: u64 = 8_260_731;

/// Twenty scenarios, log-uniform: R from 5 to 1000, B from R / 3 (at least 5) to 10 R, L from 20 to 500 ms,
/// workers for 2 to 8 s of the quota, calls for 100 s. Some have one peculiarity each: a quota below 5,
/// seconds of latency, a change, processes, windows, 503s, pauses.
fn held_out() -> Vec<(String, Scenario)> {
    let mut random = fastrand::Rng::with_seed(DRAWN_WITH);
    (0..20)
        .map(|index| {
            let mut draw = |range: Range<f64>| {
                let (low, high) = (range.start.ln(), range.end.ln());
                two_digits((low + (high - low) * random.f64()).exp())
            };
            let rate = match index {
                8 | 9 => draw(0.3..4.5),
                // With many processes, long jobs tell nothing more.
                10.. => draw(5.0..200.0),
                _ => draw(5.0..1000.0),
            };
            let burst = draw((rate / 3.0).max(5.0)..10.0 * rate.max(2.0)).round();
            let latency = draw(if index == 10 { 1.0..4.0 } else { 0.02..0.5 });
            let workers = (rate * draw(2.0..8.0)).max(4.0 * rate * latency).clamp(20.0, 1000.0);
            let plain = bucket(rate, burst, whole(burst + 100.0 * rate), whole(workers));
            let (plain, windows) = (
                slow(latency, plain),
                slow(latency, fixed(rate.round(), whole(100.0 * rate), whole(workers))),
            );
            let (name, scenario) = match index {
                11 => (", halved", changing(40.0, rate / 2.0, plain)),
                12 => (", doubled", changing(40.0, rate * 2.0, plain)),
                13..=15 => (", 2 to 5 processes", shared(whole(draw(2.0..5.0)), plain)),
                16 => (", 6 to 20 processes", shared(whole(draw(6.0..20.0)), plain)),
                17 => (", fixed windows", windows),
                18 => (", 503s", Scenario { error_rate: draw(0.01..0.1), ..plain }),
                19 => (", on and off", Scenario { idle_every: Some(draw(5.0..30.0)), ..plain }),
                _ => ("", plain),
            };
            (describe(&scenario, name), scenario)
        })
        .collect()
}

fn describe(it: &Scenario, more: &str) -> String {
    let more = match (it.processes, it.error_rate, it.idle_every) {
        (2.., ..) => format!(", {} processes", it.processes),
        (_, part, _) if part > 0.0 => format!(", {:.1} % 503s", 100.0 * part),
        (_, _, Some(seconds)) => format!("{more} every {seconds} s"),
        _ => more.to_owned(),
    };
    format!("R {}, B {}, C {}, L {} s{more}", it.rate, it.burst, it.workers, it.latency)
}

/// Two significant digits, as the scenario's name prints them.
fn two_digits(number: f64) -> f64 {
    format!("{number:.1e}").parse().unwrap_or(number)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and positive")]
fn whole(number: f64) -> u64 {
    number.round() as u64
}
