//! The outcome of a run.

use anyhow::{Result, ensure};
use aws_retry_testkit::proxy::Counts;
use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};

/// The answers of one process so far.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    pub answered: usize,
    /// From its start, or to its death, less the time that it was stopped.
    pub seconds: f64,
}

#[derive(Clone, Debug)]
pub struct Outcome {
    pub name: String,
    pub calls: usize,
    pub answered: usize,
    /// Why the first call was lost, and how many were.
    pub lost: Option<(String, usize)>,
    pub seconds: f64,
    /// No team can be faster.
    pub least: f64,
    /// The service's counts at each second, and at the end.
    pub counts: Vec<Counts>,
    pub exchanges: Option<usize>,
    /// The part of the first run's throttles that this run may have.
    pub bound: f64,
    /// At the moment when half of the calls were answered.
    pub shares: Vec<Share>,
}

impl Outcome {
    fn served(&self) -> Counts {
        self.counts.last().copied().unwrap_or_default()
    }

    /// Throttles per 100 answers of the service.
    fn throttled(&self) -> f64 {
        100.0 * self.served().throttled as f64 / self.served().answered as f64
    }

    /// The same without those that could not be expected.
    fn beyond_burst(&self) -> f64 {
        100.0 * self.served().beyond_burst as f64 / self.served().answered as f64
    }

    /// Jain's index of the processes' answers per second: 1 where all got the same, 1/n where one got all.
    fn jain(&self) -> f64 {
        let rates = self.shares.iter().map(|it| it.answered as f64 / it.seconds.max(0.001));
        let (sum, squares) = rates
            .fold((0.0, 0.0), |(sum, squares), rate| (sum + rate, rate.mul_add(rate, squares)));
        sum * sum / (self.shares.len() as f64 * squares)
    }
}

pub const LEGEND: &str = "\
throttled: throttles per 100 answers. Beyond the first burst: those after the service's first throttle was back. \
Jain: how even the processes' answers per second are when half of the calls are answered, 1 at best; a process that was \
killed counts until then, and the others take over its calls. Of the least: the time, as a multiple of the least that \
the quota allows.";

pub fn table(outcomes: &[Outcome]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header([
        "run",
        "answers",
        "throttled %",
        "beyond the first burst %",
        "Jain",
        "seconds",
        "of the least",
        "exchanges/s",
    ]);
    for it in outcomes {
        let exchanges = it.exchanges.map(|all| format!("{:.0}", all as f64 / it.seconds));
        table.add_row([
            it.name.clone(),
            format!("{}/{}", it.answered, it.calls),
            format!("{:.1}", it.throttled()),
            format!("{:.1}", it.beyond_burst()),
            format!("{:.3}", it.jain()),
            format!("{:.1}", it.seconds),
            format!("{:.2}", it.seconds / it.least),
            exchanges.unwrap_or_default(),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Every answer arrived, and each fleet is throttled at most `bound` times as often as the first run.
pub fn check(outcomes: &[Outcome]) -> Result<()> {
    for it in outcomes {
        ensure!(it.lost.is_none(), "{} lost calls: {:?}", it.name, it.lost);
        ensure!(it.answered == it.calls, "{}: {} of {} answers", it.name, it.answered, it.calls);
    }
    let alone = outcomes.first().map_or(0.0, Outcome::throttled);
    for Outcome { name, bound, .. } in outcomes {
        println!("{name}: the bound is {:.1} % throttled", bound * alone);
    }
    for it in outcomes {
        let (most, throttled) = (it.bound * alone, it.throttled());
        ensure!(throttled <= most, "{}: {throttled:.1} % throttled", it.name);
    }
    println!("every answer arrived, and every fleet keeps its bound");
    Ok(())
}
