//! Irregular conditions: scenarios that end at a time instead of after a number of calls, and their bounds.

use std::process::ExitCode;

use crate::{
    args::Args,
    policy::Policy,
    run::once,
    scenarios::bucket,
    server::Counts,
    trouble::{Kind, Trouble},
    world::{Log, Reply, Scenario},
};

/// Seconds before the trouble in which the normal rate is measured, and seconds of a check after it.
const BEFORE: f64 = 15.0;
const LOOK: f64 = 2.0;

/// A scenario, and the bounds that paced mode keeps in it.
pub struct Irregular {
    name: String,
    scenario: Scenario,
    /// The second from which on the answers are counted, and the number that is possible per second.
    from: f64,
    possible: f64,
    bounds: Bounds,
    /// Short enough for the regression check.
    short: bool,
}

/// Figures, or their bounds; NaN if there is none.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    /// The part of the possible answers.
    answers: f64,
    /// Calls lost, of those that the service could have served.
    lost: f64,
    /// Seconds from the end of the trouble until three quarters of the normal rate.
    back: f64,
    /// Seconds without a request during the trouble.
    gap: f64,
    /// Requests during the trouble, divided by the normal rate.
    load: f64,
    /// Requests in the fullest second.
    peak: f64,
}

const NONE: Bounds = Bounds {
    answers: f64::NAN,
    lost: f64::NAN,
    back: f64::NAN,
    gap: f64::NAN,
    load: f64::NAN,
    peak: f64::NAN,
};

const FIGURES: [&str; 6] =
    ["answers", "lost", "back after, s", "longest gap, s", "load", "peak per s"];

impl Bounds {
    const fn list(&self) -> [f64; 6] {
        [self.answers, self.lost, self.back, self.gap, self.load, self.peak]
    }

    fn of(log: &Log, it: &Irregular) -> Self {
        let Scenario { trouble, until, .. } = it.scenario;
        let mut sent: Vec<f64> = log.requests.iter().map(|it| it.0).collect();
        sent.sort_by(f64::total_cmp);
        let mut done: Vec<f64> =
            log.requests.iter().filter(|it| it.1 == Reply::Done).map(|it| it.0).collect();
        done.sort_by(f64::total_cmp);
        let within = |times: &[f64], from: f64, to: f64| {
            count(times.partition_point(|it| *it < to) - times.partition_point(|it| *it < from))
        };
        let ends = trouble.ends_at();
        let passes = trouble.kind != Kind::None && ends < until;
        let normal = within(&done, trouble.from - BEFORE, trouble.from) / BEFORE;
        let starts = (0..).map(|tenth| ends + 0.1 * f64::from(tenth));
        let back = starts
            .take_while(|at| at + LOOK <= until)
            .find(|at| within(&done, *at, at + LOOK) >= 0.75 * LOOK * normal)
            .map_or(f64::INFINITY, |at| at - ends);
        let during = sent.iter().copied().filter(|it| trouble.lasts(*it));
        let edges: Vec<f64> = std::iter::once(trouble.from).chain(during).chain([ends]).collect();
        let gap = edges.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
        let from = if it.scenario.processes > 1 { 1.0 } else { it.from };
        let window = if it.scenario.processes > 1 { 0.01 } else { 1.0 };
        let starts = sent.iter().filter(|at| **at >= from);
        let peak = starts.map(|at| within(&sent, *at, at + window)).fold(0.0, f64::max);
        let lost = count(log.calls.iter().filter(|it| it.failed && !it.poisoned).count());
        let when = |known: bool, value: f64| if known { value } else { f64::NAN };
        let stops =
            matches!(trouble.kind, Kind::Shut(_) | Kind::Faults | Kind::Lost | Kind::Taken(_));
        Self {
            answers: within(&done, it.from, until) / (it.possible * (until - it.from)),
            lost,
            back: when(passes && stops && trouble.from >= BEFORE, back),
            gap: when(matches!(trouble.kind, Kind::Shut(_)), gap),
            load: when(
                stops && passes && normal > 0.0,
                count(edges.len() - 2) / (normal * trouble.seconds),
            ),
            peak,
        }
    }

    /// The worst of each figure.
    fn worst(runs: &[Self]) -> Self {
        let of = |figure: usize, worse: fn(f64, f64) -> f64| {
            runs.iter().map(|it| it.list()[figure]).fold(f64::NAN, worse)
        };
        Self {
            answers: of(0, f64::min),
            lost: of(1, f64::max),
            back: of(2, f64::max),
            gap: of(3, f64::max),
            load: of(4, f64::max),
            peak: of(5, f64::max),
        }
    }

    /// Which figures break these bounds.
    fn broken(&self, figures: &Self) -> Vec<String> {
        let pairs = self.list().into_iter().zip(figures.list()).enumerate();
        pairs
            .filter(
                |(index, (bound, figure))| {
                    if *index == 0 { figure < bound } else { figure > bound }
                },
            )
            .map(|(index, (bound, figure))| {
                let sign = if index == 0 { '<' } else { '>' };
                format!("{} {figure:.2} {sign} {bound}", FIGURES[index])
            })
            .collect()
    }
}

/// The scenarios.
pub fn all() -> Vec<Irregular> {
    let hundred = bucket(100.0, 100.0, u64::MAX, 50);
    let unlimited = Scenario { workers: 100, ..bucket(1e9, 1e9, u64::MAX, 100) };
    let poison = |name: &str, kind, seconds, scenario: &Scenario, possible, answers, lost| {
        let trouble = Trouble::new(kind, 30.0, seconds);
        let scenario = Scenario { trouble, until: 120.0, ..scenario.clone() };
        let bounds = Bounds { answers, lost, ..NONE };
        Irregular { name: name.into(), scenario, from: 30.0, possible, bounds, short: true }
    };
    let ever = f64::INFINITY;
    let mut list = vec![
        poison("one poisoned call, R 100", Kind::OneCall, ever, &hundred, 100.0, 0.9, 0.0),
        poison("1 in 100 poisoned, R 100", Kind::OneIn(100), ever, &hundred, 100.0, 0.9, 0.0),
        poison("1 in 20 poisoned, R 100", Kind::OneIn(20), ever, &hundred, 100.0, 0.66, 0.0),
        poison(
            "1 in 1,000 poisoned, no quota",
            Kind::OneIn(1000),
            ever,
            &unlimited,
            1000.0,
            0.7,
            0.0,
        ),
        poison("one call refused for 5 s, R 100", Kind::OneCall, 5.0, &hundred, 100.0, 0.9, 0.0),
    ];
    let shut = |seconds: f64, workers: u64, back: f64, gap: f64, lost: f64| {
        let trouble = Trouble::new(Kind::Shut(0.0), 60.0, seconds);
        let quota = bucket(20.0, 20.0, u64::MAX, workers);
        let until = 60.0 + seconds + 60.0;
        Irregular {
            name: format!("shut for {seconds} s, R 20, C {workers}"),
            scenario: Scenario { trouble, until, ..quota },
            from: 60.0 + seconds,
            possible: if workers == 1 { 10.0 } else { 20.0 },
            bounds: Bounds { back, gap, lost, ..NONE },
            short: seconds < 100.0,
        }
    };
    list.extend([
        shut(3.0, 50, 3.0, 1.0, 0.0),
        shut(10.0, 50, 3.0, 1.0, 0.0),
        shut(60.0, 50, 3.0, 1.0, 0.0),
        shut(600.0, 50, 10.0, 5.0, 0.0),
        shut(1800.0, 50, 10.0, 5.0, 0.0),
        shut(60.0, 5, 10.0, f64::NAN, 0.0),
        shut(60.0, 1, 10.0, f64::NAN, 0.0),
        shut(600.0, 5, f64::NAN, f64::NAN, f64::NAN),
        shut(600.0, 1, f64::NAN, f64::NAN, f64::NAN),
    ]);
    let windows = |rate: f64, window: f64, workers: u64| {
        let quota = bucket(rate, rate * window, u64::MAX, workers);
        Irregular {
            name: format!("windows of {:.0} per {window} s, C {workers}", rate * window),
            scenario: Scenario { counts: Counts::FixedWindow, window, until: 600.0, ..quota },
            from: 0.0,
            possible: rate,
            bounds: Bounds { answers: 5900.0 / 6000.0, lost: 0.0, ..NONE },
            short: true,
        }
    };
    list.extend([windows(10.0, 60.0, 50), windows(10.0, 60.0, 5), windows(10.0, 10.0, 50)]);
    list.push(windows(10.0, 10.0, 5));
    let steady =
        |name: &str, scenario: Scenario, until: f64, possible: f64, bounds: Bounds| Irregular {
            name: name.into(),
            scenario: Scenario { until, ..scenario },
            from: 0.0,
            possible,
            bounds,
            short: false,
        };
    for (rate, burst) in [(0.1, 50.0), (0.15, 10.0), (0.3, 4.0)] {
        let name = format!("refill of {rate} per s, B {burst}, C 20");
        let possible = rate + burst / 1800.0;
        let quota = bucket(rate, burst, u64::MAX, 20);
        list.push(steady(&name, quota, 1800.0, possible, Bounds { lost: 0.0, ..NONE }));
    }
    let taken = Trouble::new(Kind::Taken(2.0), 60.0, 30.0);
    let quota = Scenario { trouble: taken, ..bucket(20.0, 40.0, u64::MAX, 50) };
    list.push(Irregular {
        from: 60.0,
        possible: 20.0 - 18.0 * 30.0 / 120.0,
        ..steady(
            "another tenant leaves 2 of R 20 for 30 s",
            quota,
            180.0,
            1.0,
            Bounds { lost: 0.0, ..NONE },
        )
    });
    for (rate, burst) in [(50.0, 50.0), (20.0, 100.0), (200.0, 1000.0)] {
        let name = format!("share .8 of R {rate}, B {burst}, C 500");
        let quota = Scenario { share: 0.8, ..bucket(rate, burst, u64::MAX, 500) };
        // The first burst is sent before anything is known.
        let peak = 1.1 * 0.8 * rate + burst;
        list.push(Irregular {
            from: 15.0,
            short: rate < 100.0,
            ..steady(&name, quota, 900.0, 0.8 * rate, Bounds { peak, ..NONE })
        });
    }
    for (name, kind) in [("5xx", Kind::Faults), ("lost connections", Kind::Lost)] {
        for workers in [50, 500] {
            let trouble = Trouble::new(kind, 60.0, 30.0);
            let quota = bucket(20.0, 20.0, u64::MAX, workers);
            list.push(Irregular {
                name: format!("30 s of {name}, R 20, C {workers}"),
                scenario: Scenario { trouble, until: 150.0, ..quota },
                from: 90.0,
                possible: 20.0,
                bounds: Bounds { load: 1.2, back: 10.0, ..NONE },
                short: true,
            });
        }
    }
    let herd = Scenario {
        processes: 500,
        trouble: Trouble::new(Kind::Shut(5.0), 0.0, 12.0),
        until: 20.0,
        latency: 0.02,
        ..bucket(1e9, 1e9, 500, 500)
    };
    let bounds = Bounds { peak: 50.0, lost: 0.0, ..NONE };
    list.push(Irregular {
        name: "500 clients told to come back in 5 s (peak per 10 ms)".into(),
        short: true,
        ..steady("", herd, 20.0, 25.0, bounds)
    });
    list
}

fn figures(policy: Policy, it: &Irregular, first: u64, seeds: u64) -> Bounds {
    let runs: Vec<_> = (first..first + seeds)
        .map(|seed| Bounds::of(&once(policy, &Scenario { seed, ..it.scenario.clone() }), it))
        .collect();
    Bounds::worst(&runs)
}

/// Prints a table: paced mode with all figures, then the others' answers, lost calls and return.
pub fn print(args: &Args, policies: &[Policy]) {
    let (first, seeds) = (args.seed.unwrap_or(1), args.seeds.unwrap_or(3));
    println!("\n#### Irregular conditions\n\n| scenario | policy | {} |", FIGURES.join(" | "));
    println!("|---|---|{}", "---:|".repeat(FIGURES.len()));
    let mut missed = Vec::new();
    for it in all().iter().filter(|it| args.only.as_ref().is_none_or(|only| it.name.contains(only)))
    {
        for &policy in policies {
            let figures =
                figures(policy, it, first, if policy == Policy::Paced { seeds } else { 1 });
            let cells: Vec<_> = figures.list().iter().zip([3, 0, 1, 1, 2, 0]).map(cell).collect();
            println!("| {} | {} | {} |", it.name, policy.name(), cells.join(" | "));
            if policy == Policy::Paced {
                missed.extend(
                    it.bounds.broken(&figures).iter().map(|text| format!("- {}: {text}", it.name)),
                );
            }
        }
    }
    println!("\nMissed: {}\n", if missed.is_empty() { "nothing." } else { "" });
    missed.iter().for_each(|it| println!("{it}"));
}

/// The regression check: paced mode, the bounds without slack.
pub fn check(args: &Args) -> ExitCode {
    let (first, seeds) = (args.seed.unwrap_or(1), args.seeds.unwrap_or(1));
    let mut code = ExitCode::SUCCESS;
    for it in all().iter().filter(|it| it.short) {
        let broken = it.bounds.broken(&figures(Policy::Paced, it, first, seeds));
        if broken.is_empty() {
            println!("{}: ok", it.name);
        } else {
            println!("{}: MISSED: {}", it.name, broken.join(", "));
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn cell((value, digits): (&f64, usize)) -> String {
    if value.is_nan() {
        "-".into()
    } else if value.is_finite() {
        format!("{value:.digits$}")
    } else {
        "never".into()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a simulation")]
const fn count(len: usize) -> f64 {
    len as f64
}
