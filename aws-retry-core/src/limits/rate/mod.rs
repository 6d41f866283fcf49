//! How fast a scope may send: AWS's adaptive rate and the paced one, behind one queue.
//!
//! Decisions are pure: [`cubic`], [`paced`] and [`queue`] take `now`, outcomes and ids, and return
//! "send" or "ask again at". [`gate`] alone waits.

mod cubic;
pub mod fleet;
mod gate;
mod gate_fleet;
mod gate_signs;
mod lazy_queue;
mod pace;
mod paced;
mod queue;
mod quota_meter;
mod recent;

#[cfg(aws_retry_loom)]
pub use gate::model::MODELS;
pub use gate::{Gate, Refused, Sent, Timekeeper, Turn};
pub use queue::{RateState, Signs, Ticket};

pub use crate::decision::policy::RateKind as Kind;

use crate::clock::Time;

/// How an attempt ended, as far as a send rate cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SendOutcome {
    /// The service answered with a throttle.
    Throttled,
    /// The same, and it said that the limit is one of the call's own.
    CallThrottled,
    /// The same, and it said that the limit is one of the whole scope.
    ScopeThrottled,
    /// Any other answer: the request passed the quota.
    Accepted,
    /// A server error: the request passed the quota, but the service is in trouble.
    Fault,
    /// No answer: canceled, timed out, connection lost. It may have passed the quota.
    Unknown,
}

impl SendOutcome {
    const fn is_throttle(self) -> bool {
        matches!(self, Self::Throttled | Self::CallThrottled | Self::ScopeThrottled)
    }
}

/// The end of an attempt, and the attempts and waits that its call has left.
#[derive(Clone, Copy, Debug)]
pub struct SendReport {
    /// How it ended.
    pub outcome: SendOutcome,
    /// The number of times that it took its cost: the requests that it made.
    pub requests: f64,
    /// The units that it took of the quota, if its body told them.
    pub spent: Option<f64>,
    /// Attempts that the call may still make.
    pub attempts_left: u32,
    /// The call's first backoff (seconds).
    pub base: f64,
    /// The longest backoff (seconds).
    pub cap: f64,
    /// Uniform in [0, 1).
    pub random: f64,
}

impl SendReport {
    /// The report of an attempt of one request, with the attempts and waits of paced mode's defaults.
    #[must_use]
    pub const fn new(outcome: SendOutcome) -> Self {
        Self {
            outcome,
            requests: 1.0,
            spent: None,
            attempts_left: 19,
            base: 0.5,
            cap: 30.0,
            random: 0.5,
        }
    }
}

/// A quota that a scope believes in before it has measured one. All its numbers are finite and above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Belief {
    /// Units per second.
    pub rate: f64,
    /// Units that a full bucket holds, if that is known.
    pub burst: Option<f64>,
    /// Units that the bucket holds now.
    pub available: f64,
    /// Seconds since a process measured it; none if no process has.
    pub age: Option<f64>,
}

impl Belief {
    /// A published rate and burst; 0 stands for an unknown one.
    #[must_use]
    pub fn published(rate: f64, burst: f64) -> Option<Self> {
        let burst = Some(burst).filter(|burst| *burst > 0.0);
        let available = burst.unwrap_or_default();
        (rate > 0.0).then_some(Self { rate, burst, available, age: None })
    }
}

/// A measured quota.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Learned {
    /// Units per second.
    pub rate: f64,
    /// Units that the bucket is known to hold.
    pub burst: f64,
    /// Seconds since it was measured.
    pub age: f64,
}

/// The history of a call whose last attempt was refused, too.
#[derive(Clone, Copy, Debug)]
struct Repeat {
    /// The first send of its consecutive throttles.
    first: Dispatch,
    /// That first one has not been counted yet.
    deferred: bool,
    /// The number of its last throttles that concern the call alone, without the present one.
    times: u32,
    /// The present throttle concerns the call alone.
    alone: bool,
}

/// One send, as the controllers see it; seconds since the clock's origin.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Dispatch {
    /// Sends of a scope are numbered in order.
    id: u64,
    at: f64,
    /// Units of the quota that it takes.
    cost: f64,
    /// The units that the scope's sends took up to here, this one included, beyond one unit each. It is 0 as
    /// long as every send costs one.
    surplus: f64,
}

impl Dispatch {
    /// A send that takes one unit, as all before it.
    #[cfg(test)]
    const fn of_one(id: u64, at: f64) -> Self {
        Self { id, at, cost: 1.0, surplus: 0.0 }
    }

    /// The units that the scope's sends took up to here, this one included.
    fn units(&self) -> f64 {
        units_of(self.id.saturating_add(1), self.surplus)
    }
}

/// The units that this many sends took.
#[expect(clippy::cast_precision_loss, reason = "a scope does not send 2^52 times")]
const fn units_of(sends: u64, surplus: f64) -> f64 {
    sends as f64 + surplus
}

#[cfg(test)]
mod belief_tests;
#[cfg(test)]
mod irregular_tests;
#[cfg(test)]
mod paced_tests;
#[cfg(test)]
mod quota_tests;
#[cfg(test)]
mod units_tests;
