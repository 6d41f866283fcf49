//! The send rate of paced mode: the quota measured, and a sawtooth around it. Pure.
//!
//! A [`QuotaMeter`] measures the quota between two throttles. The rate starts each cycle a little below the
//! quota, so that the bucket stores something, and rises slowly through it until a throttle shows that the
//! bucket is empty again. Nothing is lost, and each cycle costs a throttle or two and measures the quota
//! again. If the throttle does not come, the quota has grown: the rate doubles repeatedly, as fast as
//! successes prove it. Cycles last real seconds, so that of several processes the greedier one is decreased
//! more often.

mod belief;
mod bounded;
mod cruise;
mod cycle;
mod door;
mod fleet;
mod known;
mod learn;
mod opening;
mod phase;
mod search;
mod undo;

use super::fleet::Member;
use super::{Dispatch, Repeat, SendOutcome, SendReport, quota_meter::QuotaMeter, units_of};
use bounded::Bounded;
use door::Door;
use known::Known;
use opening::Opening;
use phase::Phase;
use undo::Before;

/// A success pays for the growth during the seconds that this many times its cost takes; any failure that is
/// not a throttle takes back its cost once. Unused growth is kept for this many sends, or for these seconds.
const SUCCESS_PAYS: f64 = 2.0;
const MOST_PAID_SENDS: f64 = 4.0;
const MOST_PAID_SECONDS: f64 = 0.1;

/// The weight of a send in the average cost: a sixteenth, and more for the first sends.
const MEAN_WEIGHT: f64 = 0.0625;

#[derive(Debug)]
pub(super) struct Paced {
    phase: Phase,
    known: Known,
    meter: QuotaMeter,
    /// The meter from before a door was shut: it spans the time across doors.
    across_doors: Option<Box<QuotaMeter>>,
    door: Door,
    /// The state before the last decrease, as long as that may have been a mistake.
    before: Option<Box<Before>>,
    /// The last throttle that could be judged was of a call refused alone, and the next one may be, too.
    suspicious: bool,
    /// Units that may be sent at once.
    credit: f64,
    refilled_at: f64,
    /// Seconds of growth that successes have paid for.
    paid_growth: f64,
    /// A call waits for a turn.
    wanted: bool,
    /// The units that the call takes that asked last; 0 once it is sent.
    needed: f64,
    /// Requests that a run makes, smoothed.
    per_run: f64,
    next_id: u64,
    /// The units of all sends so far.
    units: f64,
    /// Sends before this one went out unthrottled, and took no credit.
    paced_from: u64,
    /// Sends before this one went out at an older rate: their throttles are old news.
    decrease_id: u64,
    decrease_at: f64,
    cycles: u32,
    /// The rate at which it sends after the first throttle, if one is believed in.
    believed: Option<f64>,
    /// The bucket that is believed to be full, until the first throttle.
    opening: Option<Box<Opening>>,
    /// The second at which a quota was last measured, perhaps by another process.
    learned_at: Option<f64>,
    /// The fleet that this process has joined.
    fleet: Option<Box<dyn Member>>,
}

impl Paced {
    pub(super) fn new(share: f64) -> Self {
        Self {
            phase: Phase::Unthrottled(Dispatch { id: 0, at: 0.0, cost: 1.0, surplus: 0.0 }),
            known: Known { share, round_trip: 0.0, burst: 1.0, per_send: 1.0 },
            meter: QuotaMeter::NONE,
            across_doors: None,
            door: Door::default(),
            before: None,
            suspicious: false,
            credit: 0.0,
            refilled_at: 0.0,
            paid_growth: 0.0,
            wanted: false,
            needed: 0.0,
            per_run: 1.0,
            next_id: 0,
            units: 0.0,
            paced_from: 0,
            decrease_id: 0,
            decrease_at: 0.0,
            cycles: 0,
            believed: None,
            opening: None,
            learned_at: None,
            fleet: None,
        }
    }

    /// The time at which a send of `cost` units may go. One that costs more than the bucket holds waits until
    /// its whole cost has flowed in, and no call passes it meanwhile.
    pub(super) fn ready_at(&mut self, now: f64, cost: f64) -> f64 {
        if self.is_unthrottled() {
            return now.max(self.held_until());
        }
        let ready = self.next_turn(now, cost);
        (self.wanted, self.needed) = (ready > now, cost);
        ready
    }

    /// [`Paced::ready_at`], for a call that does not wait yet.
    pub(super) fn next_turn(&mut self, now: f64, cost: f64) -> f64 {
        if self.is_unthrottled() {
            return now.max(self.held_until());
        }
        let rate = self.refill(now);
        let missing = cost - self.credit;
        let wait = if missing > 0.0 { missing / rate } else { 0.0 };
        let wait = wait.at_least(self.door.probe_at - now).at_least(self.held_until() - now);
        // Half a nanosecond is not worth a wait.
        if wait > 5e-10 { now + wait } else { now }
    }

    /// A send goes out beside the queue (see [`Paced::lets_by`]).
    pub(super) fn sent_beside(&mut self, send: Dispatch) {
        let cost = send.cost;
        (self.next_id, self.units) = (send.id + 1, send.units());
        if cost > 0.0 {
            let weight = (1.0 / units_of(self.next_id, 0.0)).max(MEAN_WEIGHT);
            self.known.per_send += weight * (cost - self.known.per_send);
        }
        if self.is_unthrottled() {
            return;
        }
        if let Phase::Cruise(cruise) = &mut self.phase {
            cruise.keep_cycle(self.known);
        }
        // Where the call has just asked for its turn, this is done.
        if send.at > self.refilled_at {
            self.refill(send.at);
        }
        self.credit -= cost * self.per_run;
    }

    /// A send takes its turn.
    pub(super) fn sent(&mut self, send: Dispatch) {
        self.sent_beside(send);
        if self.is_unthrottled() {
            return;
        }
        let Dispatch { id, at: now, cost, .. } = send;
        (self.wanted, self.needed) = (false, 0.0);
        if let Some(opening) = self.opening.as_mut().filter(|it| it.left > 0.0) {
            opening.left -= cost;
            opening.until = id + 1;
        }
        if let Phase::Search(search) = &mut self.phase {
            search.tried = true;
        }
        if let Some(shut_for) = self.shut_for(now) {
            self.door.probed(now, shut_for, id);
        }
    }

    /// A run ended. `repeat`: its call was refused before, too. True if this throttle
    /// is not counted until the call gets its next answer.
    pub(super) fn answered(
        &mut self,
        now: f64,
        send: Dispatch,
        report: &SendReport,
        repeat: Option<Repeat>,
    ) -> bool {
        let &SendReport { outcome, requests, spent, .. } = report;
        if self.next_id <= send.id {
            (self.next_id, self.units) = (send.id + 1, send.units());
        }
        let rate = if self.is_unthrottled() { f64::INFINITY } else { self.refill(now) };
        if outcome != SendOutcome::Unknown {
            let trip = (now - send.at).at_least(1e-6);
            let smoothed = self.known.round_trip;
            self.known.round_trip =
                if smoothed == 0.0 { trip } else { 0.875 * smoothed + 0.125 * trip };
        }
        let charged = send.cost * self.per_run;
        if requests <= 0.0 {
            // Nothing was sent: the turn is free for another send.
            self.credit += charged;
            return false;
        }
        let planned = send.cost * requests;
        let mut taken = spent.unwrap_or(planned);
        if outcome.is_throttle() {
            self.meter.in_vain(spent.unwrap_or(planned - send.cost));
            // It was refused its cost, or a part of it, and asks for that again.
            taken = taken.max(send.cost);
        } else {
            self.meter.ran(send.cost, taken);
            self.per_run += 0.125 * (requests - self.per_run);
        }
        if send.id >= self.paced_from {
            self.credit -= taken - charged;
        }
        match outcome {
            SendOutcome::Throttled => return self.refused(now, send, repeat),
            SendOutcome::CallThrottled => self.refused_by_own_limit(send, repeat),
            SendOutcome::ScopeThrottled => self.refused_by_limit_of_scope(now, send, repeat),
            SendOutcome::Unknown => self.pay(-taken, rate),
            SendOutcome::Accepted | SendOutcome::Fault => {
                if let Some(repeat) = repeat {
                    self.passed(now, repeat);
                }
                if send.id >= self.decrease_id {
                    self.open(now);
                }
                let units =
                    if outcome == SendOutcome::Accepted { SUCCESS_PAYS * taken } else { -taken };
                self.pay(units, rate);
            }
        }
        false
    }

    /// Adds the growth that `units` pay for at this send rate; a negative number takes growth back.
    fn pay(&mut self, units: f64, rate: f64) {
        if let Phase::Search(search) = &mut self.phase
            && units > 0.0
        {
            search.unproven = 0;
        }
        if !self.is_unthrottled() {
            let most = (MOST_PAID_SENDS * self.known.per_send / rate).at_least(MOST_PAID_SECONDS);
            self.paid_growth = (self.paid_growth + units / rate).clamp(0.0, most);
        }
    }

    /// The time before the first throttle: the number of its sends, their units beyond one each, and a
    /// recent one.
    pub(super) fn unthrottled(&mut self, sends: u64, surplus: f64, recent: Dispatch) {
        (self.next_id, self.paced_from) = (sends, sends);
        self.units = units_of(sends, surplus);
        if sends > 0 && self.units > 0.0 {
            self.known.per_send = self.units / units_of(sends, 0.0);
        }
        self.phase = Phase::Unthrottled(recent);
    }

    pub(super) fn rate(&self) -> Option<f64> {
        (!self.is_unthrottled()).then(|| self.send_rate())
    }

    pub(super) fn quota(&self) -> Option<f64> {
        match &self.phase {
            Phase::Cruise(cruise) => Some(cruise.quota),
            Phase::Fleet => self.member()?.state().quota,
            _ => None,
        }
    }

    /// The degree to which throttles come irregularly, 0 to 1; 0 while no quota is measured.
    pub(super) const fn irregularity(&self) -> f64 {
        match &self.phase {
            Phase::Cruise(cruise) => cruise.shared(),
            _ => 0.0,
        }
    }

    pub(super) const fn per_send(&self) -> f64 {
        self.known.per_send
    }

    pub(super) const fn cycles(&self) -> u32 {
        self.cycles
    }

    /// The least number of seconds between two probes while the door is shut, else 0.
    pub(super) fn probe_pause(&self, now: f64) -> f64 {
        self.shut_for(now).map_or(0.0, door::pause)
    }

    /// Whether a call that is known to be refused alone may be sent now whatever the queue: the door is shut, and
    /// such a call would take the others' probes.
    pub(super) fn lets_by(&self, now: f64) -> bool {
        self.shut_for(now).is_some() && self.held_until() <= now
    }

    /// The time (seconds) since which nothing sent after a decrease has been accepted, if that is so.
    pub(super) const fn blocked_since(&self) -> Option<f64> {
        self.door.blocked_since
    }

    pub(super) fn optimistic_rate(&self) -> f64 {
        match self.phase {
            Phase::Cruise(_) | Phase::Fleet => 2.0 * self.send_rate(),
            _ => f64::INFINITY,
        }
    }

    pub(super) const fn is_unthrottled(&self) -> bool {
        matches!(self.phase, Phase::Unthrottled(_))
    }

    fn shut_for(&self, now: f64) -> Option<f64> {
        self.door.shut_for(now, self.known.round_trip)
    }

    fn send_rate(&self) -> f64 {
        let rate = match &self.phase {
            Phase::Unthrottled(_) => f64::INFINITY,
            Phase::Search(search) => search.rate,
            Phase::Cruise(cruise) => cruise.send_rate(self.known),
            Phase::Fleet => self.guided_rate(),
        };
        self.known.valid_rate(rate)
    }

    /// No call waits longer between two looks at the clock: it has jumped, or the machine was asleep.
    fn longest_wait(&self, rate: f64, shut: bool) -> f64 {
        let per_send = self.known.per_send;
        let owed = (self.needed - per_send).at_least(0.0) - self.credit;
        let longest = (rate.at_least(4.0 * per_send) + owed.at_least(0.0)) / rate;
        if shut { longest.at_least(2.0 * door::LONGEST_PAUSE) } else { longest }
    }

    /// Adds the credit that has flowed in. Returns the rate at which it did.
    fn refill(&mut self, now: f64) -> f64 {
        let rate = self.send_rate();
        let seconds = (now - self.refilled_at).at_least(0.0);
        self.refilled_at = now;
        let shut = self.shut_for(now).is_some();
        let per_send = self.known.per_send;
        let longest = if self.wanted { self.longest_wait(rate, shut) } else { 0.0 };
        self.credit += seconds * rate;
        let tried = match &self.phase {
            Phase::Unthrottled(_) | Phase::Fleet => rate,
            Phase::Search(search) => search.rate,
            Phase::Cruise(cruise) => cruise.quota,
        };
        let full = (self.known.burst * self.known.share)
            .at_least(per_send)
            .at_least(0.01 * tried.at_most(rate));
        let full = if matches!(self.phase, Phase::Fleet) { self.guided_credit(rate) } else { full };
        let full =
            full.at_least(self.needed).at_least(self.opening.as_ref().map_or(0.0, |it| it.left));
        let idle = self.credit > full && !self.wanted && !shut;
        self.credit = self.credit.at_most(full);
        if idle || self.wanted && seconds > longest {
            self.meter.forget();
        }
        let seconds = seconds.at_most(longest);
        if let Some(member) = &mut self.fleet {
            self.paid_growth -= member.passed(now, seconds, self.paid_growth);
        }
        if !self.wanted {
            return rate;
        }
        match &mut self.phase {
            Phase::Unthrottled(_) | Phase::Fleet => {}
            Phase::Search(search) => {
                search.waited(seconds, self.known, &self.meter);
            }
            Phase::Cruise(cruise) => {
                if cruise.waited(seconds, &mut self.paid_growth, self.known) {
                    self.meter.forget();
                    self.across_doors = None;
                }
            }
        }
        rate
    }
}

#[cfg(test)]
#[path = "accounts_tests.rs"]
mod accounts;
