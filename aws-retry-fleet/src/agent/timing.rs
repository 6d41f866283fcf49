//! How often a member exchanges records.

use super::{Agent, Mode};

/// One interval serves so many members; of more, each exchanges less often.
const MEMBERS_PER_INTERVAL: f64 = 100.0;
/// As long as news matters more than usual, the interval is this part of the usual one.
const SOON: f64 = 0.25;
const SETTLED: u8 = 2;
const BRAKED: f64 = 0.9;
/// Between two exchanges after a failure.
const AFTER_FAILURE: f64 = 0.1;
/// Exchanges of a member that waits to hear of a quota, after which these become rarer, by a factor each.
const POLLS: i32 = 10;
const RARER: f64 = 1.15;
/// Intervals without use after which a member falls silent.
const DORMANT_AFTER: f64 = 10.0;
/// An interval varies by this part of it, so that members do not exchange together.
const JITTER: f64 = 0.2;

impl Agent {
    /// Seconds between two exchanges of a fleet of this size.
    pub(super) fn base(&self) -> f64 {
        self.schedule.interval * (self.members() / MEMBERS_PER_INTERVAL).max(1.0)
    }

    /// Seconds between two exchanges, at present.
    pub(super) fn every(&self) -> f64 {
        let base = self.base();
        match self.mode {
            Mode::Joining | Mode::Holding | Mode::Searching => {
                let rarer = RARER.powi((self.schedule.polls - POLLS).max(0));
                (SOON * base * rarer).min(base)
            }
            _ if self.is_new() => SOON * base,
            Mode::Guided
                if self.saw.settled < SETTLED || self.saw.is_overdue() || self.is_braked() =>
            {
                SOON * base
            }
            _ => base,
        }
    }

    /// Seconds until all members know of a throttle.
    pub(super) fn lag(&self) -> f64 {
        let soon = self.is_guided() && self.saw.settled < SETTLED;
        self.base() * if soon { SOON } else { 1.0 }
    }

    pub(super) fn is_braked(&self) -> bool {
        self.saw.brake < BRAKED
    }

    /// The exchange in flight has ended.
    pub(super) fn reschedule(&mut self, now: f64) {
        self.schedule.in_flight = false;
        if matches!(
            self.mode,
            Mode::Starting | Mode::Unthrottled | Mode::Joining | Mode::Holding | Mode::Searching
        ) {
            self.schedule.polls += 1;
        }
        let jitter = 1.0 + JITTER * (self.random.next() - 0.5);
        let next = self.schedule.began_at + self.every() * jitter;
        let unused =
            self.demand.idle_for(now) > DORMANT_AFTER * self.every() && self.demand.want == 0.0;
        self.schedule.next_at = match self.mode {
            Mode::Unthrottled if !self.listens(now) => f64::INFINITY,
            Mode::Starting | Mode::Unthrottled | Mode::Guided | Mode::Alone if unused => {
                self.schedule.dormant = true;
                f64::INFINITY
            }
            _ => self.schedule.next_at.min(next).max(now),
        };
    }

    /// The exchange in flight has failed, and something waits for it.
    pub(super) fn retry_soon(&mut self, now: f64) {
        if !matches!(self.mode, Mode::Unthrottled | Mode::Loose) {
            self.schedule.next_at =
                now + AFTER_FAILURE * self.schedule.interval * (0.5 + self.random.next());
        }
    }
}
