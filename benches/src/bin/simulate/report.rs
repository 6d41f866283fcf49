//! The printed tables.

use crate::{
    figures::{Figures, NAMES},
    policy::Policy,
};

/// A row of the table.
pub struct Row {
    pub policy: Policy,
    pub share: f64,
    pub figures: Figures,
}

const HEAD: [&str; 11] = [
    "policy",
    "failed",
    "share of oracle",
    "throttled %",
    "beyond first burst %",
    "slowest 1 % / median",
    "slowest call, s",
    "Jain workers",
    "Jain processes",
    "attempts at most",
    "learned / relearned after, s",
];

/// A table in Markdown.
pub fn table(rows: &[Row]) {
    println!("| {} |", HEAD.join(" | "));
    println!("|{}", "---|".repeat(HEAD.len()));
    for row in rows {
        let it = &row.figures;
        println!(
            "| {} | {} | {:.3} | {:.1} | {:.2} | {:.2} | {:.1} | {:.3} | {:.3} | {} | {} / {} |",
            row.policy.name(),
            it.failed,
            row.share,
            it.throttled,
            it.avoidable,
            it.slowest,
            it.slowest_seconds,
            it.jain_workers,
            it.jain_processes,
            it.attempts,
            seconds(it.learned),
            seconds(it.relearned),
        );
    }
}

/// The head of paced mode's table on the scoreboard.
pub fn paced_head() {
    println!(
        "| scenario | failed | share of oracle | throttled % | beyond first burst % | slowest 1 % / median (oracle's) | Jain workers | Jain processes | attempts | learned, s | relearned, s |"
    );
    println!("|---|{}", "---:|".repeat(10));
}

/// A row of it.
pub fn paced(name: &str, it: &Figures, oracle: &Figures) {
    println!(
        "| {name} | {} | {:.3} | {:.2} | {:.2} | {:.2} ({:.2}) | {:.3} | {:.3} | {} | {} | {} |",
        it.failed,
        it.speed / oracle.speed,
        it.throttled,
        it.avoidable,
        it.slowest,
        oracle.slowest,
        it.jain_workers,
        it.jain_processes,
        it.attempts,
        seconds(it.learned),
        seconds(it.relearned),
    );
}

/// The head of the other policies' table.
pub fn others_head(policies: &[Policy]) {
    let names: Vec<_> = policies.iter().map(|it| it.name()).collect();
    println!("\nFailed calls / share of the oracle's speed / throttled % / slowest call, s:\n");
    println!("| scenario | {} |", names.join(" | "));
    println!("|---|{}", "---|".repeat(names.len()));
}

/// A row of it.
pub fn others(name: &str, figures: &[Figures], oracle: &Figures) {
    let cell = |it: &Figures| {
        let share = it.speed / oracle.speed;
        format!("{} / {share:.3} / {:.1} / {:.0}", it.failed, it.throttled, it.slowest_seconds)
    };
    let cells: Vec<_> = figures.iter().map(cell).collect();
    println!("| {name} | {} |", cells.join(" | "));
}

/// One object with every figure; a figure of something that did not happen is null.
pub fn json(row: &Row) {
    let mut object = serde_json::Map::new();
    object.insert("policy".into(), row.policy.name().into());
    object.insert("share_of_oracle".into(), row.share.into());
    for (name, value) in NAMES.into_iter().zip(row.figures.list()) {
        object.insert(name.into(), value.into());
    }
    println!("{}", serde_json::Value::Object(object));
}

fn seconds(value: f64) -> String {
    if value.is_finite() {
        format!("{value:.2}")
    } else if value.is_nan() {
        "-".into()
    } else {
        "never".into()
    }
}
