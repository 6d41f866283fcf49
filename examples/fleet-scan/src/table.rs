//! The results: a table for people, data for programs.

use std::{fmt::Write, time::Duration};

use clap::ValueEnum;
use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use serde_json::{Value, json};

use crate::{args::Plan, audit::Findings, fleet::Fleet, scan::Outcome};

/// The contents and the limits of the endpoint, where it is ours.
#[derive(Debug)]
pub struct Known {
    pub answers: usize,
    pub least: Duration,
    pub truth: Findings,
}

impl Known {
    pub fn new(fleet: &Fleet, plan: &Plan) -> Self {
        Self {
            answers: fleet.answers(plan.page_size),
            least: fleet.least_time(plan.quota, plan.page_size),
            truth: fleet.truth(),
        }
    }
}

/// The load, the table, and what it means.
pub fn text(plan: &Plan, places: usize, known: Option<&Known>, outcomes: &[Outcome]) -> String {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header([
        "strategy",
        "complete",
        "calls lost",
        "requests/answer",
        "throttled",
        "beyond first burst",
        "seconds",
        "quota's least",
        "slowest call",
        "findings",
    ]);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for outcome in outcomes {
        table.add_row(row(outcome, places, known));
    }
    format!("{}\n\n{table}\n\n{}", load(plan, places, known), notes(outcomes))
}

fn row(outcome: &Outcome, places: usize, known: Option<&Known>) -> [String; 10] {
    let found = outcome.findings.count();
    [
        outcome.strategy.to_string(),
        format!("{}/{places}", outcome.complete),
        lost(outcome, known).to_string(),
        format!("{:.2}", ratio(outcome.requests.sent, outcome.calls.answers)),
        format!("{:.1} %", 100.0 * throttled(outcome)),
        outcome.served.map_or_else(
            || "unknown".to_owned(),
            |served| format!("{:.1} %", 100.0 * ratio(served.beyond_burst, outcome.requests.sent)),
        ),
        seconds(outcome.took) + if outcome.finished { "" } else { " (unfinished)" },
        known.map_or_else(|| "unknown".to_owned(), |known| seconds(known.least)),
        seconds(outcome.calls.slowest),
        known.map_or_else(|| found.to_string(), |known| format!("{found}/{}", known.truth.count())),
    ]
}

fn load(plan: &Plan, places: usize, known: Option<&Known>) -> String {
    let fleet = format!("{places} accounts x regions, at most {} calls in flight", plan.in_flight);
    let Some(known) = known else { return fleet };
    format!(
        "{fleet}; {} of them hot, with {} secrets each, read {} at a time: {} answers.\n\
         Quota of each account, region and action: a burst of {}, then {} per second. \
         Latency {} ms +- 30 %, {} % of 5xx, seed {}.",
        plan.accounts * plan.hot,
        plan.hot_secrets,
        plan.at_once,
        known.answers,
        plan.quota.burst,
        plan.quota.rate,
        plan.latency.as_millis(),
        plan.faults * 100.0,
        plan.seed,
    )
}

fn notes(outcomes: &[Outcome]) -> String {
    let mut notes = fullest(outcomes).map_or_else(String::new, |outcome| {
        let Findings { no_rotation, open_to_world } = &outcome.findings;
        let such = open_to_world.first().map_or_else(String::new, |arn| format!(", such as {arn}"));
        let (still, open) = (no_rotation.len(), open_to_world.len());
        format!(
            "{} found {still} secrets without rotation and {open} open to the world{such}.",
            outcome.strategy
        )
    });
    for outcome in outcomes {
        if let Some(error) = &outcome.first_error {
            let _ = write!(notes, "\nThe first answer that {} lost: {error}", outcome.strategy);
        }
    }
    notes
}

/// One object with everything that was measured.
pub fn json(plan: &Plan, places: usize, known: Option<&Known>, outcomes: &[Outcome]) -> Value {
    let rows: Vec<Value> = outcomes.iter().map(|outcome| row_json(outcome, known)).collect();
    json!({
        "load": {
            "accounts_x_regions": places,
            "in_flight": plan.in_flight,
            "seed": plan.seed,
            "endpoint": plan.endpoint,
            "emulated": known.map(|known| json!({
                "hot": plan.accounts * plan.hot,
                "hot_secrets": plan.hot_secrets,
                "cold_secrets": plan.cold_secrets,
                "page_size": plan.page_size,
                "at_once": plan.at_once,
                "burst": plan.quota.burst,
                "rate": plan.quota.rate,
                "latency_seconds": plan.latency.as_secs_f64(),
                "faults": plan.faults,
                "answers": known.answers,
                "least_seconds": known.least.as_secs_f64(),
                "no_rotation": known.truth.no_rotation.len(),
                "open_to_world": known.truth.open_to_world.len(),
            })),
        },
        "strategies": rows,
        "findings": fullest(outcomes).map(|outcome| json!({
            "by": name(outcome),
            "no_rotation": outcome.findings.no_rotation,
            "open_to_world": outcome.findings.open_to_world,
        })),
    })
}

fn row_json(outcome: &Outcome, known: Option<&Known>) -> Value {
    let requests = &outcome.requests;
    json!({
        "strategy": name(outcome),
        "finished": outcome.finished,
        "seconds": outcome.took.as_secs_f64(),
        "complete": outcome.complete,
        "calls": {
            "made": outcome.calls.made,
            "answered": outcome.calls.answered,
            "slowest_seconds": outcome.calls.slowest.as_secs_f64(),
        },
        "requests": {
            "sent": requests.sent,
            "answered": requests.answered,
            "throttled": requests.throttled,
            "faults": requests.faults,
            "refused": requests.refused,
            "broken": requests.broken,
            "cut": requests.cut(),
        },
        "served": outcome.served.map(|served| json!({
            "received": served.received,
            "answered": served.answered,
            "throttled": served.throttled,
            "throttled_beyond_first_burst": served.beyond_burst,
            "faults": served.faults,
            "refused": served.refused,
        })),
        "answers": outcome.calls.answers,
        "lost": lost(outcome, known),
        "requests_per_answer": ratio(requests.sent, outcome.calls.answered),
        "throttled_share": throttled(outcome),
        "no_rotation": outcome.findings.no_rotation.len(),
        "open_to_world": outcome.findings.open_to_world.len(),
        "all_found": known.map(|known| known.truth == outcome.findings),
        "first_error": outcome.first_error,
    })
}

/// The last strategy that found most, if any had an answer.
fn fullest(outcomes: &[Outcome]) -> Option<&Outcome> {
    let answered = outcomes.iter().filter(|outcome| outcome.calls.answers > 0);
    answered.max_by_key(|outcome| outcome.findings.count())
}

/// As on the command line.
fn name(outcome: &Outcome) -> Option<String> {
    Some(outcome.strategy.to_possible_value()?.get_name().to_owned())
}

/// The answers that are missing. Where the contents are unknown: the calls that ended without one.
fn lost(outcome: &Outcome, known: Option<&Known>) -> usize {
    let calls = &outcome.calls;
    known.map_or(calls.made - calls.answered, |known| known.answers - calls.answers)
}

/// The share of the requests that were throttled.
fn throttled(outcome: &Outcome) -> f64 {
    ratio(outcome.requests.throttled, outcome.requests.sent)
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
