//! Requests sent in each second, one panel per policy, against the quota.

use std::path::Path;

use anyhow::Result;
use plotters::prelude::*;

use super::style::{Area, INK, Mark, axes, color, font, head};
use crate::{
    herd::{Herd, Outcome},
    policy::Policy,
};

const SERVED: RGBColor = color(Policy::SdkAdaptive);
const THROTTLED: RGBColor = RGBColor(235, 150, 105);
/// Where the axis ends, as a multiple of the quota.
const TOP: f64 = 8.0;

pub fn calls_over_time(path: &Path, job: Herd, outcomes: &[Outcome]) -> Result<()> {
    let height = 100 + 160 * u32::try_from(outcomes.len())? + 40;
    let root = SVGBackend::new(path, (900, height)).into_drawing_area();
    let legend = [
        ("served".to_owned(), Mark::Bar(SERVED)),
        ("throttled".to_owned(), Mark::Bar(THROTTLED)),
        (format!("the quota, {} per second", job.quota.rate), Mark::Dashes),
    ];
    let below = format!("{job}; bars are cut at {}", TOP * job.quota.rate);
    let rest = head(&root, "Requests against a quota that no client knows", &below, &legend)?;
    let end = shown(job);
    let areas = rest.split_evenly((outcomes.len(), 1));
    for (area, outcome) in areas.iter().zip(outcomes) {
        panel(area, job, outcome, end)?;
    }
    root.present()?;
    Ok(())
}

/// Half as long again as the time that the job must take: a policy that takes longer is cut, and its panel says so.
fn shown(job: Herd) -> f64 {
    (1.5 * job.least(job.all_calls()) / 10.0).ceil() * 10.0
}

fn panel(area: &Area, job: Herd, outcome: &Outcome, end: f64) -> Result<()> {
    let top = TOP * job.quota.rate;
    let mut chart = ChartBuilder::on(area)
        .caption(caption(outcome), font(16))
        .x_label_area_size(36)
        .y_label_area_size(70)
        .margin_right(12)
        .build_cartesian_2d(0.0..end, 0.0..top)?;
    axes(&mut chart)
        .disable_x_mesh()
        .x_desc("seconds")
        .y_desc("requests/s")
        .y_labels(4)
        .x_labels(10)
        .draw()?;
    for (second, (served, sent)) in (0_u32..).zip(seconds(outcome, end)) {
        let second = f64::from(second);
        let bar = |from: f64, to: f64, color: RGBColor| {
            let corners = [(second + 0.06, from.min(top)), (second + 0.94, to.min(top))];
            Rectangle::new(corners, color.filled())
        };
        chart.draw_series((served > 0.0).then(|| bar(0.0, served, SERVED)))?;
        let throttled = sent > served && served < top;
        chart.draw_series(throttled.then(|| bar(served, sent, THROTTLED)))?;
    }
    let quota = [(0.0, job.quota.rate), (end, job.quota.rate)];
    chart.draw_series(DashedLineSeries::new(quota, 5, 3, INK.stroke_width(2)))?;
    Ok(())
}

fn caption(outcome: &Outcome) -> String {
    let peak = seconds(outcome, outcome.ended()).iter().fold(0.0, |top, (_, sent)| sent.max(top));
    let failed = match outcome.failed() {
        0 => String::new(),
        failed => format!(", {failed} calls failed"),
    };
    format!(
        "{}: {} of {} requests throttled, at most {peak} sent in a second, done after {:.0} s{failed}",
        outcome.policy,
        outcome.throttled(),
        outcome.requests.len(),
        outcome.ended(),
    )
}

/// (served, sent) in each second up to `end`.
fn seconds(outcome: &Outcome, end: f64) -> Vec<(f64, f64)> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred")]
    let mut seconds = vec![(0.0, 0.0); end.ceil() as usize];
    for request in &outcome.requests {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
        if let Some((served, sent)) = seconds.get_mut(request.sent as usize) {
            *served += f64::from(u8::from(request.served));
            *sent += 1.0;
        }
    }
    seconds
}
