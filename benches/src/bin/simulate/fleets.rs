//! Fleets: many processes on one quota, beside one process that does all, beside the same processes without a
//! fleet, and beside the oracle.

use crate::{
    args::Args,
    cost::{Believed, Costs},
    figures::Figures,
    members::{Members, StoreFacts},
    policy::Policy,
    run::many,
    scenarios::{bucket, changing, fixed, shared, sliding, slow},
    server::Counts,
    trouble::{Kind, Trouble},
    world::Scenario,
};

/// A scenario and its bounds.
struct Row {
    name: &'static str,
    scenario: Scenario,
    /// The regression check plays it, too.
    short: bool,
}

fn row(name: &'static str, scenario: Scenario) -> Row {
    Row { name, scenario, short: false }
}

/// 20 processes on 50 per second, for so many seconds.
const fn twenty(seconds: u64) -> Scenario {
    shared(20, bucket(50.0, 100.0, 50 * seconds, 400))
}

/// 20 processes with two workers each, on 50 per second with a small bucket, for half a minute.
const fn short_job() -> Scenario {
    Scenario { latency: 0.06, ..shared(20, bucket(50.0, 20.0, 1800, 40)) }
}

/// All processes are told this quota, and twice as much for the bucket.
const fn published(rate: f64) -> Believed {
    Believed::Published { rate, burst: 2.0 * rate }
}

/// The service behaves so from second 30 on.
fn disturbed(kind: Kind, seconds: f64) -> Scenario {
    let trouble = Trouble::new(kind, 30.0, seconds);
    Scenario { trouble, ..timed(twenty(0), 150.0, Members::ALIKE) }
}

/// The oracle plays without the disturbance: it does not back off.
fn undisturbed(scenario: &Scenario, seeds: u64) -> Figures {
    many(Policy::Oracle, &Scenario { trouble: Trouble::default(), ..scenario.clone() }, seeds)
}

/// Ends by time: each process has more calls than it can make.
fn timed(scenario: Scenario, seconds: f64, members: Members) -> Scenario {
    Scenario { members, until: seconds, calls: 20_000 * scenario.processes, ..scenario }
}

fn with_store(store: StoreFacts, scenario: Scenario) -> Scenario {
    Scenario { store, ..scenario }
}

fn rows() -> Vec<Row> {
    let good = StoreFacts::GOOD;
    let alike = Members::ALIKE;
    vec![
        row("2 processes, R 20", shared(2, bucket(20.0, 100.0, 4000, 100))),
        Row { short: true, ..row("5 processes, R 20", shared(5, bucket(20.0, 100.0, 4000, 100))) },
        Row { short: true, ..row("20 processes, R 50", twenty(200)) },
        row("20 processes, R 200", shared(20, bucket(200.0, 400.0, 40_000, 800))),
        row("20 processes, R 50, L 0.5 s", slow(0.5, twenty(200))),
        row("100 processes, R 50", shared(100, bucket(50.0, 100.0, 10_000, 400))),
        row("100 processes, R 1000", shared(100, bucket(1000.0, 2000.0, 100_000, 2000))),
        row("500 processes, R 50", shared(500, bucket(50.0, 100.0, 10_000, 1000))),
        row(
            "20, 5 join at 60 s",
            timed(twenty(0), 200.0, Members { join: Some((5, 60.0)), ..alike }),
        ),
        Row {
            short: true,
            ..row(
                "20, 5 die at 60 s",
                timed(twenty(0), 200.0, Members { die: Some((5, 60.0)), ..alike }),
            )
        },
        row(
            "20, no store",
            with_store(StoreFacts { outage: Some((0.0, 1e9)), ..good }, twenty(200)),
        ),
        Row {
            short: true,
            ..row(
                "20, outage of 60 s",
                with_store(StoreFacts { outage: Some((60.0, 120.0)), ..good }, twenty(200)),
            )
        },
        Row {
            short: true,
            ..row(
                "20, store from 20 s on",
                with_store(StoreFacts { outage: Some((0.0, 20.0)), ..good }, twenty(200)),
            )
        },
        row("20, loss of 20 %", with_store(StoreFacts { loss: 0.2, ..good }, twenty(200))),
        row("20, loss of 80 %", with_store(StoreFacts { loss: 0.8, ..good }, twenty(200))),
        row("20, store of 200 ms", with_store(StoreFacts { rtt: 0.2, ..good }, twenty(200))),
        row("20, store of 700 ms", with_store(StoreFacts { rtt: 0.7, ..good }, twenty(200))),
        row("20, store of 1 s", with_store(StoreFacts { rtt: 1.0, ..good }, twenty(200))),
        row(
            "20, store of 400 ms, loss of 40 %",
            with_store(StoreFacts { rtt: 0.4, loss: 0.4, ..good }, twenty(200)),
        ),
        row(
            "20, short job, store of 1 s",
            with_store(StoreFacts { rtt: 1.0, ..good }, short_job()),
        ),
        row(
            "20, short job, store from 20 s on",
            with_store(StoreFacts { outage: Some((0.0, 20.0)), ..good }, short_job()),
        ),
        row("20, unequal demand", timed(twenty(0), 200.0, Members { unequal: true, ..alike })),
        row(
            "20, half on and off",
            timed(twenty(0), 200.0, Members { half_on_off: Some(10.0), ..alike }),
        ),
        row("20, doubled at 100 s", changing(100.0, 100.0, twenty(300))),
        row("20, halved at 100 s", changing(100.0, 25.0, twenty(150))),
        row("20, fixed windows, R 50", shared(20, fixed(50.0, 10_000, 400))),
        row("20, sliding windows, R 50", shared(20, sliding(50.0, 10_000, 400))),
        row("one greedy, 19 rare", timed(twenty(0), 200.0, Members { rare: Some(5.0), ..alike })),
        row(
            "20, one begins every 4 s",
            Scenario {
                members: Members { begin_every: Some(4.0), ..alike },
                ..shared(20, bucket(20.0, 100.0, 4000, 200))
            },
        ),
        row(
            "20, 10 of them begin at 60 s",
            timed(twenty(0), 200.0, Members { join: Some((10, 60.0)), ..alike }),
        ),
        row(
            "20, 5 stand still for 10 s",
            timed(twenty(0), 200.0, Members { freeze: Some((5, 60.0, 70.0)), ..alike }),
        ),
        row(
            "20, two have one id",
            Scenario { members: Members { clones: true, ..alike }, ..twenty(200) },
        ),
        Row {
            short: true,
            ..row("20, max_rate 30", Scenario { max_rate: 30.0, ..timed(twenty(0), 60.0, alike) })
        },
        row("20, known quota", Scenario { believed: published(50.0), ..twenty(200) }),
        row(
            "20, known quota, half of the real one",
            Scenario { believed: published(25.0), ..twenty(200) },
        ),
        row(
            "20, known quota, twice the real one",
            Scenario { believed: published(100.0), ..twenty(200) },
        ),
        row("20, shut for 10 s", disturbed(Kind::Shut(0.0), 10.0)),
        row("20, shut for 60 s", disturbed(Kind::Shut(0.0), 60.0)),
        row("20, one poisoned call each", disturbed(Kind::OneCall, 90.0)),
        row("20, 1 call in 100 poisoned", disturbed(Kind::OneIn(100), 90.0)),
        Row { short: true, ..row("20, faults for 30 s", disturbed(Kind::Faults, 30.0)) },
        row("20, connections lost for 30 s", disturbed(Kind::Lost, 30.0)),
        row("20, quota taken for 30 s", disturbed(Kind::Taken(10.0), 30.0)),
        row("20, 5 % faults", Scenario { error_rate: 0.05, ..twenty(100) }),
        row(
            "20, windows of 10 s",
            Scenario { window: 10.0, ..shared(20, fixed(50.0, 10_000, 400)) },
        ),
        row("20, costs of 1 to 9", Scenario { costs: Costs::Uniform(1, 9), ..twenty(40) }),
        row("20, share 0.8", Scenario { share: 0.8, ..timed(twenty(0), 200.0, alike) }),
        row(
            "20, of them 10 strangers",
            Scenario { members: Members { strangers: 10, ..alike }, ..twenty(200) },
        ),
    ]
}

/// The same work in one process.
fn in_one(scenario: &Scenario) -> Scenario {
    Scenario { processes: 1, members: Members::ALIKE, ..scenario.clone() }
}

/// The table: share of the oracle's speed, throttled per cent, beyond the first burst, Jain's index, slowest
/// 1 % by median.
pub fn print(args: &Args) {
    println!("\n#### Fleets\n");
    println!(
        "Share of the oracle's speed / throttled % / beyond the first burst % / Jain / slowest 1 % by median:\n"
    );
    println!("| scenario | one process | uncoordinated | fleet | oracle |");
    println!("|---|---|---|---|---|");
    for row in rows().into_iter().filter(|it| chosen(args, it)) {
        let seed = args.seed.unwrap_or(1);
        let scenario = Scenario { seed, joint_oracle: true, ..row.scenario };
        let seeds = args.seeds.unwrap_or(5);
        let oracle = undisturbed(&scenario, seeds);
        let one = if scenario.members.are_alike() {
            let scenario = in_one(&scenario);
            let oracle = undisturbed(&scenario, seeds);
            cell(&many(Policy::Paced, &scenario, seeds), &oracle)
        } else {
            "-".into()
        };
        let (apart, fleet) =
            (many(Policy::Paced, &scenario, seeds), many(Policy::Fleet, &scenario, seeds));
        let cells = [one, cell(&apart, &oracle), cell(&fleet, &oracle), cell(&oracle, &oracle)];
        println!("| {} | {} |", row.name, cells.join(" | "));
        for missed in missed(&scenario, &fleet, &apart, &oracle) {
            println!("<!-- missed: {}: {missed} -->", row.name);
        }
    }
}

fn chosen(args: &Args, row: &Row) -> bool {
    args.only.as_ref().is_none_or(|only| row.name.contains(only.as_str()))
}

fn cell(it: &Figures, oracle: &Figures) -> String {
    let share = it.speed / oracle.speed;
    let failed = if it.failed > 0.0 { format!(" ({} failed)", it.failed) } else { String::new() };
    format!(
        "{share:.3} / {:.1} / {:.2} / {:.3} / {:.2}{failed}",
        it.throttled, it.avoidable, it.jain_processes, it.slowest
    )
}

/// What a fleet misses: it is never below the same processes without a fleet; and at 20 processes it has
/// bounds of its own.
fn missed(scenario: &Scenario, fleet: &Figures, apart: &Figures, oracle: &Figures) -> Vec<String> {
    let mut missed = Vec::new();
    let mut hold = |name: &str, value: f64, bound: f64, above: bool| {
        if (above && value < bound) || (!above && value > bound) {
            missed.push(format!("{name} {value:.3}, bound {bound:.3}"));
        }
    };
    let share = fleet.speed / oracle.speed;
    // Calls fail that the service refuses whatever the load.
    let may_fail = if scenario.trouble.kind == Kind::None { 0.0 } else { apart.failed };
    hold("failed", fleet.failed, may_fail, false);
    if scenario.max_rate.is_finite() {
        // Not throttled, it keeps to the bound from the start; uncoordinated processes do not.
        let bound = scenario.max_rate / scenario.rate;
        hold("share under max_rate, at most", share, 1.02 * bound, false);
        hold("share under max_rate, at least", share, 0.97 * bound, true);
        hold("throttled %", fleet.throttled, 0.0, false);
        return missed;
    }
    if scenario.share < 1.0 {
        // It keeps to its share after the first burst; uncoordinated processes take what others leave.
        let burst = scenario.burst / (scenario.rate * scenario.until);
        hold("share, at most", share, 1.02 * scenario.share + burst, false);
        hold("share, at least", share, 0.97 * scenario.share, true);
        hold("beyond the first burst %", fleet.avoidable, 0.5, false);
        return missed;
    }
    if scenario.members.strangers == 0 {
        hold("share, beside uncoordinated", share, apart.speed / oracle.speed - 0.005, true);
        hold(
            "throttled %, beside uncoordinated",
            fleet.throttled,
            1.05 * apart.throttled + 0.3,
            false,
        );
    }
    let plain = scenario.believed == Believed::Nothing
        && scenario.members.are_alike()
        && scenario.members.strangers == 0;
    let sound = scenario.store.outage.is_none() && scenario.store.loss == 0.0;
    #[expect(clippy::float_cmp, reason = "the scenario's own number")]
    let reference = scenario.processes == 20 && scenario.rate == 50.0 && scenario.latency == 0.1;
    let steady = scenario.change.is_none()
        && scenario.counts == Counts::Bucket
        && scenario.trouble.kind == Kind::None
        && scenario.error_rate == 0.0
        && scenario.costs == Costs::One;
    if plain && sound && reference && steady && scenario.store.rtt < 0.1 {
        hold("share", share, 0.993, true);
        hold("beyond the first burst %", fleet.avoidable, 1.1, false);
        hold("Jain", fleet.jain_processes, 0.99, true);
        hold("slowest", fleet.slowest, 1.3, false);
    }
    missed
}

/// The regression check: a few rows, one seed.
pub fn check(args: &Args) -> bool {
    let mut good = true;
    for row in rows().into_iter().filter(|it| it.short && chosen(args, it)) {
        let seed = args.seed.unwrap_or(1);
        let scenario = Scenario { seed, joint_oracle: true, ..row.scenario };
        let seeds = args.seeds.unwrap_or(1);
        let of = |policy| many(policy, &scenario, seeds);
        let (fleet, apart, oracle) =
            (of(Policy::Fleet), of(Policy::Paced), undisturbed(&scenario, seeds));
        let missed = missed(&scenario, &fleet, &apart, &oracle);
        println!("fleet, {}: {}", row.name, cell(&fleet, &oracle));
        missed.iter().for_each(|it| println!("fleet, {}: MISSED: {it}", row.name));
        good &= missed.is_empty();
    }
    good
}
