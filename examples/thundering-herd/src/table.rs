//! The figures behind the pictures.

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};

use crate::{
    herd::{Herd, Outcome, quantile},
    work::Line,
};

pub fn of_the_job(outcomes: &[Outcome], job: Herd) -> Table {
    let mut table = table(&[
        "policy",
        "requests",
        "throttled",
        "calls failed",
        "done after (s)",
        "quota's least (s)",
        "median call (s)",
        "slowest 1 % (s)",
        "slowest (s)",
    ]);
    for outcome in outcomes {
        let waits = outcome.waits();
        table.add_row([
            outcome.policy.to_string(),
            outcome.requests.len().to_string(),
            outcome.throttled().to_string(),
            outcome.failed().to_string(),
            format!("{:.1}", outcome.ended()),
            format!("{:.1}", job.least(job.all_calls())),
            format!("{:.1}", quantile(&waits, 0.5)),
            format!("{:.1}", quantile(&waits, 0.99)),
            format!("{:.1}", quantile(&waits, 1.0)),
        ]);
    }
    table
}

pub fn of_the_work(lines: &[Line]) -> Table {
    let clients = lines.first().map_or(&[][..], |(_, points)| points);
    let header: Vec<_> = std::iter::once("requests / seconds, clients:".to_owned())
        .chain(clients.iter().map(|point| point.clients.to_string()))
        .collect();
    let mut table = table(&header);
    for (policy, points) in lines {
        let figures =
            points.iter().map(|point| format!("{} / {:.1}", point.requests, point.seconds));
        table.add_row(std::iter::once(policy.to_string()).chain(figures));
    }
    table
}

fn table(header: &[impl ToString]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header.iter().map(ToString::to_string));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
