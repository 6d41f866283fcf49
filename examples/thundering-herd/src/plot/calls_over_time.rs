//! Requests sent in each second, one panel per policy, against the quota.

use std::path::Path;

use anyhow::Result;
use aws_retry_testkit::plot::{SERVED, Seconds, THROTTLED, calls};
use plotters::prelude::*;

use super::style::{Area, Mark, head};
use crate::herd::{Herd, Outcome};

/// The end of the axis, as a multiple of the quota.
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
    let rest = head(
        &root,
        "Requests against a quota that no client knows, except in the last panel",
        &below,
        &legend,
    )?;
    let end = shown(job);
    let areas = rest.split_evenly((outcomes.len(), 1));
    for (area, outcome) in areas.iter().zip(outcomes) {
        panel(area, job, outcome, end)?;
    }
    root.present()?;
    Ok(())
}

/// One and a half times the shortest possible time of the job. The panel of a slower policy is cut, and says so.
fn shown(job: Herd) -> f64 {
    (1.5 * job.least(job.all_calls()) / 10.0).ceil() * 10.0
}

fn panel(area: &Area, job: Herd, outcome: &Outcome, end: f64) -> Result<()> {
    let quota = job.quota.rate;
    calls(area, &caption(outcome), &seconds(outcome, end), quota, (end, TOP * quota))?;
    Ok(())
}

fn caption(outcome: &Outcome) -> String {
    let peak = seconds(outcome, outcome.ended()).iter().fold(0.0, |top, (_, sent)| sent.max(top));
    let failed = match outcome.failed() {
        0 => String::new(),
        failed => format!(", {failed} calls failed"),
    };
    format!(
        "{}: {} of {} requests throttled, at most {peak} sent within one second, done after {:.0} s{failed}",
        outcome.policy,
        outcome.throttled(),
        outcome.requests.len(),
        outcome.ended(),
    )
}

/// (served, sent) in each second up to `end`.
fn seconds(outcome: &Outcome, end: f64) -> Seconds {
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
