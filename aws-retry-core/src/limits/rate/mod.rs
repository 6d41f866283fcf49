//! How fast a scope may send: AWS's adaptive rate and the paced one, behind one queue.
//!
//! Decisions are pure: [`cubic`], [`paced`] and [`queue`] take `now`, outcomes and ids, and return
//! "send" or "ask again at". [`gate`] alone waits.

mod cubic;
mod gate;
mod pace;
mod paced;
mod queue;
mod quota_meter;
mod sync;

pub use gate::{Gate, Refused, Sent, Ticket, Timekeeper, Turn};
pub use queue::State;

pub use crate::decision::policy::RateKind as Kind;

use crate::clock::Time;

/// How an attempt ended, as far as a send rate cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The service answered with a throttle.
    Throttled,
    /// Any other answer, a 5xx included: the request passed the quota.
    Accepted,
    /// No answer: cancelled, timed out, connection lost. It may have passed the quota.
    Unknown,
}

/// One send, as the controllers see it; seconds since the clock's origin.
#[derive(Clone, Copy, Debug)]
struct Dispatch {
    /// Sends of a scope are numbered in order.
    id: u64,
    at: f64,
}

#[cfg(test)]
mod paced_tests;
#[cfg(test)]
mod quota_tests;
