//! The command line.

use clap::Parser;

use crate::{
    policy::Policy,
    scenarios::{BASE, Set},
    server::Counts,
    world::Scenario,
};

/// Simulates a job of many calls against a quota, over the real code, on a paused clock.
///
/// A request takes 0.3 of its latency to the service; a throttle takes 0.3 of it back, every other
/// answer 0.7. "Share" is of the speed of an oracle: a queue that knows the quota. "Beyond the first
/// burst" are the throttles of what was sent after its process knew of the throttling. "Slowest 1 %" is
/// the 99th percentile of the calls' times. Jain's index over processes counts the calls that ended
/// while all of them still ran. "Learned" is the time from the first throttled answer until the quota
/// that the process believes in (`scope::state`: the measured quota; before the first measurement, the
/// send rate) is within 25 % of the quota, or of the process's fair part of it, and stays so for a
/// second; "relearned" the same from the change of the quota.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Args {
    /// Who calls; several, by commas. Paced alone if not given; on the scoreboard, all.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub policy: Vec<Policy>,
    /// How the service counts.
    #[arg(long, value_enum, default_value = "bucket")]
    pub server: Counts,
    /// The quota, requests a second.
    #[arg(long, default_value_t = 20.0, value_parser = positive)]
    pub rate: f64,
    /// What the bucket holds: a request or more. Windows hold what flows in a window.
    #[arg(long, default_value_t = 100.0, value_parser = a_request)]
    pub burst: f64,
    /// Calls to make, by all processes together.
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..))]
    pub calls: u64,
    /// Workers, of all processes together.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub workers: u64,
    /// Median latency of a request, seconds (lognormal, sigma 0.3).
    #[arg(long, default_value_t = 0.1, value_parser = positive)]
    pub latency: f64,
    /// The part of the accepted requests that end in a 503.
    #[arg(long, default_value_t = 0.0, value_parser = part)]
    pub error_rate: f64,
    /// The second at which the quota changes.
    #[arg(long, requires = "change_rate_to", value_parser = positive)]
    pub change_rate_at: Option<f64>,
    /// What it changes to.
    #[arg(long, requires = "change_rate_at", value_parser = positive)]
    pub change_rate_to: Option<f64>,
    /// Processes that share the quota, and know nothing of each other.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub processes: u64,
    /// Work so many seconds, rest so many, and so on.
    #[arg(long, value_parser = positive)]
    pub idle_every: Option<f64>,
    /// The first seed. [default: 1; of the held-out scenarios, one of their own]
    #[arg(long)]
    pub seed: Option<u64>,
    /// How many seeds, from the first on; medians are shown, of failed calls and attempts the worst. [default: 1; on the scoreboard, 7]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: Option<u64>,
    /// One JSON object a policy instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Many scenarios, all policies, and what paced mode misses of its bounds. Of jobs of more than
    /// 10,000 calls, one seed for all but paced and oracle.
    #[arg(long)]
    pub scoreboard: bool,
    /// Which scenarios of the scoreboard; several, by commas. All if not given.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub set: Vec<Set>,
    /// Of the irregular conditions, those whose name contains this.
    #[arg(long)]
    pub only: Option<String>,
    /// Paced mode alone, short jobs, 3 seeds: a regression check. Fails if a bound is missed by more
    /// than its slack.
    #[arg(long)]
    pub short: bool,
}

impl Args {
    pub fn scenario(&self) -> Scenario {
        Scenario {
            counts: self.server,
            rate: self.rate,
            burst: if self.server == Counts::Bucket { self.burst } else { self.rate },
            calls: self.calls,
            workers: self.workers,
            latency: self.latency,
            error_rate: self.error_rate,
            change: self.change_rate_at.zip(self.change_rate_to),
            processes: self.processes,
            idle_every: self.idle_every,
            seed: self.seed.unwrap_or(1),
            ..BASE
        }
    }
}

fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if number > 0.0 && number.is_finite() { Ok(number) } else { Err("must be above 0".into()) }
}

fn a_request(text: &str) -> Result<f64, String> {
    let number = positive(text)?;
    if number >= 1.0 { Ok(number) } else { Err("must be 1 or more: no request would pass".into()) }
}

fn part(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if (0.0..1.0).contains(&number) { Ok(number) } else { Err("must be from 0 to below 1".into()) }
}
