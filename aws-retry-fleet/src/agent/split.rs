//! The time before the first throttle. A new member asks whether others know the quota, and `max_rate` is split from
//! the start.

use aws_retry_core::__fleet::{Command, View};

use super::{Agent, FIRST_HOLD, LONGEST_HOLD, Mode};
use crate::record::Progress;

/// Exchanges of a new member that are as frequent as while news matters.
const NEW: i32 = 8;

impl Agent {
    pub(super) const fn is_unthrottled(&self) -> bool {
        matches!(self.mode, Mode::Starting | Mode::Unthrottled)
    }

    /// The time until which a new member waits to hear of the others. Its first send waits for nothing.
    pub(super) fn starts_until(&self) -> f64 {
        if self.demand.has_sent() {
            let heard = if self.schedule.polls > 0 { self.base() } else { FIRST_HOLD };
            (self.answered_at + heard).min(self.since + LONGEST_HOLD)
        } else {
            f64::NEG_INFINITY
        }
    }

    /// A send before the first throttle: the first one of all, or one under `max_rate`.
    pub(super) fn sent_before_any_throttle(&mut self, now: f64, units: f64) {
        self.demand.sent_before_any_throttle(now, units);
        self.schedule.by(now.max(self.schedule.began_at + self.every()));
        self.wake_up(now);
    }

    /// Units per second that it says it wants, before the first throttle: as much as it can get, until it has sent
    /// for some time.
    pub(super) fn want_within_limit(&self, view: &View) -> f64 {
        let new = self.seq < 3 && view.max_rate.is_some();
        if new { f64::INFINITY } else { self.demand.want }
    }

    /// Nobody knows the quota. Waits on while somebody searches for it; and `max_rate` is split by the wants of all.
    pub(super) fn heard_nothing(&mut self, now: f64, view: &View) -> Option<Command> {
        self.limit_part = view.max_rate.map(|all| self.peers.part(now, all));
        if self.mode == Mode::Unthrottled || self.is_searched(now) {
            return None;
        }
        Some(self.starts_alone(now))
    }

    /// Nobody tells it anything: nothing holds back its sends.
    pub(super) fn starts_alone(&mut self, now: f64) -> Command {
        self.enter(Mode::Unthrottled, now);
        Command::Wake
    }

    /// Whether it exchanges records before its first throttle: to split `max_rate`, and to hear of a search.
    pub(super) fn listens(&self, now: f64) -> bool {
        self.limit_part.is_some() || self.is_searched(now)
    }

    /// Others were throttled, and do not know the quota yet.
    pub(super) fn is_searched(&self, now: f64) -> bool {
        let searched = |progress| matches!(progress, Progress::Joining | Progress::Searching);
        self.peers.alive(now).any(|(_, it)| searched(it.record.progress))
    }

    pub(super) const fn is_new(&self) -> bool {
        self.is_unthrottled() && self.schedule.polls < NEW
    }
}
