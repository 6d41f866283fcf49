//! The scenarios of the scoreboard, and what paced mode promises in each.

use std::process::ExitCode;

use crate::{figures::Figures, policy::Policy, rows, server::Counts, world::Scenario};

/// A line of the scoreboard.
pub struct Line {
    pub name: &'static str,
    pub scenario: Scenario,
    pub bounds: Bounds,
}

/// What a run of paced mode must keep within.
#[derive(Clone, Copy)]
pub struct Bounds {
    /// At least this share of the oracle's speed.
    pub share: f64,
    /// At most so many throttled beyond the first burst, per cent of the calls.
    pub avoidable: f64,
    pub slowest: f64,
    pub attempts: f64,
    pub learned: f64,
    pub relearned: f64,
    pub jain_workers: f64,
    pub jain_processes: f64,
}

const NONE: Bounds = Bounds {
    share: 0.0,
    avoidable: 1000.0,
    slowest: 1000.0,
    attempts: 10.0,
    learned: f64::INFINITY,
    relearned: f64::INFINITY,
    jain_workers: 0.0,
    jain_processes: 0.0,
};
const ONE: Bounds = Bounds {
    share: 0.995,
    avoidable: 1.5,
    slowest: 1.05,
    attempts: 5.0,
    learned: 0.7,
    jain_workers: 0.998,
    ..NONE
};
const FEW: Bounds = Bounds { share: 0.985, avoidable: 6.5, jain_processes: 0.93, ..NONE };
const WINDOW: Bounds = Bounds { share: 0.91, ..NONE };

const BASE: Scenario = Scenario {
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
    seed: 1,
};

const fn bucket(rate: f64, burst: f64, calls: u64, workers: u64) -> Scenario {
    Scenario { rate, burst, calls, workers, ..BASE }
}

/// The scenarios of the reference.
pub fn lines() -> Vec<Line> {
    let line = |name, scenario, bounds| Line { name, scenario, bounds };
    vec![
        line("R 20, B 100, C 100", bucket(20.0, 100.0, 2000, 100), ONE),
        line(
            "R 50, B 100, C 200",
            bucket(50.0, 100.0, 5000, 200),
            Bounds { avoidable: 0.8, ..ONE },
        ),
        line("R 5, B 10, C 50", bucket(5.0, 10.0, 2000, 50), Bounds { avoidable: 3.5, ..ONE }),
        line("R 5, B 5, C 50", bucket(5.0, 5.0, 2000, 50), Bounds { avoidable: 3.5, ..ONE }),
        line(
            "R 20, B 100, C 1000",
            bucket(20.0, 100.0, 2000, 1000),
            Bounds { slowest: 1000.0, jain_workers: 0.0, ..ONE },
        ),
        line(
            "R 1000, B 2000, C 500",
            bucket(1000.0, 2000.0, 100_000, 500),
            Bounds { avoidable: 0.4, slowest: 1.25, learned: 2.6, ..ONE },
        ),
        line("R 0.5, B 5, C 20", bucket(0.5, 5.0, 200, 20), Bounds { share: 0.93, ..NONE }),
        line(
            "R 50, B 100, C 300, L 2 s",
            Scenario { latency: 2.0, ..bucket(50.0, 100.0, 5000, 300) },
            Bounds { share: 0.98, ..NONE },
        ),
        line(
            "R 20, B 100, C 100, L 0.5 s",
            Scenario { latency: 0.5, ..bucket(20.0, 100.0, 2000, 100) },
            Bounds { slowest: 1.13, ..ONE },
        ),
        line(
            "R 200, then 400",
            Scenario { change: Some((60.0, 400.0)), ..bucket(200.0, 400.0, 40_000, 400) },
            Bounds { share: 0.9, avoidable: 1.5, relearned: 7.0, ..NONE },
        ),
        line(
            "R 40, then 20",
            Scenario { change: Some((50.0, 20.0)), ..bucket(40.0, 80.0, 4000, 200) },
            Bounds { share: 0.985, avoidable: 3.0, relearned: 1.1, ..NONE },
        ),
        line("2 processes, R 20", Scenario { processes: 2, ..bucket(20.0, 100.0, 4000, 100) }, FEW),
        line("5 processes, R 20", Scenario { processes: 5, ..bucket(20.0, 100.0, 4000, 100) }, FEW),
        line(
            "20 processes, R 50",
            Scenario { processes: 20, ..bucket(50.0, 100.0, 10_000, 400) },
            Bounds { share: 0.93, ..NONE },
        ),
        line(
            "20 processes, R 200",
            Scenario { processes: 20, ..bucket(200.0, 400.0, 40_000, 800) },
            Bounds { share: 0.985, ..NONE },
        ),
        line(
            "fixed windows, R 20",
            Scenario { counts: Counts::FixedWindow, ..bucket(20.0, 20.0, 2000, 100) },
            WINDOW,
        ),
        line(
            "sliding windows, R 20",
            Scenario { counts: Counts::SlidingWindow, ..bucket(20.0, 20.0, 2000, 100) },
            WINDOW,
        ),
        line(
            "fixed windows, R 100",
            Scenario { counts: Counts::FixedWindow, ..bucket(100.0, 100.0, 10_000, 200) },
            WINDOW,
        ),
        line(
            "sliding windows, R 100",
            Scenario { counts: Counts::SlidingWindow, ..bucket(100.0, 100.0, 10_000, 200) },
            WINDOW,
        ),
        line(
            "5 % 503s, R 20",
            Scenario { error_rate: 0.05, ..bucket(20.0, 100.0, 2000, 100) },
            Bounds { share: 0.98, avoidable: 1.5, ..NONE },
        ),
        line(
            "on and off, R 20",
            Scenario { idle_every: Some(15.0), ..bucket(20.0, 100.0, 2000, 100) },
            Bounds { avoidable: 6.0, share: 0.9, ..NONE },
        ),
    ]
}

/// The same on ground that was not tuned on.
pub fn held_out() -> Vec<Line> {
    let line = |name, scenario, bounds| Line { name, scenario, bounds };
    vec![
        line("R 10, B 30, C 60", bucket(10.0, 30.0, 2000, 60), Bounds { avoidable: 3.0, ..ONE }),
        line("R 35, B 500, C 150", bucket(35.0, 500.0, 5000, 150), ONE),
        line(
            "R 80, B 5, C 100, L 0.02 s",
            Scenario { latency: 0.02, ..bucket(80.0, 5.0, 8000, 100) },
            Bounds { avoidable: 0.8, ..ONE },
        ),
        line(
            "R 300, B 50, C 300",
            bucket(300.0, 50.0, 30_000, 300),
            Bounds { avoidable: 0.8, ..ONE },
        ),
        line(
            "R 20, B 5, C 40, L 0.3 s",
            Scenario { latency: 0.3, ..bucket(20.0, 5.0, 2000, 40) },
            Bounds { share: 0.97, avoidable: 2.0, slowest: 2.0, learned: 5.0, ..ONE },
        ),
        line(
            "R 100, B 1000, C 60",
            bucket(100.0, 1000.0, 20_000, 60),
            Bounds { avoidable: 0.8, ..ONE },
        ),
        line("R 2, B 10, C 30", bucket(2.0, 10.0, 500, 30), Bounds { share: 0.98, ..NONE }),
        line("R 0.2, B 3, C 10", bucket(0.2, 3.0, 60, 10), Bounds { share: 0.93, ..NONE }),
        line(
            "R 30, B 60, C 200, L 4 s",
            Scenario { latency: 4.0, ..bucket(30.0, 60.0, 3000, 200) },
            Bounds { share: 0.95, ..NONE },
        ),
        line(
            "R 100, then 25",
            Scenario { change: Some((30.0, 25.0)), ..bucket(100.0, 100.0, 5000, 200) },
            Bounds { share: 0.97, relearned: 2.0, ..NONE },
        ),
        line(
            "R 10, then 60",
            Scenario { change: Some((60.0, 60.0)), ..bucket(10.0, 50.0, 4000, 200) },
            Bounds { share: 0.85, relearned: 20.0, ..NONE },
        ),
        line("3 processes, R 40", Scenario { processes: 3, ..bucket(40.0, 40.0, 8000, 150) }, FEW),
        line(
            "10 processes, R 100",
            Scenario { processes: 10, ..bucket(100.0, 300.0, 20_000, 400) },
            FEW,
        ),
        line(
            "fixed windows, R 10",
            Scenario { counts: Counts::FixedWindow, ..bucket(10.0, 10.0, 1000, 40) },
            WINDOW,
        ),
        line(
            "sliding windows, R 40",
            Scenario { counts: Counts::SlidingWindow, ..bucket(40.0, 40.0, 4000, 100) },
            WINDOW,
        ),
        line(
            "10 % 503s, R 50",
            Scenario { error_rate: 0.1, ..bucket(50.0, 100.0, 5000, 200) },
            Bounds { share: 0.98, avoidable: 1.5, ..NONE },
        ),
        line(
            "on and off, R 50",
            Scenario { idle_every: Some(8.0), ..bucket(50.0, 200.0, 5000, 200) },
            Bounds { avoidable: 6.0, share: 0.9, ..NONE },
        ),
    ]
}

impl Bounds {
    /// For few seeds.
    const fn with_slack(self) -> Self {
        Self {
            share: self.share - 0.02,
            avoidable: 1.5 * self.avoidable,
            slowest: 1.2 * self.slowest,
            attempts: self.attempts + 2.0,
            learned: 2.0 * self.learned + 1.0,
            relearned: 1.5 * self.relearned + 1.0,
            jain_workers: self.jain_workers - 0.005,
            jain_processes: self.jain_processes - 0.08,
        }
    }

    /// Which figures miss. NaN is what the scenario does not have.
    pub fn missed(&self, it: &Figures, share: f64) -> Vec<String> {
        let mut missed = Vec::new();
        let mut check = |name: &str, value: f64, ok: bool| {
            if !ok && !value.is_nan() {
                missed.push(format!("{name} {value:.3}"));
            }
        };
        check("failed", it.failed, it.failed == 0.0);
        check("share", share, share >= self.share);
        check("avoidable", it.avoidable, it.avoidable <= self.avoidable);
        check("slowest", it.slowest, it.slowest <= self.slowest);
        check("attempts", it.attempts, it.attempts <= self.attempts);
        check("learned", it.learned, it.learned <= self.learned);
        check("relearned", it.relearned, it.relearned <= self.relearned);
        check("jain workers", it.jain_workers, it.jain_workers >= self.jain_workers);
        check("jain processes", it.jain_processes, it.jain_processes >= self.jain_processes);
        missed
    }
}

/// The regression check: paced mode, a few seeds, every bound with slack.
pub fn check(seed: u64) -> ExitCode {
    let mut good = true;
    for line in lines().into_iter().chain(held_out()).filter(|it| it.scenario.calls <= 10_000) {
        let scenario = Scenario { seed, ..line.scenario };
        for row in rows(line.name, &[Policy::Paced], &scenario, 3) {
            let missed = line.bounds.with_slack().missed(&row.figures, row.share);
            good &= missed.is_empty();
            println!(
                "{}: {}",
                line.name,
                if missed.is_empty() { "ok".into() } else { missed.join(", ") }
            );
        }
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
