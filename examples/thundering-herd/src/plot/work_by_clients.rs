//! The classic plot of jitters: the cost until all clients are served, by their number.

use std::path::Path;

use anyhow::Result;
use plotters::prelude::*;

use super::style::{Area, INK, Mark, axes, color, head};
use crate::{
    herd::Herd,
    policy::Policy,
    work::{self, Line, Point},
};

pub fn work_by_clients(path: &Path, lines: &[Line]) -> Result<()> {
    let root = SVGBackend::new(path, (1100, 560)).into_drawing_area();
    let least = ("the least, if the quota were known".to_owned(), Mark::Dashes);
    let legend: Vec<_> = lines
        .iter()
        .map(|(policy, _)| (policy.to_string(), Mark::Line(color(*policy), width(*policy))))
        .chain([least])
        .collect();
    let below = work::herd(1).of_many();
    let title = "The cost until every client of a herd is served";
    let rest = head(&root, title, &below, &legend)?;
    let panels = rest.split_evenly((1, 2));
    if let [left, right] = &panels[..] {
        panel(
            left,
            "requests in all",
            lines,
            |point| point.requests,
            |_, clients| f64::from(clients),
        )?;
        panel(
            right,
            "seconds until the last is served",
            lines,
            |point| point.seconds,
            |herd, clients| herd.least(clients) + herd.latency,
        )?;
    }
    root.present()?;
    Ok(())
}

/// The first line is drawn wide: otherwise lines that are equal to it would hide it.
fn width(policy: Policy) -> u32 {
    if policy == Policy::Naive { 8 } else { 2 }
}

fn panel(
    area: &Area,
    what: &str,
    lines: &[Line],
    figure: impl Fn(&Point) -> f64,
    least: impl Fn(Herd, u32) -> f64,
) -> Result<()> {
    let figures = lines.iter().flat_map(|(_, points)| points.iter().map(&figure));
    let (low, high) = figures
        .fold((f64::INFINITY, 0.0), |(low, high), figure| (figure.min(low), figure.max(high)));
    let end = work::CLIENTS.into_iter().max().unwrap_or(1);
    let mut chart = ChartBuilder::on(area)
        .x_label_area_size(42)
        .y_label_area_size(78)
        .margin(12)
        .build_cartesian_2d(0.0..f64::from(end), (low / 1.5..high * 1.5).log_scale())?;
    axes(&mut chart).x_desc("clients").y_desc(format!("{what} (logarithmic)")).draw()?;
    for (policy, points) in lines {
        let points = || points.iter().map(|point| (f64::from(point.clients), figure(point)));
        let color = color(*policy);
        chart.draw_series(LineSeries::new(points(), color.stroke_width(width(*policy))))?;
        chart.draw_series(points().map(|point| Circle::new(point, 4, color.filled())))?;
    }
    let floor =
        work::CLIENTS.map(|clients| (f64::from(clients), least(work::herd(clients), clients)));
    chart.draw_series(DashedLineSeries::new(floor, 5, 4, INK.stroke_width(2)))?;
    Ok(())
}
