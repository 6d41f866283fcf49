//! The table of names in `src/observe/names.md` and the code say the same.
#![cfg(feature = "tracing")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use aws_retry_core::testing::Harness;
use support::{EXACT, Fault, failing};
use tracing::span::Attributes;
use tracing::{Event, Id, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

const TABLE: &str = include_str!("../src/observe/names.md");
const METRICS: &str = include_str!("../src/observe/metrics.rs");
const EVENT: &str = include_str!("../src/observe/event.rs");
const FLEET: [&str; 2] = [
    include_str!("../../aws-retry-fleet/src/node.rs"),
    include_str!("../../aws-retry-fleet/src/health.rs"),
];

/// The rows of the table whose first column has this heading: the first word of the row, without its backticks, and
/// all columns.
fn rows(heading: &str) -> BTreeMap<&'static str, Vec<&'static str>> {
    let rows =
        TABLE.lines().skip_while(|line| !line.starts_with(&format!("| {heading} |"))).skip(2);
    let columns = |line: &'static str| {
        let columns: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        (columns[0].trim_matches('`'), columns)
    };
    rows.take_while(|line| line.starts_with('|')).map(columns).collect()
}

/// The names whose column `column` fulfils the condition.
fn names(column: usize, holds: impl Fn(&str) -> bool) -> BTreeSet<&'static str> {
    rows("name").into_iter().filter(|(_, row)| holds(row[column])).map(|(name, _)| name).collect()
}

/// The names of the fields of all lines and spans of this crate.
#[derive(Clone, Debug, Default)]
struct Seen {
    lines: Arc<Mutex<BTreeSet<&'static str>>>,
    spans: Arc<Mutex<BTreeSet<&'static str>>>,
}

fn keep(names: &Mutex<BTreeSet<&'static str>>, of: &'static Metadata<'static>) {
    if of.target() == "aws_retry" {
        let fields = of.fields().iter().map(|field| field.name());
        names.lock().unwrap().extend(fields.filter(|name| *name != "message"));
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Seen {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        keep(&self.spans, attributes.metadata());
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        keep(&self.lines, event.metadata());
    }
}

#[test]
fn every_field_of_lines_and_spans_is_in_the_table_and_the_other_way_round() {
    let seen = Seen::default();
    let subscriber = tracing_subscriber::registry().with(seen.clone());
    let calls = async {
        failing(&EXACT, "n1", 9, Fault::Throttled).await.unwrap_err();
        failing(&EXACT, "n1", 1, Fault::Down).await.unwrap();
        failing(&EXACT, "n1", 9, Fault::Gone).await.unwrap_err();
    };
    tracing::subscriber::with_default(subscriber, || {
        futures::executor::block_on(Harness::new().no_waits().scope(calls));
    });
    assert_eq!(*seen.lines.lock().unwrap(), names(2, |log| !["", "fleet"].contains(&log)));
    assert_eq!(*seen.spans.lock().unwrap(), names(3, |span| span == "yes"));
}

/// The texts in quotes that look like names with dots.
fn quoted(source: &'static str) -> BTreeSet<&'static str> {
    let is_name = |text: &&str| {
        let of_name = |it: char| it.is_ascii_lowercase() || it == '_' || it == '.';
        text.contains('.') && text.chars().all(of_name)
    };
    source.split('"').skip(1).step_by(2).filter(is_name).collect()
}

#[test]
fn every_label_is_in_the_table_and_the_other_way_round() {
    assert_eq!(quoted(METRICS), names(4, |label| label == "yes"));
}

/// The metric's constants, as the source declares them.
fn constants() -> BTreeSet<&'static str> {
    let declared = METRICS.lines().filter(|line| line.starts_with("pub const "));
    declared.filter_map(|line| line.split('"').nth(1)).collect()
}

#[test]
fn every_metric_is_in_the_table_and_the_other_way_round() {
    let rows = rows("metric");
    assert_eq!(constants(), rows.keys().copied().collect());
    let labels = names(4, |label| label == "yes");
    let more = rows.values().flat_map(|row| row[3].split(", ")).map(|it| it.trim_matches('`'));
    for label in more.filter(|label| !label.is_empty()) {
        assert!(labels.contains(label), "{label}");
    }
}

/// A field of the fleet's lines is written `name = `, on a line of its own.
#[test]
fn every_field_of_the_fleets_lines_is_in_the_table_and_the_other_way_round() {
    let names_in = |source: &'static str| {
        source.lines().filter_map(|line| {
            let (name, _) = line.trim().trim_start_matches("{ ").split_once(" = ")?;
            ["aws_retry.", "exception."].iter().any(|it| name.starts_with(it)).then_some(name)
        })
    };
    let written: BTreeSet<_> = FLEET.into_iter().flat_map(names_in).collect();
    assert_eq!(written, names(2, |log| log == "fleet"));
}

#[test]
fn every_part_of_an_event_that_the_table_names_exists() {
    let of_event = rows("name").into_values().map(|row| row[5].trim_matches('`'));
    for part in of_event.filter(|part| !part.is_empty()) {
        let declared = match part.strip_suffix("()") {
            Some(method) => format!("    pub fn {method}(&self)"),
            None => format!("    pub {part}: "),
        };
        assert!(EVENT.contains(&declared), "{part}");
    }
}

#[test]
fn names_are_those_of_a_convention_or_have_our_prefix() {
    for (name, row) in rows("name") {
        assert_eq!(name.starts_with("aws_retry."), row[7] == "own", "{name}");
        assert_eq!(row.len(), 8, "{name}");
    }
}
