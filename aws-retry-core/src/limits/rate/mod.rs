//! How fast a scope may send: AWS's adaptive rate and the paced one, behind one queue.
//!
//! Decisions are pure: [`cubic`], [`paced`] and [`queue`] take `now`, outcomes and ids, and return
//! "send" or "ask again at". [`gate`] alone waits.

mod cubic;
mod gate;
mod paced;
mod queue;
mod quota_meter;
mod sync;

pub use gate::{Gate, Refused, Sent, Ticket, Timekeeper, Turn};
pub use queue::State;

pub use crate::decision::policy::RateKind as Kind;

use crate::clock::Time;
use cubic::Cubic;
use paced::Paced;

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

/// A send rate. All times are seconds since the clock's origin and never decrease.
#[derive(Debug)]
enum Pace {
    Adaptive(Cubic),
    Paced(Paced),
}

impl Pace {
    fn new(kind: Kind, share: f64) -> Self {
        match kind {
            Kind::Adaptive => Self::Adaptive(Cubic::new(share)),
            Kind::Paced => Self::Paced(Paced::new(share)),
        }
    }

    /// When the next send may go; not later than `now` means at once.
    fn ready_at(&mut self, now: f64) -> f64 {
        match self {
            Self::Adaptive(it) => it.ready_at(now),
            Self::Paced(it) => it.ready_at(now),
        }
    }

    /// [`Pace::ready_at`], asked by a call that does not wait yet.
    fn next_turn(&mut self, now: f64) -> f64 {
        match self {
            Self::Adaptive(it) => it.ready_at(now),
            Self::Paced(it) => it.next_turn(now),
        }
    }

    /// A send goes out.
    fn sent(&mut self, now: f64, id: u64) {
        match self {
            Self::Adaptive(it) => it.sent(),
            Self::Paced(it) => it.sent(now, id),
        }
    }

    /// An attempt of `requests` requests ended.
    fn answered(&mut self, now: f64, send: Dispatch, outcome: Outcome, requests: u32) {
        match self {
            Self::Adaptive(it) => it.answered(now, outcome),
            Self::Paced(it) => it.answered(now, send, outcome, requests),
        }
    }

    /// Of the time before the first throttle: how many sends there were, and a recent one.
    const fn unthrottled(&mut self, sends: u64, recent: Dispatch) {
        if let Self::Paced(it) = self {
            it.unthrottled(sends, recent);
        }
    }

    /// Sends per second, at present; none before the first throttle.
    fn rate(&self) -> Option<f64> {
        match self {
            Self::Adaptive(it) => it.rate(),
            Self::Paced(it) => it.rate(),
        }
    }

    /// The rate that it may soon reach, for promises about the future.
    fn optimistic_rate(&self) -> f64 {
        match self {
            Self::Adaptive(it) => it.optimistic_rate(),
            Self::Paced(it) => it.optimistic_rate(),
        }
    }
}

#[cfg(test)]
mod paced_tests;
#[cfg(test)]
mod quota_tests;
