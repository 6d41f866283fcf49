//! The times of the calls: the part that is done after each second, and the spread.

use std::path::Path;

use anyhow::Result;
use plotters::prelude::*;

use super::style::{Area, Mark, axes, beside, color, font, head};
use crate::herd::{Herd, Outcome, quantile};

pub fn waits(path: &Path, job: Herd, outcomes: &[Outcome]) -> Result<()> {
    let root = SVGBackend::new(path, (900, 760)).into_drawing_area();
    let legend: Vec<_> = outcomes
        .iter()
        .map(|outcome| (outcome.policy.to_string(), Mark::Line(color(outcome.policy), 3)))
        .collect();
    let rest =
        head(&root, "How long a call takes, its retries included", &job.to_string(), &legend)?;
    let slowest = outcomes.iter().filter_map(|outcome| outcome.waits().last().copied());
    let end = (slowest.fold(0.0, f64::max) / 10.0).ceil() * 10.0;
    let (above, below) = rest.split_vertically(390);
    lines(&above, outcomes, end)?;
    boxes(&below, outcomes, end)?;
    root.present()?;
    Ok(())
}

fn lines(area: &Area, outcomes: &[Outcome], end: f64) -> Result<()> {
    let mut chart = ChartBuilder::on(area)
        .x_label_area_size(40)
        .y_label_area_size(70)
        .margin(12)
        .build_cartesian_2d(0.0..end, 0.0..100.0)?;
    axes(&mut chart)
        .x_desc("seconds since the call began")
        .y_desc("% of the calls answered")
        .draw()?;
    for outcome in outcomes {
        let steps = (0..=200).map(|step| f64::from(step) / 200.0);
        let (waits, all) = (outcome.waits(), outcome.calls.len() as f64);
        let answered = waits.len() as f64 / all;
        let points = steps.map(|part| (quantile(&waits, part), 100.0 * part * answered));
        chart.draw_series(LineSeries::new(points, color(outcome.policy).stroke_width(3)))?;
    }
    Ok(())
}

/// One row per policy: a box over the middle half, a line over 98 %, dots at the median and the slowest.
fn boxes(area: &Area, outcomes: &[Outcome], end: f64) -> Result<()> {
    let rows = outcomes.len() as f64;
    let mut chart = ChartBuilder::on(area)
        .caption("Spread: the middle half, 98 % (line), median and slowest (dots)", font(16))
        .x_label_area_size(40)
        .y_label_area_size(70)
        .margin_right(12)
        .margin_left(12)
        .build_cartesian_2d(0.0..end, 0.0..rows)?;
    axes(&mut chart)
        .disable_y_mesh()
        .disable_y_axis()
        .x_desc("seconds since the call began")
        .draw()?;
    for (row, outcome) in outcomes.iter().rev().enumerate() {
        let (y, color) = (row as f64 + 0.4, color(outcome.policy));
        let waits = outcome.waits();
        let at = |part| quantile(&waits, part);
        let line = [(at(0.01), y), (at(0.99), y)];
        chart.draw_series([PathElement::new(line, color.stroke_width(3))])?;
        let middle = [(at(0.25), y - 0.2), (at(0.75), y + 0.2)];
        chart.draw_series([Rectangle::new(middle, color.filled())])?;
        chart.draw_series([Circle::new((at(0.5), y), 4, WHITE.filled())])?;
        chart.draw_series([Circle::new((at(1.0), y), 4, color.filled())])?;
        let name = format!("{}: median {:.1} s, slowest {:.1} s", outcome.policy, at(0.5), at(1.0));
        chart.draw_series([Text::new(name, (end * 0.4, y + 0.36), beside(13))])?;
    }
    Ok(())
}
