//! The command line.

use clap::Parser;

use crate::{
    members::{Members, StoreFacts},
    policy::Policy,
    scenarios::{BASE, Set},
    server::Counts,
    world::Scenario,
};

/// Simulates a job of many calls against a quota: the real code on a paused clock.
///
/// A request takes 0.3 of its latency to reach the service. A throttle takes 0.3 of it to come back, every
/// other answer 0.7. "Share" compares with the speed of an oracle, a queue that knows the quota. "Beyond
/// first burst" counts the throttles of requests that were sent after their process had seen a throttle.
/// "Slowest 1 %" is the 99th percentile of the calls' times. Jain's index over processes counts the calls
/// that ended while all processes still ran. "Learned" is the time from the first throttled answer until
/// the believed quota is within 25 % of the real one, or of the process's fair part of it, and stays so for
/// one second. The believed quota is the measured one of `scope::state`, or the send rate before the first
/// measurement. "Relearned" is the same time from the change of the quota.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Args {
    /// The policies to run, separated by commas [default: paced; on the scoreboard, all]
    #[arg(long, value_enum, value_delimiter = ',')]
    pub policy: Vec<Policy>,
    /// How the service counts
    #[arg(long, value_enum, default_value = "bucket")]
    pub server: Counts,
    /// The quota: requests per second
    #[arg(long, default_value_t = 20.0, value_parser = positive)]
    pub rate: f64,
    /// The size of the bucket: at least 1 request. Windows ignore it
    #[arg(long, default_value_t = 100.0, value_parser = a_request)]
    pub burst: f64,
    /// Calls to make, over all processes
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..))]
    pub calls: u64,
    /// Workers, over all processes
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub workers: u64,
    /// Median latency of a request, in seconds (lognormal, sigma 0.3)
    #[arg(long, default_value_t = 0.1, value_parser = positive)]
    pub latency: f64,
    /// The part of the accepted requests that end in a 503, from 0 to below 1
    #[arg(long, default_value_t = 0.0, value_parser = part)]
    pub error_rate: f64,
    /// The second at which the quota changes
    #[arg(long, requires = "change_rate_to", value_parser = positive)]
    pub change_rate_at: Option<f64>,
    /// The quota after the change: requests per second
    #[arg(long, requires = "change_rate_at", value_parser = positive)]
    pub change_rate_to: Option<f64>,
    /// Processes that share the quota without knowing of each other
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub processes: u64,
    /// Work for this many seconds, rest for as many, and repeat
    #[arg(long, value_parser = positive)]
    pub idle_every: Option<f64>,
    /// As a fleet, too, over a simulated store
    #[arg(long)]
    pub fleet: bool,
    /// Median round trip of the fleet's store, seconds
    #[arg(long, default_value_t = 0.02, value_parser = positive)]
    pub store_rtt: f64,
    /// The part of the store's operations that are never answered
    #[arg(long, default_value_t = 0.0, value_parser = part)]
    pub store_loss: f64,
    /// The store answers nothing between these seconds: FROM,UNTIL
    #[arg(long, value_parser = pair)]
    pub store_outage: Option<(f64, f64)>,
    /// This many processes begin at this second: MANY,AT
    #[arg(long, value_parser = pair)]
    pub members_join: Option<(f64, f64)>,
    /// This many processes die at this second: MANY,AT
    #[arg(long, value_parser = pair)]
    pub members_die: Option<(f64, f64)>,
    /// One process stands still between these seconds: FROM,UNTIL
    #[arg(long, value_parser = pair)]
    pub freeze: Option<(f64, f64)>,
    /// Two processes have one id
    #[arg(long)]
    pub clones: bool,
    /// The processes' clocks run wrong by up to this part of the time
    #[arg(long, default_value_t = 1e-4, value_parser = part)]
    pub drift: f64,
    /// Each process begins this many seconds after the one before
    #[arg(long, value_parser = positive)]
    pub begin_every: Option<f64>,
    /// The bound on the requests per second of a process, or of all members of a fleet
    #[arg(long, value_parser = positive)]
    pub max_rate: Option<f64>,
    /// This many processes are outside the fleet
    #[arg(long, default_value_t = 0)]
    pub strangers: u64,
    /// The first seed [default: 1; the held-out scenarios have one of their own]
    #[arg(long)]
    pub seed: Option<u64>,
    /// The number of seeds, from the first one up. Shows medians, but the worst run's failed calls and attempts [default: 1; on the scoreboard, 7]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: Option<u64>,
    /// Print one JSON object per policy instead of a table
    #[arg(long)]
    pub json: bool,
    /// Run many scenarios with all policies, and list the bounds that paced mode misses. Jobs of more than
    /// 10,000 calls run with one seed, except for paced and the oracle
    #[arg(long)]
    pub scoreboard: bool,
    /// The scoreboard's sets of scenarios, separated by commas [default: all]
    #[arg(long, value_enum, value_delimiter = ',')]
    pub set: Vec<Set>,
    /// Run only the irregular conditions whose name contains this
    #[arg(long)]
    pub only: Option<String>,
    /// A regression check: paced mode alone, short jobs, 3 seeds. Fails if a bound is missed by more
    /// than its slack
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
            members: Members {
                join: self.members_join.map(some),
                die: self.members_die.map(some),
                freeze: self.freeze.map(|(from, until)| (1, from, until)),
                clones: self.clones,
                begin_every: self.begin_every,
                strangers: self.strangers,
                ..Members::ALIKE
            },
            store: StoreFacts {
                rtt: self.store_rtt,
                loss: self.store_loss,
                outage: self.store_outage,
                drift: self.drift,
                ..StoreFacts::GOOD
            },
            max_rate: self.max_rate.unwrap_or(f64::INFINITY),
            seed: self.seed.unwrap_or(1),
            ..BASE
        }
    }
}

/// So many of the processes, and a second.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
const fn some((many, at): (f64, f64)) -> (u64, f64) {
    (many as u64, at)
}

fn pair(text: &str) -> Result<(f64, f64), String> {
    let (one, other) = text.split_once(',').ok_or("must be two numbers with a comma")?;
    let number = |text: &str| text.parse().map_err(|error| format!("{error}"));
    Ok((number(one)?, number(other)?))
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
