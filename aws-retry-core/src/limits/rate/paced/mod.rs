//! The send rate of paced mode: the quota measured, and a sawtooth around it. Pure.
//!
//! A [`QuotaMeter`] measures the quota between two throttles. The rate starts each cycle a little below the
//! quota, so that the bucket stores something, and rises slowly through it until a throttle shows that the
//! bucket is empty again. Nothing is lost, and each cycle costs a throttle or two and measures the quota
//! again. If the throttle does not come, the quota has grown: the rate doubles repeatedly, as fast as
//! successes prove it. Cycles last real seconds, so that of several processes the greedier one is decreased
//! more often.

mod cruise;
mod door;
mod known;
mod learn;
mod phase;
mod search;
mod undo;

use super::{Dispatch, Repeat, SendOutcome, quota_meter::QuotaMeter};
use door::Door;
use known::{HIGHEST_RATE, Known, LOWEST_RATE};
use phase::Phase;
use undo::Before;

/// A success pays for the growth during the seconds that this many sends take; any failure that is not a
/// throttle takes back those of one send. Unused growth is kept for this many sends, or for these seconds.
const SUCCESS_PAYS: f64 = 2.0;
const MOST_PAID_SENDS: f64 = 4.0;
const MOST_PAID_SECONDS: f64 = 0.1;
/// Failures can owe this many seconds of growth.
const MOST_OWED_SECONDS: f64 = 1.0;

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
    /// The part of the throttles that could be judged that came from calls refused alone, 0 to 1, smoothed.
    alone: f64,
    /// Sends that may go at once.
    credit: f64,
    refilled_at: f64,
    /// Seconds of growth that successes have paid for.
    paid_growth: f64,
    /// A call waits for a turn.
    wanted: bool,
    /// Requests that a run makes, smoothed.
    per_run: f64,
    next_id: u64,
    /// Sends before this one went out unthrottled, and took no credit.
    paced_from: u64,
    /// Sends before this one went out at an older rate: their throttles are old news.
    decrease_id: u64,
    decrease_at: f64,
    cycles: u32,
}

impl Paced {
    pub(super) fn new(share: f64) -> Self {
        Self {
            phase: Phase::Unthrottled(Dispatch { id: 0, at: 0.0 }),
            known: Known { share, round_trip: 0.0, burst: 1.0 },
            meter: QuotaMeter::NONE,
            across_doors: None,
            door: Door::default(),
            before: None,
            alone: 0.0,
            credit: 0.0,
            refilled_at: 0.0,
            paid_growth: 0.0,
            wanted: false,
            per_run: 1.0,
            next_id: 0,
            paced_from: 0,
            decrease_id: 0,
            decrease_at: 0.0,
            cycles: 0,
        }
    }

    pub(super) fn ready_at(&mut self, now: f64) -> f64 {
        if self.is_unthrottled() {
            return now;
        }
        let ready = self.next_turn(now);
        self.wanted = ready > now;
        ready
    }

    /// [`Paced::ready_at`], for a call that does not wait yet.
    pub(super) fn next_turn(&mut self, now: f64) -> f64 {
        if self.is_unthrottled() {
            return now;
        }
        self.refill(now);
        let wait = ((1.0 - self.credit) / self.send_rate()).max(self.door.probe_at - now);
        // Half a nanosecond is not worth a wait.
        if wait > 5e-10 { now + wait } else { now }
    }

    pub(super) fn sent(&mut self, now: f64, id: u64) {
        self.next_id = id + 1;
        if self.is_unthrottled() {
            return;
        }
        self.refill(now);
        self.credit -= self.per_run;
        self.wanted = false;
        if let Phase::Search(search) = &mut self.phase {
            search.tried = true;
        }
        if let Some(shut_for) = self.shut_for(now) {
            self.door.probed(now, shut_for, id);
        }
    }

    /// A run of `requests` requests ended. `repeat`: its call was refused before, too. True if this throttle
    /// is not counted until the call gets its next answer.
    pub(super) fn answered(
        &mut self,
        now: f64,
        send: Dispatch,
        outcome: SendOutcome,
        requests: u32,
        repeat: Option<Repeat>,
    ) -> bool {
        self.next_id = self.next_id.max(send.id + 1);
        if !self.is_unthrottled() {
            self.refill(now);
        }
        if outcome != SendOutcome::Unknown {
            let trip = (now - send.at).max(1e-6);
            let smoothed = self.known.round_trip;
            self.known.round_trip =
                if smoothed == 0.0 { trip } else { 0.875 * smoothed + 0.125 * trip };
        }
        if requests == 0 {
            // Nothing was sent: the turn is free for another send.
            self.credit += self.per_run;
            return false;
        }
        let requests = f64::from(requests);
        if send.id >= self.paced_from {
            self.credit -= requests - self.per_run;
        }
        if outcome.is_throttle() {
            self.meter.in_vain(requests - 1.0);
        } else {
            self.meter.ran(requests);
            self.per_run += 0.125 * (requests - self.per_run);
        }
        match outcome {
            SendOutcome::Throttled => return self.refused(now, send, repeat),
            SendOutcome::CallThrottled => self.refused_by_own_limit(send.id, repeat),
            SendOutcome::ScopeThrottled => self.refused_by_limit_of_scope(now, send, repeat),
            SendOutcome::Unknown => self.pay(-requests),
            SendOutcome::Accepted | SendOutcome::Fault => {
                if let Some(repeat) = repeat {
                    self.passed(now, repeat);
                }
                if send.id >= self.decrease_id {
                    self.open(now);
                }
                self.pay(if outcome == SendOutcome::Accepted {
                    SUCCESS_PAYS * requests
                } else {
                    -requests
                });
            }
        }
        false
    }

    /// Adds the growth that `sends` sends pay for; a negative number takes growth back.
    fn pay(&mut self, sends: f64) {
        if let Phase::Search(search) = &mut self.phase
            && sends > 0.0
        {
            search.unproven = 0;
        }
        if !self.is_unthrottled() {
            let rate = self.send_rate();
            let most = (MOST_PAID_SENDS / rate).max(MOST_PAID_SECONDS);
            self.paid_growth = (self.paid_growth + sends / rate).clamp(-MOST_OWED_SECONDS, most);
        }
    }

    /// The time before the first throttle: the number of its sends, and a recent one.
    pub(super) const fn unthrottled(&mut self, sends: u64, recent: Dispatch) {
        (self.next_id, self.paced_from) = (sends, sends);
        self.phase = Phase::Unthrottled(recent);
    }

    pub(super) fn rate(&self) -> Option<f64> {
        (!self.is_unthrottled()).then(|| self.send_rate())
    }

    pub(super) const fn quota(&self) -> Option<f64> {
        match &self.phase {
            Phase::Cruise(cruise) => Some(cruise.quota),
            _ => None,
        }
    }

    pub(super) const fn cycles(&self) -> u32 {
        self.cycles
    }

    /// The least number of seconds between two probes while the door is shut, else 0.
    pub(super) fn probe_pause(&self, now: f64) -> f64 {
        self.shut_for(now).map_or(0.0, door::pause)
    }

    /// The time (seconds) since which nothing sent after a decrease has been accepted, if that is so.
    pub(super) const fn blocked_since(&self) -> Option<f64> {
        self.door.blocked_since
    }

    pub(super) fn optimistic_rate(&self) -> f64 {
        match self.phase {
            Phase::Cruise(_) => 2.0 * self.send_rate(),
            _ => f64::INFINITY,
        }
    }

    const fn is_unthrottled(&self) -> bool {
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
        };
        rate.clamp(LOWEST_RATE, HIGHEST_RATE)
    }

    fn refill(&mut self, now: f64) {
        let rate = self.send_rate();
        let seconds = (now - self.refilled_at).max(0.0);
        self.refilled_at = now;
        let shut = self.shut_for(now).is_some();
        // No call waits that long: the clock has jumped, or the machine was asleep.
        let mut longest = (4.0 / rate).max(1.0) + (-self.credit).max(0.0) / rate;
        if shut {
            longest = longest.max(2.0 * door::LONGEST_PAUSE);
        }
        self.credit += seconds * rate;
        let tried = match &self.phase {
            Phase::Unthrottled(_) => rate,
            Phase::Search(search) => search.rate,
            Phase::Cruise(cruise) => cruise.quota,
        };
        let full = (self.known.burst * self.known.share).max(1.0).max(0.01 * rate.min(tried));
        let idle = self.credit > full && !self.wanted && !shut;
        self.credit = self.credit.min(full);
        if idle || self.wanted && seconds > longest {
            self.meter.forget();
        }
        if !self.wanted {
            return;
        }
        let seconds = seconds.min(longest);
        match &mut self.phase {
            Phase::Unthrottled(_) => {}
            Phase::Search(search) => {
                search.waited(seconds, self.paid_growth, self.known, &self.meter);
            }
            Phase::Cruise(cruise) => {
                if cruise.waited(seconds, &mut self.paid_growth, self.known) {
                    self.meter.forget();
                    self.across_doors = None;
                }
            }
        }
    }
}
