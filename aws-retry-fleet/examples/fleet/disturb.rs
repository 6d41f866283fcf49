//! The disturbances of a disturbed run, and their times.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use crate::args::Args;
use crate::store::Kind;

#[derive(Clone, Debug)]
pub enum Disturbance {
    Start(Range<u32>),
    Kill(Range<usize>),
    Stop(usize),
    Continue(usize),
    KillStore,
    RestartStore,
}

/// Seconds after the start, in order; the processes that start at once are the first. A store that needs
/// seconds to start is started earlier.
pub fn plan(args: &Args, store: Option<&Kind>) -> VecDeque<(Duration, Disturbance)> {
    use Disturbance::{Continue, Kill, KillStore, RestartStore, Start, Stop};
    let quarter = if args.disturbed { args.processes / 4 } else { 0 };
    let mut plan = VecDeque::from([(0, Start(0..args.processes - quarter))]);
    if args.disturbed {
        let few = quarter as usize;
        let slow = store.map_or(0, Kind::seconds_to_start);
        plan.extend([
            (3, Start(args.processes - quarter..args.processes)),
            (8, Kill(0..few)),
            (10, Stop(few)),
            (14, KillStore),
            (17 - slow, RestartStore),
            (20, Continue(few)),
        ]);
    }
    plan.retain(|(_, it)| store.is_some() || !matches!(it, KillStore | RestartStore));
    plan.into_iter().map(|(seconds, it)| (Duration::from_secs(seconds), it)).collect()
}

impl fmt::Display for Disturbance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(which) => write!(f, "{} processes start", which.len()),
            Self::Kill(which) => write!(f, "{} processes are killed", which.len()),
            Self::Stop(_) => f.write_str("a process is stopped"),
            Self::Continue(_) => f.write_str("it goes on"),
            Self::KillStore => f.write_str("the store is killed"),
            Self::RestartStore => f.write_str("the store is started again"),
        }
    }
}
