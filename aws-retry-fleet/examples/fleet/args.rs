//! The command line.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use aws_retry_testkit::bucket::Quota;
use clap::{Parser, Subcommand};

use crate::store::{Kind, Meeting};

/// Twenty processes share a quota that none of them knows: each for itself, and as a fleet.
#[derive(Debug, Parser)]
#[command(name = "fleet", args_conflicts_with_subcommands = true)]
pub struct Args {
    /// Processes
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub processes: u32,
    /// Calls of each process
    #[arg(long, default_value_t = 90)]
    pub calls: u32,
    /// Calls that a process has in flight
    #[arg(long, default_value_t = 2)]
    pub in_flight: usize,
    /// Calls per second that the service serves
    #[arg(long, default_value_t = 50.0)]
    pub rate: f64,
    /// Calls that it serves at once after a pause
    #[arg(long, default_value_t = 20.0)]
    pub burst: f64,
    /// Milliseconds that an answer takes
    #[arg(long, default_value_t = 60)]
    pub latency: u64,
    /// The fleet meets in the Redis at this URL, or in a `redis-server` that is started for it
    #[cfg(feature = "redis")]
    #[arg(long, value_name = "URL", num_args = 0..=1)]
    pub redis: Option<Option<String>>,
    /// The fleet meets in the DynamoDB at this endpoint, or in a moto that is started for it
    #[cfg(feature = "dynamodb")]
    #[arg(long, value_name = "ENDPOINT", num_args = 0..=1)]
    pub dynamodb: Option<Option<String>>,
    /// The fleet meets in memory too: the default if no other store is given
    #[arg(long)]
    pub memory: bool,
    /// Late start of a quarter of the processes, SIGKILL for another quarter, SIGSTOP for one for ten seconds, and
    /// a store that is killed and restarted
    #[arg(long)]
    pub disturbed: bool,
    /// Fail if an answer is missing, or if a fleet is throttled more than half as often
    #[arg(long)]
    pub check: bool,
    /// Draw the calls over time as SVG
    #[arg(long, value_name = "PATH")]
    pub picture: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// A process of the team. Takes numbers of calls from its standard input, one per line, and prints each when
    /// it is answered.
    #[command(hide = true)]
    Work(Work),
}

#[derive(Debug, clap::Args)]
pub struct Work {
    #[arg(long)]
    pub service: SocketAddr,
    #[arg(long)]
    pub in_flight: usize,
    /// The place where the fleet meets; none if there is no fleet
    #[arg(long)]
    pub store: Option<Meeting>,
}

impl Args {
    pub fn stores(&self) -> Vec<Kind> {
        let mut stores = Vec::new();
        #[cfg(feature = "redis")]
        stores.extend(self.redis.clone().map(Kind::Redis));
        #[cfg(feature = "dynamodb")]
        stores.extend(self.dynamodb.clone().map(Kind::DynamoDb));
        if self.memory || stores.is_empty() {
            stores.insert(0, Kind::Memory);
        }
        stores
    }

    pub const fn quota(&self) -> Quota {
        Quota { burst: self.burst, rate: self.rate }
    }

    pub const fn all_calls(&self) -> u32 {
        self.processes * self.calls
    }

    /// The shortest time in which a team can be done.
    pub fn least(&self) -> Duration {
        self.quota().least_time(self.all_calls() as usize)
    }
}

impl fmt::Display for Args {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { processes, calls, in_flight, rate, burst, latency, .. } = self;
        write!(
            f,
            "{processes} processes, {calls} calls each, {in_flight} in flight; quota {rate} per second after a burst \
             of {burst}; latency {latency} ms"
        )
    }
}
