//! The cost of a growing herd: every client has one call, and none gives up.

use anyhow::Result;
use aws_retry_testkit::bucket::Quota;

use crate::{
    herd::{Herd, quantile, run},
    policy::Policy,
};

pub const CLIENTS: [u32; 8] = [5, 10, 20, 40, 80, 120, 160, 200];
/// Runs per point; their median is drawn.
const RUNS: u64 = 5;

pub const fn herd(clients: u32) -> Herd {
    Herd { quota: Quota { rate: 20.0, burst: 10.0 }, latency: 0.1, clients, calls: 1 }
}

/// The requests and the time that a herd of this size needed until the last was served.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    pub clients: u32,
    pub requests: f64,
    pub seconds: f64,
}

/// A policy's points.
pub type Line = (Policy, Vec<Point>);

pub fn measure() -> Result<Vec<Line>> {
    Policy::OF_THE_WORK.into_iter().map(|policy| Ok((policy, points(policy)?))).collect()
}

fn points(policy: Policy) -> Result<Vec<Point>> {
    CLIENTS.into_iter().map(|clients| point(policy, clients)).collect()
}

fn point(policy: Policy, clients: u32) -> Result<Point> {
    let (mut requests, mut seconds) = (Vec::new(), Vec::new());
    for seed in 0..RUNS {
        let outcome = run(policy, herd(clients), seed)?;
        requests.push(outcome.requests.len() as f64);
        seconds.push(outcome.ended());
    }
    requests.sort_by(f64::total_cmp);
    seconds.sort_by(f64::total_cmp);
    Ok(Point { clients, requests: quantile(&requests, 0.5), seconds: quantile(&seconds, 0.5) })
}
