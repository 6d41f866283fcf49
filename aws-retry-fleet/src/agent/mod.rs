//! One process's member of a fleet, in one scope. Pure: times are numbers, and records go in and come out.
//!
//! There is no leader, no lock and no common clock. Each member publishes what it had accepted, over its own
//! time, and computes the same quota from the counts of all. Each sends its part of it.
//!
//! At the very beginning the quota is unknown. Then one member searches for it as a lone process does, and the
//! others wait for the result.

mod demand;
mod exchange;
mod history;
#[cfg(test)]
mod irregular_tests;
mod ledger;
#[cfg(test)]
mod loose_tests;
mod measure;
mod peers;
mod sawtooth;
mod schedule;
mod search;
mod split;
#[cfg(test)]
mod split_tests;
#[cfg(test)]
mod tests;
mod timing;

use aws_retry_core::__fleet::{Command, Member, Throttled, View};
use aws_retry_core::{FleetMode, FleetState};

use demand::Demand;
use history::History;
use ledger::{ANSWERED_AFTER, Ledger};
use peers::Peers;
use sawtooth::Sawtooth;
use schedule::Schedule;

/// Seconds for which a new or a throttled scope waits for the first answer of the store.
const FIRST_HOLD: f64 = 0.25;
/// Seconds for which it waits for the member that searches, in all.
const LONGEST_HOLD: f64 = 10.0;
/// The finest step of the history, in round trips and in seconds.
const GRAIN_TRIPS: f64 = 0.125;
const FINEST_GRAIN: f64 = 0.01;
/// An idle member tells the others after this part of an interval.
const TELLS_IDLE_AFTER: f64 = 0.25;
/// A member that waits again tells the others at once if it had wanted less than this part of its part.
const WANTED_LITTLE: f64 = 0.5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// New: the store has not told yet whether others know the quota.
    Starting,
    Unthrottled,
    /// Throttled; the first exchange has not ended.
    Joining,
    /// Another member searches, or it is not known yet who does.
    Holding,
    Searching,
    Guided,
    Alone,
    Loose,
}

/// A stream of numbers in [0, 1) (SplitMix64).
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        #[expect(clippy::cast_precision_loss, reason = "53 bits")]
        let part = ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0;
        part
    }
}

/// A member of a fleet, in one scope.
#[derive(Debug)]
pub struct Agent {
    id: u64,
    random: Random,
    mode: Mode,
    /// The present mode began then.
    since: f64,
    saw: Sawtooth,
    own: History,
    peers: Peers,
    ledger: Ledger,
    schedule: Schedule,
    demand: Demand,
    /// Members that are alive, this one included.
    members: usize,
    seq: u32,
    epoch: u32,
    /// The age at which the last cycle ended.
    cut_age: f64,
    last_throttle: Option<f64>,
    throttled_at: f64,
    guided_since: f64,
    burst_sends: f64,
    search: SearchForAll,
    loose: Loose,
    /// The last successful exchange.
    answered_at: f64,
    /// The part of the quota that it had when it went on by itself.
    own_part: f64,
    /// Before the first throttle: the part of `max_rate`, if there is one.
    limit_part: Option<f64>,
    /// The controller's measures that were published.
    cycles: u32,
    /// The controller was given the quota.
    given: bool,
}

/// The progress of a member that searches for all.
#[derive(Debug, Default)]
struct SearchForAll {
    /// The controller's measures when it began, and of late.
    first_cycle: u32,
    cycle: u32,
    /// Units accepted until the last measure, and in the cycle before it.
    accepted_until: f64,
    accepted: f64,
    /// Units that all members had accepted when it began.
    initial: f64,
}

/// How often the store failed, and how long it has to answer before it is trusted again.
#[derive(Debug)]
struct Loose {
    falls: u32,
    fell_at: f64,
    /// Consecutive exchanges that succeeded.
    good: u32,
    /// The first of them.
    back_at: f64,
    until: f64,
}

impl Agent {
    /// A member that exchanges records every `interval` seconds, if the fleet is small. Its id is random. `asks`: its
    /// first sends wait for the store's first answer.
    #[must_use]
    pub fn new(id: u64, interval: f64, now: f64, asks: bool) -> Self {
        Self {
            id,
            random: Random(id),
            mode: if asks { Mode::Starting } else { Mode::Unthrottled },
            since: now,
            saw: Sawtooth::new(),
            own: History::new(now, 0.0),
            peers: Peers::default(),
            ledger: Ledger::new(),
            schedule: Schedule::new(interval, now),
            demand: Demand::new(now),
            members: 1,
            seq: 0,
            epoch: 0,
            cut_age: 0.0,
            last_throttle: None,
            throttled_at: f64::NEG_INFINITY,
            guided_since: now,
            burst_sends: 0.0,
            search: SearchForAll::default(),
            loose: Loose {
                falls: 0,
                fell_at: f64::NEG_INFINITY,
                good: 0,
                back_at: now,
                until: 0.0,
            },
            answered_at: now,
            own_part: 1.0,
            limit_part: None,
            cycles: 0,
            given: false,
        }
    }

    fn enter(&mut self, mode: Mode, now: f64) {
        (self.mode, self.since) = (mode, now);
    }

    /// The scope was throttled for the first time.
    fn first_throttle(&mut self, now: f64, view: &View) {
        self.enter(Mode::Joining, now);
        self.burst_sends = view.initial_burst;
        self.own = History::new(now, view.initial_burst);
        (self.throttled_at, self.answered_at) = (now, now);
        self.schedule.polls = 0;
        self.schedule.at_once(now);
    }

    /// The controller has measured the quota before, or was given one. It continues with its own measure until the
    /// records of the others arrive, and waits for them with one that it was given, since they were given it, too.
    fn begin_with_a_quota(&mut self, now: f64, view: &View) {
        self.given = view.cycles == 0;
        self.enter(if self.given { Mode::Joining } else { Mode::Loose }, now);
        self.own = History::new(now, 0.0);
        (self.throttled_at, self.answered_at) = (now, now);
        self.schedule.at_once(now);
    }

    /// The controller continues by itself, and has measured the quota: that is a cycle of the fleet.
    fn publish_cycle(&mut self, now: f64, view: &View) {
        if view.cycles != self.cycles {
            self.cycles = view.cycles;
            self.epoch = self.epoch.wrapping_add(1);
            self.ledger.mark(now);
            (self.ledger.cut, self.ledger.evaluated) = (now, now);
            self.saw.quota = view.quota.unwrap_or(self.saw.quota);
        }
    }
}

impl Member for Agent {
    fn sent(&mut self, now: f64, units: f64) {
        if self.is_unthrottled() {
            self.sent_before_any_throttle(now, units);
            return;
        }
        let grain = (GRAIN_TRIPS * self.saw.round_trip).max(FINEST_GRAIN);
        self.own.add(now, units, grain);
        self.demand.sent(units);
        self.wake_up(now);
    }

    fn waits(&mut self, now: f64, waiting: bool) {
        let was_idle = self.demand.is_idle();
        let Some(idle_for) = self.demand.waits(now, waiting) else {
            if !was_idle && self.demand.is_idle() && self.is_guided() {
                self.schedule.by(now + TELLS_IDLE_AFTER * self.schedule.interval);
            }
            return;
        };
        self.wake_up(now);
        if self.is_guided() {
            if idle_for > self.every() {
                self.saw.back_at = now;
            }
            if self.demand.want < WANTED_LITTLE * self.saw.quota * self.saw.part {
                self.schedule.by(now);
            }
        }
    }

    fn corrected(&mut self, sent_at: f64, units: f64) {
        self.own.correct(sent_at, units);
    }

    fn throttled(&mut self, now: f64, it: Throttled) -> bool {
        self.ledger.mark(it.sent_at);
        self.last_throttle = Some(self.last_throttle.map_or(it.sent_at, |at| at.max(it.sent_at)));
        if !it.fresh {
            return false;
        }
        let quiet = self.saw.lag + ANSWERED_AFTER * it.round_trip;
        if now >= it.decrease_at + quiet {
            self.cut_age = self.saw.age;
            self.saw.age = 0.0;
            self.epoch = self.epoch.wrapping_add(1);
            self.ledger.cut = it.sent_at;
            self.schedule.by(now);
            return true;
        }
        if now > it.decrease_at {
            self.saw.slow_down();
            if self.is_braked() {
                self.schedule.by(self.schedule.began_at + self.every());
            }
        }
        false
    }

    fn answered(&mut self, now: f64, view: &View) -> Option<Command> {
        (self.saw.round_trip, self.saw.per_send) = (view.round_trip, view.per_send);
        match self.mode {
            Mode::Starting | Mode::Unthrottled if view.quota.is_some() => {
                self.begin_with_a_quota(now, view)
            }
            Mode::Starting | Mode::Unthrottled if !view.unthrottled => {
                self.first_throttle(now, view)
            }
            Mode::Searching => return self.searched(now, view),
            Mode::Alone => self.publish_cycle(now, view),
            _ => {}
        }
        None
    }

    fn passed(&mut self, now: f64, waited: f64, paid: f64) -> f64 {
        self.saw.passed(now, waited, paid)
    }

    fn held_until(&self) -> f64 {
        match self.mode {
            Mode::Starting => self.starts_until(),
            Mode::Joining => self.throttled_at + FIRST_HOLD,
            Mode::Holding => (self.answered_at + self.base()).min(self.throttled_at + LONGEST_HOLD),
            _ => f64::NEG_INFINITY,
        }
    }

    fn is_starting(&self) -> bool {
        self.mode == Mode::Starting
    }

    fn rate(&self) -> f64 {
        self.saw.rate()
    }

    fn due_at(&self) -> f64 {
        self.schedule.due_at()
    }

    fn publish(&mut self, now: f64, view: &View) -> Vec<u8> {
        self.record(now, view).encode()
    }

    fn read(&mut self, now: f64, view: &View, records: &[(u64, Vec<u8>)]) -> Option<Command> {
        let command = self.exchanged(now, view, records);
        self.reschedule(now);
        command
    }

    fn forgotten(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.peers.forgotten)
    }

    fn failed(&mut self, now: f64, _: &View) -> Option<Command> {
        self.loose.good = 0;
        self.reschedule(now);
        self.retry_soon(now);
        let patience = match self.mode {
            // It hears soon, or its time ends.
            Mode::Starting if self.is_searched(now) => return None,
            Mode::Starting => return Some(self.starts_alone(now)),
            Mode::Joining => FIRST_HOLD,
            Mode::Holding => self.base(),
            Mode::Guided => 3.0 * self.base(),
            _ => return None,
        };
        if now - self.answered_at <= patience { None } else { Some(self.let_loose(now)) }
    }

    fn state(&self) -> FleetState {
        let quota = (self.epoch > 0 || self.is_guided()).then_some(self.saw.quota);
        let part = match self.mode {
            Mode::Starting | Mode::Unthrottled => self.limit_part.unwrap_or(1.0),
            Mode::Guided => self.saw.part,
            _ => self.own_part,
        };
        let mode = match self.mode {
            Mode::Starting | Mode::Unthrottled => FleetMode::Unthrottled,
            Mode::Joining | Mode::Holding => FleetMode::Joining,
            Mode::Searching => FleetMode::Searching,
            Mode::Guided => FleetMode::Guided,
            Mode::Alone => FleetMode::Alone,
            Mode::Loose => FleetMode::Loose,
        };
        FleetState::new(self.members, part, quota, mode)
    }
}

impl Agent {
    /// The scope is in use again.
    fn wake_up(&mut self, now: f64) {
        if std::mem::take(&mut self.schedule.dormant) {
            self.answered_at = now;
            self.schedule.by(now);
        }
    }
}
