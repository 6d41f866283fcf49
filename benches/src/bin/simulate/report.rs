//! What is printed.

use crate::{
    figures::{Figures, NAMES},
    policy::Policy,
};

/// A row of the table.
pub struct Row {
    pub scenario: String,
    pub policy: Policy,
    pub share: f64,
    pub figures: Figures,
}

const HEAD: [&str; 12] = [
    "scenario",
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
            "| {} | {} | {} | {:.3} | {:.1} | {:.2} | {:.2} | {:.1} | {:.3} | {:.3} | {} | {} / {} |",
            row.scenario,
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

/// One object with every figure; what did not happen is null.
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
    if value.is_finite() { format!("{value:.1}") } else { "-".into() }
}
