//! Advice on a scope that is throttled: the rules, from what was measured there. Pure.

mod parts;

use std::fmt;

pub(crate) use parts::place;

/// A part of the retries, and a number of them, from which on throttles are more than an occasional one.
const OFTEN: f64 = 0.3;
const ENOUGH_RETRIES: u64 = 10;
/// Cycles after which the measured quota and the regularity of its throttles can be relied on.
const ENOUGH_CYCLES: u32 = 4;
/// The degree of irregularity from which on others use the quota, too.
const IRREGULAR: f64 = 0.5;
/// The part of the throttles from which on limits of single calls are worth a word.
const OF_SINGLE_CALLS: f64 = 0.1;

/// What a scope has measured, since its first throttle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Measures {
    /// Throttled attempts.
    pub throttles: u64,
    /// Those of them in a mode other than paced.
    pub unpaced: u64,
    /// Retries after a throttle in such a mode, and those of them that were throttled again.
    pub retries: u64,
    pub again: u64,
    /// Calls that gave up on a throttle in such a mode.
    pub lost: u64,
    /// Throttles by a limit of the call's own: the service said so, or others of the scope passed all the while.
    pub own_limit: u64,
    /// The number of times that nothing at all was accepted for more than a second.
    pub shut: u64,
    /// Cycles of rise and cut.
    pub cycles: u32,
    /// Units per second and burst, as paced mode has measured them.
    pub quota: Option<(f64, f64)>,
    /// The degree to which throttles come irregularly, 0 to 1.
    pub irregular: f64,
    /// Paced mode began at a quota that it was told.
    pub told: bool,
    /// The scope takes part in a fleet.
    pub in_fleet: bool,
}

impl Measures {
    /// The quota, once there are enough measures to rely on it.
    pub fn reliable_quota(&self) -> Option<(f64, f64)> {
        self.quota.filter(|_| self.cycles >= ENOUGH_CYCLES)
    }
}

/// Something that would help a scope that is throttled; its text says why.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Hint {
    /// Calls in another mode are throttled again and again, or were lost: `mode = "paced"`.
    Pace {
        /// Retries after a throttle.
        retries: u64,
        /// Those of them that were throttled again.
        again: u64,
        /// Calls that gave up on a throttle.
        lost: u64,
    },
    /// The quota is known by now: `known_rate` and `known_burst`, or `scope::export`, skip the search.
    KnownRate {
        /// Units per second.
        rate: f64,
        /// Units of a full bucket.
        burst: f64,
    },
    /// Throttles come irregularly, so others use the quota, too: a fleet, or `share`.
    SharedQuota {
        /// The degree to which they do, 0 to 1.
        irregular: f64,
    },
    /// At times nothing was accepted at all: not a rate, but an exhausted allowance or an outage.
    Shut {
        /// The number of times.
        times: u64,
    },
    /// Single calls meet a limit of their own while others pass: a hot key, a hard limit.
    OwnLimit {
        /// The throttles that this concerns.
        throttles: u64,
        /// All throttles.
        of: u64,
    },
}

/// The rules, in the order in which they are told: first what makes a higher quota useless.
pub(crate) fn hints(it: &Measures) -> Vec<Hint> {
    let mut hints = Vec::new();
    if it.own_limit > 0 && part(it.own_limit, it.throttles) >= OF_SINGLE_CALLS {
        hints.push(Hint::OwnLimit { throttles: it.own_limit.min(it.throttles), of: it.throttles });
    }
    if it.shut > 0 {
        hints.push(Hint::Shut { times: it.shut });
    }
    let often = it.retries >= ENOUGH_RETRIES && part(it.again, it.retries) >= OFTEN;
    if it.unpaced > 0 && (often || it.lost > 0) {
        hints.push(Hint::Pace { retries: it.retries, again: it.again, lost: it.lost });
    }
    let shared = it.cycles >= ENOUGH_CYCLES && it.irregular >= IRREGULAR;
    if shared && !it.in_fleet {
        hints.push(Hint::SharedQuota { irregular: it.irregular });
    }
    // A part of a quota is not the quota.
    if let Some((rate, burst)) = it.reliable_quota()
        && !shared
        && !it.told
        && !it.in_fleet
    {
        hints.push(Hint::KnownRate { rate, burst });
    }
    hints
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn part(some: u64, all: u64) -> f64 {
    some as f64 / all.max(1) as f64
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pace { retries, again, lost } => {
                write!(
                    f,
                    "use `mode = \"paced\"`: of {retries} retries after a throttle, {again} were throttled again"
                )?;
                match lost {
                    0 => write!(f, "; paced calls wait for their turn instead"),
                    _ => write!(
                        f,
                        ", and {lost} calls gave up; paced calls wait for their turn instead"
                    ),
                }
            }
            Self::KnownRate { rate, burst } => write!(
                f,
                "start at the quota: `known_rate = {rate:.1}, known_burst = {burst:.0}` (or a value that AWS \
                 publishes, see `quotas`) saves the throttles of the search"
            ),
            Self::SharedQuota { irregular } => write!(
                f,
                "others use this quota, too: {:.0} % of the throttles come irregularly; join a fleet for processes \
                 of your own, or leave others some with `share`",
                100.0 * irregular
            ),
            Self::Shut { times } => write!(
                f,
                "nothing was accepted at all {times} times for more than a second: look for an allowance per \
                 minute or day, or an outage, before you ask for a higher rate; `total_timeout` bounds the wait"
            ),
            Self::OwnLimit { throttles, of } => write!(
                f,
                "{throttles} of {of} throttles concern single calls while others pass (a hot key, a reserved \
                 concurrency, a hard limit): a higher quota of the action does not help them"
            ),
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
