//! The calls of each second, one panel per run.

use std::path::Path;

use anyhow::Result;
use aws_retry_testkit::plot::{self, Mark, SERVED, Seconds, THROTTLED};
use plotters::prelude::{IntoDrawingArea, SVGBackend};

use crate::args::Args;
use crate::outcome::Outcome;

pub fn draw(path: &Path, args: &Args, outcomes: &[Outcome]) -> Result<()> {
    let height = 100 + 200 * u32::try_from(outcomes.len())? + 40;
    let root = SVGBackend::new(path, (900, height)).into_drawing_area();
    let legend = [
        ("served".to_owned(), Mark::Bar(SERVED)),
        ("throttled".to_owned(), Mark::Bar(THROTTLED)),
        (format!("the quota, {} per second", args.rate), Mark::Dashes),
    ];
    let title = format!("{} processes, one quota that none of them knows", args.processes);
    let rest = plot::head(&root, &title, &args.to_string(), &legend)?;
    let end = outcomes.iter().map(|it| it.counts.len() as f64).fold(0.0, f64::max);
    for (area, outcome) in rest.split_evenly((outcomes.len(), 1)).iter().zip(outcomes) {
        let seconds: Seconds = outcome
            .counts
            .windows(2)
            .map(|pair| {
                let [before, after] = [pair[0], pair[1]];
                let served = after.answered - before.answered;
                (served as f64, (served + after.throttled - before.throttled) as f64)
            })
            .collect();
        let top = 3.0 * args.rate;
        plot::calls(area, &caption(outcome), &seconds, args.rate, (end, top))?;
    }
    root.present()?;
    Ok(())
}

fn caption(outcome: &Outcome) -> String {
    let throttled = outcome.counts.last().map_or(0, |counts| counts.throttled);
    format!("{}: {throttled} throttled, done after {:.1} s", outcome.name, outcome.seconds)
}
