//! The interface between a send rate and the fleet that guides it. A process that has joined no fleet has no
//! [`Member`], and runs none of this.

use std::fmt;

/// A member of a fleet, in one scope: it hears of the scope's sends and guides its rate. Pure. All times are
/// seconds of the scope's clock, and never decrease.
pub trait Member: fmt::Debug + Send {
    /// A send went out, and counts as this many units. Before the first throttle it hears only of sends that `max_rate`
    /// bounds.
    fn sent(&mut self, now: f64, units: f64);

    /// A call waits for a turn, or none does any more.
    fn waits(&mut self, now: f64, waiting: bool);

    /// An earlier send turned out to take this many more units of the quota than were counted for it.
    fn corrected(&mut self, sent_at: f64, units: f64);

    /// A send was throttled while the fleet guides the rate. Says whether that begins a new cycle.
    fn throttled(&mut self, now: f64, throttle: Throttled) -> bool;

    /// An answer has come, and the controller has heard of it.
    fn answered(&mut self, now: f64, view: &View) -> Option<Command>;

    /// The seconds until `now` have passed; `waited`: the part of them in which a call waited for a turn. Successes
    /// have paid for `paid` seconds of growth; returns the part of them that is used.
    fn passed(&mut self, now: f64, waited: f64, paid: f64) -> f64;

    /// No send goes out before this time.
    fn held_until(&self) -> f64;

    /// It is new in the scope, and may hold back sends although nothing has been throttled.
    fn is_starting(&self) -> bool;

    /// Units per second while the fleet guides the rate.
    fn rate(&self) -> f64;

    /// The time at which it wants to exchange records; infinite if it does not.
    fn due_at(&self) -> f64;

    /// Its record, at the beginning of an exchange.
    fn publish(&mut self, now: f64, view: &View) -> Vec<u8>;

    /// The exchange has brought the records of all members.
    fn read(&mut self, now: f64, view: &View, records: &[(u64, Vec<u8>)]) -> Option<Command>;

    /// Members whose last record is so old that it can be removed.
    fn forgotten(&mut self) -> Vec<u64>;

    /// The exchange has failed.
    fn failed(&mut self, now: f64, view: &View) -> Option<Command>;

    /// The visible part of its state.
    fn state(&self) -> FleetState;
}

/// The controller's view of a throttle.
#[derive(Clone, Copy, Debug)]
pub struct Throttled {
    /// The time of the send.
    pub sent_at: f64,
    /// It was sent at the present rate, not at an older one.
    pub fresh: bool,
    /// The time of the last decrease.
    pub decrease_at: f64,
    /// Round-trip time (seconds), smoothed.
    pub round_trip: f64,
}

/// The facts that a member may need of the controller and its queue.
#[derive(Clone, Copy, Debug, Default)]
pub struct View {
    /// Nothing has been throttled yet: nothing holds back the scope's sends.
    pub unthrottled: bool,
    /// Units sent so far.
    pub sends: f64,
    /// Units that a send takes on average.
    pub per_send: f64,
    /// Units sent in the one or two seconds before the first throttle, while that counts.
    pub initial_burst: f64,
    /// Round-trip time (seconds), smoothed.
    pub round_trip: f64,
    /// The controller's own measure of the quota (units per second).
    pub quota: Option<f64>,
    /// Units that the bucket is known to hold.
    pub burst: f64,
    /// The measures so far.
    pub cycles: u32,
    /// The part of the quota to use.
    pub share: f64,
    /// Calls in the queue.
    pub waiting: usize,
    /// The bound on the units per second of all members, if there is one.
    pub max_rate: Option<f64>,
}

/// A member's request to the controller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command {
    /// The head of the queue asks again: what held it has ended.
    Wake,
    /// The member guides the rate from now on. This many units may be sent at once.
    Guided {
        /// Units, at most one send's.
        credit: f64,
    },
    /// The controller continues by itself, from these facts.
    Alone {
        /// Units per second.
        quota: f64,
        /// Units that the bucket holds.
        burst: f64,
        /// Others use the quota too.
        shared: bool,
    },
    /// The controller searches, for all members: they sent this many units in the initial burst.
    Search {
        /// Units that were accepted of all members together.
        accepted: f64,
    },
}

/// A scope's part in its fleet.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FleetState {
    /// The number of members that are known to be alive, this process included.
    pub members: usize,
    /// This process's part of the quota, 0 to 1.
    pub part: f64,
    /// The quota of all members together, in units per second, if it is known.
    pub quota: Option<f64>,
    /// The present relation to the other members.
    pub mode: FleetMode,
}

impl FleetState {
    /// A state.
    #[must_use]
    pub const fn new(members: usize, part: f64, quota: Option<f64>, mode: FleetMode) -> Self {
        Self { members, part, quota, mode }
    }
}

/// The relation of a process to the other members of its fleet, in one scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum FleetMode {
    /// Nothing has been throttled yet.
    Unthrottled,
    /// Throttled, and waits to hear of the others.
    Joining,
    /// Searches the quota for all members.
    Searching,
    /// Sends its part of the joint quota.
    Guided,
    /// No other member uses the quota.
    Alone,
    /// The store does not answer: the process sends as if there were no fleet.
    Loose,
}

impl FleetMode {
    /// The mode in lower case, as metrics and events have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unthrottled => "unthrottled",
            Self::Joining => "joining",
            Self::Searching => "searching",
            Self::Guided => "guided",
            Self::Alone => "alone",
            Self::Loose => "loose",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_written_in_lower_case() {
        use FleetMode::{Alone, Guided, Joining, Loose, Searching, Unthrottled};
        for mode in [Unthrottled, Joining, Searching, Guided, Alone, Loose] {
            assert_eq!(mode.as_str(), format!("{mode:?}").to_lowercase());
        }
    }
}
