//! Quotas that count units, and quotas that are known in advance: scenarios, and their bounds.

use crate::{
    args::Args,
    cost::{Believed, Costs},
    figures::Figures,
    policy::Policy,
    run::{many, once},
    scenarios::bucket,
    world::{Log, Scenario},
};

/// Seconds after which a wrong belief must not matter any more.
const CORRECTED_AFTER: f64 = 10.0;
/// The least part of the oracle's speed with costs; and where the bucket holds less than twice the largest cost,
/// so that it can't store the dip of a cycle.
const SHARE: f64 = 0.98;
const SHARE_OF_SMALL_BUCKET: f64 = 0.9;
/// The least part of the answers after that time, against a run without a belief.
const AS_WITHOUT: f64 = 0.95;

fn costing() -> Vec<(&'static str, Scenario)> {
    let of_25 = Scenario { costs: Costs::Uniform(1, 25), ..bucket(200.0, 400.0, 3000, 100) };
    let tokens = Scenario {
        costs: Costs::Corrected(200, 4000),
        latency: 2.0,
        ..bucket(1000.0, 60_000.0, 600, 60)
    };
    vec![
        ("costs 1 to 25, R 200, B 400, C 100", of_25.clone()),
        ("costs 1 to 25, R 200, B 30, C 100", Scenario { burst: 30.0, ..of_25.clone() }),
        (
            "costs 1 to 5, R 2, B 5, C 20",
            Scenario { costs: Costs::Uniform(1, 5), ..bucket(2.0, 5.0, 300, 20) },
        ),
        ("costs 1 to 25, 2 processes, R 200, B 400", Scenario { processes: 2, ..of_25.clone() }),
        ("costs 1 to 25, 5 processes, R 200, B 400", Scenario { processes: 5, ..of_25 }),
        ("60,000 tokens per minute, 200 to 4,000 each, corrected, L 2 s, C 60", tokens),
    ]
}

/// A belief about R 20, B 100; an imported one is twelve hours old, and the quota is half of what it was.
fn beliefs() -> Vec<(&'static str, Believed)> {
    let published = |rate, burst| Believed::Published { rate, burst };
    vec![
        ("none", Believed::Nothing),
        ("right", published(20.0, 100.0)),
        ("twice too high", published(40.0, 200.0)),
        ("three times too low", published(20.0 / 3.0, 100.0 / 3.0)),
        ("imported, fresh", Believed::Imported { rate: 20.0, burst: 100.0, age: 60.0 }),
        ("imported, stale", Believed::Imported { rate: 40.0, burst: 200.0, age: 43_200.0 }),
    ]
}

fn known(believed: Believed) -> Scenario {
    Scenario { believed, ..bucket(20.0, 100.0, 2000, 200) }
}

/// The figures of a belief: throttles of the first second and in all, seconds until the belief is right, and
/// the calls per second after the first ten. Medians; of the throttles, the most.
#[derive(Clone, Copy, Debug)]
struct Known {
    first: f64,
    all: f64,
    learned: f64,
    speed: f64,
}

impl Known {
    fn of(log: &Log, it: &Scenario) -> Self {
        let done: Vec<f64> =
            log.calls.iter().filter(|it| !it.failed).map(|it| it.ended_at).collect();
        let end = done.iter().copied().fold(0.0, f64::max);
        let late = done.iter().filter(|at| **at >= CORRECTED_AFTER).count();
        Self {
            first: count(log.throttled_at.iter().filter(|at| **at < 1.0).count()),
            all: count(log.throttled_at.len()),
            learned: Figures::settled(&log.rates, 0.0, it.rate),
            speed: count(late) / (end - CORRECTED_AFTER),
        }
    }

    fn many(believed: Believed, first: u64, seeds: u64) -> Self {
        let runs: Vec<Self> = (first..first + seeds)
            .map(|seed| {
                let scenario = Scenario { seed, ..known(believed) };
                Self::of(&once(Policy::Paced, &scenario), &scenario)
            })
            .collect();
        let median = |figure: fn(&Self) -> f64| {
            let mut values: Vec<f64> = runs.iter().map(figure).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
        };
        let most = |figure: fn(&Self) -> f64| runs.iter().map(figure).fold(0.0, f64::max);
        Self {
            first: most(|it| it.first),
            all: median(|it| it.all),
            learned: most(|it| it.learned),
            speed: median(|it| it.speed),
        }
    }

    /// The bounds that it breaks.
    fn broken(&self, believed: Believed, without: &Self) -> Vec<String> {
        let mut broken = Vec::new();
        let mut holds = |ok: bool, text: String| {
            if !ok {
                broken.push(text);
            }
        };
        let part = self.speed / without.speed;
        holds(part >= AS_WITHOUT, format!("after 10 s {part:.3} of the speed without a belief"));
        if believed == (Believed::Published { rate: 20.0, burst: 100.0 }) {
            holds(self.first == 0.0, format!("{} throttles in the first second", self.first));
            holds(
                self.all <= without.all,
                format!("{} throttles, {} without", self.all, without.all),
            );
            // The belief is looked at every 10 ms.
            holds(self.learned <= 0.02, format!("learned after {} s", self.learned));
        }
        broken
    }
}

/// Prints both tables, and the bounds that are missed.
pub fn print(args: &Args) {
    let (first, seeds) = (args.seed.unwrap_or(1), args.seeds.unwrap_or(7));
    println!("\n#### Units and known quotas\n");
    crate::report::paced_head();
    let mut missed = Vec::new();
    for (name, scenario) in costing() {
        let scenario = Scenario { seed: first, ..scenario };
        let (paced, oracle) =
            (many(Policy::Paced, &scenario, seeds), many(Policy::Oracle, &scenario, seeds));
        crate::report::paced(name, &paced, &oracle);
        missed
            .extend(broken(&paced, &oracle, SHARE).into_iter().map(|it| format!("- {name}: {it}")));
    }
    println!("\nOf R 20, B 100, C 200:\n");
    println!(
        "| belief | throttled in the first second | throttled in all | right after, s | calls per s after 10 s |"
    );
    println!("|---|---:|---:|---:|---:|");
    let without = Known::many(Believed::Nothing, first, seeds);
    for (name, believed) in beliefs() {
        let it = Known::many(believed, first, seeds);
        println!("| {name} | {} | {} | {:.2} | {:.2} |", it.first, it.all, it.learned, it.speed);
        missed.extend(
            it.broken(believed, &without).iter().map(|it| format!("- belief {name}: {it}")),
        );
    }
    missed.extend(crate::batches::print(args));
    println!("\nMissed: {}\n", if missed.is_empty() { "nothing." } else { "" });
    missed.iter().for_each(|it| println!("{it}"));
}

fn broken(paced: &Figures, oracle: &Figures, least: f64) -> Vec<String> {
    let share = paced.speed / oracle.speed;
    let failed = (paced.failed > 0.0).then(|| format!("{} failed", paced.failed));
    let slow = (share < least).then(|| format!("share {share:.3} < {least}"));
    failed.into_iter().chain(slow).collect()
}

/// The least share in a scenario.
fn least(it: &Scenario) -> f64 {
    let (Costs::Uniform(_, largest) | Costs::Corrected(_, largest)) = it.costs else {
        return SHARE;
    };
    if it.burst < 2.0 * f64::from(largest) { SHARE_OF_SMALL_BUCKET } else { SHARE }
}

/// The regression check: few seeds, the bounds without slack.
pub fn check(args: &Args) -> bool {
    let (first, seeds) = (args.seed.unwrap_or(1), args.seeds.unwrap_or(3));
    let mut good = true;
    let mut tell = |name: &str, broken: Vec<String>| {
        good &= broken.is_empty();
        let ok =
            if broken.is_empty() { "ok".into() } else { format!("MISSED: {}", broken.join(", ")) };
        println!("{name}: {ok}");
    };
    for (name, scenario) in costing() {
        let scenario = Scenario { seed: first, ..scenario };
        let (paced, oracle) =
            (many(Policy::Paced, &scenario, seeds), many(Policy::Oracle, &scenario, seeds));
        tell(name, broken(&paced, &oracle, least(&scenario)));
    }
    for (name, broken) in crate::batches::check(args) {
        tell(name, broken);
    }
    let without = Known::many(Believed::Nothing, first, seeds);
    for (name, believed) in beliefs() {
        let it = Known::many(believed, first, seeds);
        tell(&format!("belief {name}"), it.broken(believed, &without));
    }
    good
}

#[expect(clippy::cast_precision_loss, reason = "counts of a simulation")]
const fn count(len: usize) -> f64 {
    len as f64
}
