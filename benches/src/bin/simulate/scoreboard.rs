//! The scoreboard, and the regression check.

use std::process::ExitCode;

use clap::ValueEnum;

use crate::{
    args::Args,
    bounds::Bounds,
    figures::Figures,
    fleets, irregular,
    policy::Policy,
    report,
    run::{few, many},
    scenarios::Set,
    units,
    world::Scenario,
};

/// Held-out scenarios have seeds of their own.
const HELD_OUT_SEED: u64 = 9401;

/// Prints the scoreboard: a table of paced mode with all figures, one of the other policies, and the missed bounds.
pub fn print(args: &Args) {
    let all = |policies: &[Policy]| {
        if policies.is_empty() { Policy::value_variants().to_vec() } else { policies.to_vec() }
    };
    let policies = all(&args.policy);
    let sets = if args.set.is_empty() { Set::value_variants() } else { &args.set };
    let seeds = args.seeds.unwrap_or(7);
    for &set in sets {
        if set == Set::Irregular {
            irregular::print(args, &policies);
            continue;
        }
        if set == Set::Fleet {
            fleets::print(args);
            continue;
        }
        if set == Set::Units {
            units::print(args);
            continue;
        }
        println!("\n#### {}\n", set.title());
        let first = args.seed.unwrap_or(if set == Set::HeldOut { HELD_OUT_SEED } else { 1 });
        let scenarios: Vec<_> = set
            .scenarios()
            .into_iter()
            .map(|(name, it)| (name, Scenario { seed: first, ..it }))
            .collect();
        let oracles: Vec<_> =
            scenarios.iter().map(|(_, it)| many(Policy::Oracle, it, seeds)).collect();
        if policies.contains(&Policy::Paced) {
            report::paced_head();
            let mut missed = Vec::new();
            for ((name, scenario), oracle) in scenarios.iter().zip(&oracles) {
                let figures = many(Policy::Paced, scenario, seeds);
                report::paced(name, &figures, oracle);
                let bad: Vec<_> = misses(scenario, &figures, oracle);
                missed.extend(bad.into_iter().map(|it| format!("- {name}: {it}")));
            }
            println!("\nMissed: {}\n", if missed.is_empty() { "nothing." } else { "" });
            missed.iter().for_each(|it| println!("{it}"));
        }
        let others: Vec<_> = policies
            .iter()
            .copied()
            .filter(|it| *it != Policy::Paced && *it != Policy::Oracle)
            .collect();
        if !others.is_empty() {
            report::others_head(&others);
            for ((name, scenario), oracle) in scenarios.iter().zip(&oracles) {
                let figures: Vec<_> = others.iter().map(|&it| few(it, scenario, seeds)).collect();
                report::others(name, &figures, oracle);
            }
        }
    }
}

fn misses(scenario: &Scenario, figures: &Figures, oracle: &Figures) -> Vec<String> {
    let checks = Bounds::of(scenario).check(figures, oracle);
    checks.iter().filter(|it| !it.ok).map(ToString::to_string).collect()
}

/// The regression check: paced mode, short jobs, a few seeds, every bound with slack.
pub fn check(args: &Args) -> ExitCode {
    let mut good = true;
    let (first, seeds) = (args.seed.unwrap_or(1), args.seeds.unwrap_or(3));
    let scenarios = [Set::Reference, Set::Tuned].into_iter().flat_map(Set::scenarios);
    for (name, scenario) in scenarios.filter(|(_, it)| it.calls <= 10_000) {
        let scenario = Scenario { seed: first, ..scenario };
        let (paced, oracle) =
            (many(Policy::Paced, &scenario, seeds), many(Policy::Oracle, &scenario, seeds));
        let checks = Bounds::of(&scenario).with_slack(&scenario).check(&paced, &oracle);
        let list = |ok: bool| -> Vec<String> {
            checks.iter().filter(|it| it.ok == ok).map(ToString::to_string).collect()
        };
        let (kept, missed) = (list(true), list(false));
        good &= missed.is_empty();
        println!("{name}: ok: {}", kept.join(", "));
        if !missed.is_empty() {
            println!("{name}: MISSED: {}", missed.join(", "));
        }
    }
    let good = units::check(args) && good;
    let irregular = irregular::check(args);
    let fleets = fleets::check(args);
    if good && fleets { irregular } else { ExitCode::FAILURE }
}
