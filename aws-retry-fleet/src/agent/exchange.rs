//! What a member publishes, and what follows from the records of all.

use aws_retry_core::__fleet::{Command, View};

use super::history::History;
use super::ledger::ANSWERED_AFTER;
use super::peers::newer;
use super::sawtooth::{LOWEST_RATE, MOST_EXTRA};
use super::{Agent, Mode};
use crate::record::{Progress, Record};

/// Measures that rest on throttles within these seconds are of the same one.
const SAME_THROTTLE: f64 = 0.3;
/// An old throttle says nothing any more (seconds).
const OLD: f64 = 60.0;
/// Seconds of a cycle that are believed of others.
const OLDEST_CYCLES: f64 = 4.0;
/// Unused units are spent within this many intervals.
const SPENT_IN: f64 = 2.0;
/// A second fall within these seconds makes a member wary of the store.
const SOON_AGAIN: f64 = 120.0;
const WARY: u32 = 6;
/// An answer that takes more of an interval than this does not prove that the store is back.
const QUICK: f64 = 0.75;
/// Intervals after which all members that come back from an outage have told what each of them had measured alone.
const GATHERED_AFTER: f64 = 2.25;

/// The joint quota, as the records of the others tell it.
struct Joint {
    epoch: u32,
    /// The time of the throttle that began the cycle, and the seconds that calls have waited since.
    cut: f64,
    age: f64,
    /// The newest throttle that a measure rests on.
    evaluated: f64,
}

impl Agent {
    pub(super) fn record(&mut self, now: f64, view: &View) -> Record {
        self.schedule.begin(now);
        self.seq = self.seq.wrapping_add(1);
        self.demand.sum_up(now, self.schedule.interval, view.waiting);
        let progress = match self.mode {
            Mode::Starting | Mode::Unthrottled => Progress::Unthrottled,
            Mode::Joining | Mode::Holding => Progress::Joining,
            Mode::Searching => Progress::Searching,
            Mode::Guided | Mode::Alone => Progress::Known,
            Mode::Loose => Progress::Loose,
        };
        let lag = ANSWERED_AFTER * self.saw.round_trip;
        let age = |at: f64| (now - at).max(0.0);
        Record {
            progress,
            settled: self.saw.settled,
            seq: self.seq,
            every: self.every(),
            clock: now,
            lag,
            accepted: self.own.at(now - lag).unwrap_or(self.own.oldest()),
            want: match self.mode {
                Mode::Starting | Mode::Unthrottled => self.want_within_limit(view),
                _ => self.demand.want,
            },
            burst_sends: self.burst_sends,
            searching: if self.mode == Mode::Searching { now - self.since } else { 0.0 },
            epoch: self.epoch,
            cut_age: age(self.ledger.cut),
            throttle_age: self.last_throttle.map_or(f64::INFINITY, age),
            eval_age: age(self.ledger.evaluated),
            age: self.saw.age.max(0.0),
            quota: self.published_quota(view),
            burst: if self.is_guided() { self.saw.burst } else { view.burst },
        }
    }

    /// Units per second: of all members, as far as this one knows, or its own while it goes on alone.
    fn known_quota(&self, view: &View) -> Option<f64> {
        if self.is_guided() { Some(self.saw.quota) } else { view.quota }
    }

    /// The quota of all, from that of this member and of those that go on alone: each of them has measured the part
    /// that the others left to it. A quota that was given to it is that of all.
    pub(super) fn joined(&self, now: f64, view: &View, own: f64) -> f64 {
        if self.is_given(view) { own } else { own + self.peers.measured_alone(now).sum::<f64>() }
    }

    /// That of a member that goes on alone is its own measure.
    fn published_quota(&self, view: &View) -> f64 {
        let given = self.mode == Mode::Loose && self.is_given(view);
        self.known_quota(view).filter(|_| !given).unwrap_or(0.0)
    }

    /// Its quota was not measured by it, but given to it.
    const fn is_given(&self, view: &View) -> bool {
        self.given && view.cycles == 0
    }

    /// The exchange has brought the records of all.
    pub(super) fn exchanged(
        &mut self,
        now: f64,
        view: &View,
        records: &[(u64, Vec<u8>)],
    ) -> Option<Command> {
        let first = self.mode == Mode::Joining;
        self.answered_at = now;
        if now - self.schedule.began_at <= QUICK * self.base() {
            if self.loose.good == 0 {
                self.loose.back_at = now;
            }
            self.loose.good = self.loose.good.saturating_add(1);
        }
        self.saw.share = view.share;
        self.peers.update(now, self.id, records);
        self.peers.set_patience(self.base(), self.every());
        self.members = 1 + self.peers.alive(now).count();
        let joint = self.joint();
        let followed = joint.and_then(|joint| self.heard(now, view, &joint));
        let more = match self.mode {
            Mode::Starting | Mode::Unthrottled => self.heard_nothing(now, view),
            Mode::Loose => self.tighten(now, view),
            Mode::Guided | Mode::Alone => self.guided_or_alone(now, view),
            Mode::Joining if self.given => self.with_its_quota(now, view).or(Some(Command::Wake)),
            Mode::Joining | Mode::Holding | Mode::Searching => self.who_searches(now, view, first),
        };
        match (followed, more) {
            (Some(Command::Guided { credit }), None | Some(Command::Wake)) => {
                Some(Command::Guided { credit })
            }
            (_, more) => more,
        }
    }

    /// The newest cycle that others know; and their throttles become marks.
    fn joint(&self) -> Option<Joint> {
        let mut joint: Option<Joint> = None;
        for peer in self.peers.known() {
            let it = &peer.record;
            let evaluated = peer.time_of(it.eval_age);
            let new =
                Joint { epoch: it.epoch, cut: peer.time_of(it.cut_age), age: it.age, evaluated };
            joint = Some(match joint {
                Some(old) => {
                    let evaluated = old.evaluated.max(evaluated);
                    let newest = if newer(it.epoch, old.epoch) { new } else { old };
                    Joint { evaluated, ..newest }
                }
                None => new,
            });
        }
        joint
    }

    /// Others know the quota.
    fn heard(&mut self, now: f64, view: &View, joint: &Joint) -> Option<Command> {
        let marks: Vec<f64> =
            self.peers.known().map(|it| it.time_of(it.record.throttle_age)).collect();
        for mark in marks.into_iter().filter(|it| (now - OLD..now).contains(it)) {
            self.ledger.mark(mark);
        }
        let cut = joint.cut.min(now);
        let mut command = None;
        if self.is_guided() {
            if newer(joint.epoch, self.epoch) {
                (self.cut_age, self.saw.age) = (self.saw.age, 0.0);
                self.epoch = joint.epoch;
                self.ledger.cut = cut;
                command = Some(Command::Guided { credit: 1.0 });
            }
            self.evaluate(now);
        }
        let own = if self.is_guided() { self.ledger.evaluated } else { f64::NEG_INFINITY };
        let newest = joint.evaluated.max(own);
        let (quota, burst, settled) = self.agreed(newest, own)?;
        if self.is_guided() {
            if (quota / self.saw.quota).ln().abs() > 0.1 {
                self.saw.brake = 1.0;
            }
            if own <= newest - SAME_THROTTLE {
                self.saw.settled = settled;
            }
            self.saw.quota = quota;
            self.saw.burst = self.saw.burst.max(burst);
            self.saw.usage = self.usage(now);
            if let Some(usage) = self.saw.usage {
                self.saw.saw(usage);
            }
            let spent_in = SPENT_IN * self.every();
            self.saw.extra = self.stored(now).map_or(0.0, |stored| stored / spent_in);
            return command;
        }
        let follows = match self.mode {
            Mode::Starting
            | Mode::Unthrottled
            | Mode::Joining
            | Mode::Holding
            | Mode::Searching => true,
            Mode::Alone => newer(joint.epoch, self.epoch),
            Mode::Loose => self.is_trusted(now),
            Mode::Guided => false,
        };
        if !follows {
            return None;
        }
        if view.unthrottled {
            self.own = History::new(now, 0.0);
        }
        self.epoch = joint.epoch;
        (self.ledger.cut, self.ledger.evaluated) = (cut, newest.min(now));
        self.saw.begin(quota, burst, settled);
        let command = self.guide(now);
        self.saw.age = joint.age.clamp(0.0, OLDEST_CYCLES * self.saw.cycle());
        Some(command)
    }

    /// The quota on which the measures by the newest throttle agree: their median. One bad record among many
    /// changes nothing.
    fn agreed(&self, newest: f64, own: f64) -> Option<(f64, f64, u8)> {
        let mut quotas = Vec::new();
        let (mut burst, mut settled) = (1.0_f64, 0);
        if own > newest - SAME_THROTTLE {
            quotas.push(self.saw.quota);
            settled = self.saw.settled;
        }
        for peer in self.peers.known() {
            burst = burst.max(peer.record.burst);
            if peer.time_of(peer.record.eval_age) > newest - SAME_THROTTLE {
                quotas.push(peer.record.quota.max(LOWEST_RATE));
                settled = settled.max(peer.record.settled);
            }
        }
        quotas.sort_by(f64::total_cmp);
        let (low, high) =
            (quotas.get(quotas.len().saturating_sub(1) / 2)?, quotas.get(quotas.len() / 2)?);
        Some(((low * high).sqrt(), burst, settled))
    }

    /// Sends its part from now on.
    pub(super) fn guide(&mut self, now: f64) -> Command {
        (self.own_part, self.given) = (1.0, false);
        let credit = if self.mode == Mode::Loose { 0.0 } else { self.random.next() };
        self.enter(Mode::Guided, now);
        self.guided_since = now;
        self.saw.now = now;
        self.set_part(now);
        self.schedule.by(now + self.every());
        Command::Guided { credit }
    }

    /// The most that its rate may be: the part of twice what all had accepted of late, or of the quota, and of
    /// what idle members left.
    #[must_use]
    pub fn most_rate(&self) -> f64 {
        let passes = (2.0 * self.saw.usage.unwrap_or(self.saw.quota)).max(self.saw.quota);
        (1.0 + MOST_EXTRA) * passes * self.saw.part
    }

    fn set_part(&mut self, now: f64) {
        self.saw.part = self.peers.part(now, self.saw.quota.max(self.saw.joint_rate()));
        self.saw.lag = self.lag();
    }

    fn guided_or_alone(&mut self, now: f64, view: &View) -> Option<Command> {
        let others = self
            .peers
            .alive(now)
            .any(|(_, it)| it.record.want > 0.0 || it.record.progress != Progress::Known);
        match (self.mode, others) {
            (Mode::Guided, true) => {
                self.set_part(now);
                Some(Command::Wake)
            }
            (Mode::Alone, false) => None,
            (_, true) => {
                let quota = self.joined(now, view, view.quota?);
                self.saw.begin(quota, view.burst, self.saw.settled);
                Some(self.guide(now))
            }
            (_, false) => {
                let quota = self.known_quota(view)?;
                // Else the controller goes on from its own measure.
                let guided = self.is_guided();
                self.enter(Mode::Alone, now);
                self.saw.quota = quota;
                self.own_part = 1.0;
                self.cycles = view.cycles;
                guided.then_some(Command::Alone { quota, burst: self.saw.burst, shared: false })
            }
        }
    }

    /// The store does not answer: goes on alone.
    pub(super) fn let_loose(&mut self, now: f64) -> Command {
        let guided = self.is_guided();
        self.own_part = if guided { self.saw.part.max(1e-6) } else { 1.0 };
        self.loose.falls =
            if now - self.loose.fell_at < SOON_AGAIN { self.loose.falls + 1 } else { 1 };
        (self.loose.fell_at, self.loose.good) = (now, 0);
        let wait =
            if self.loose.falls == 1 { 0.0 } else { f64::from(1_u32 << self.loose.falls.min(6)) };
        self.loose.until = now + wait;
        self.enter(Mode::Loose, now);
        if guided {
            let (quota, burst) = (self.saw.quota * self.own_part, self.saw.burst * self.own_part);
            Command::Alone { quota, burst, shared: true }
        } else {
            Command::Wake
        }
    }

    /// The store has answered often enough again.
    fn is_trusted(&self, now: f64) -> bool {
        let falls = self.loose.falls;
        let needed = if falls <= 1 { 1 } else { WARY << (falls - 2).min(4) };
        self.loose.good >= needed && now > self.loose.until
    }

    /// Back from [`Mode::Loose`], although no other member knows the quota.
    fn tighten(&mut self, now: f64, view: &View) -> Option<Command> {
        let gathered =
            self.is_given(view) || now >= self.loose.back_at + GATHERED_AFTER * self.base();
        if !gathered || !self.is_trusted(now) || view.quota.is_none() {
            return None;
        }
        self.with_its_quota(now, view)
    }

    /// No other member knows the quota, and this one does: a cycle of the fleet begins.
    fn with_its_quota(&mut self, now: f64, view: &View) -> Option<Command> {
        self.epoch = self.epoch.wrapping_add(1).max(1);
        (self.ledger.cut, self.ledger.evaluated) = (now, now);
        self.guided_or_alone(now, view)
    }
}
