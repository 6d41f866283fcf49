//! The send rate of paced mode: the quota measured, and a sawtooth around it. Pure.
//!
//! A [`QuotaMeter`] measures the quota between two throttles. The rate starts each cycle a little below
//! it, so that the bucket stores something, and rises slowly through it until a throttle shows that
//! the bucket is empty again: nothing is lost, and each cycle costs a throttle or two and measures
//! the quota again. If the throttle does not come, the quota has grown: the rate doubles and doubles.
//! Cycles last real seconds, so that of several processes the greedier is decreased more often.

mod cruise;
mod known;
mod search;

use super::{
    Dispatch, Outcome,
    quota_meter::{Measure, QuotaMeter, Throttle},
};
use cruise::Cruise;
use known::{HIGHEST_RATE, Known, LOWEST_RATE, MIN_ACCEPTED_FIRST};
use search::{InitialBurst, Search};

/// Accepted requests between two throttles that make a measure.
const MIN_ACCEPTED: f64 = 3.0;
/// Seconds after a decrease in which most accepted requests were sent before it, maybe into a window
/// that is shut now.
const SOON_AFTER_DECREASE: f64 = 0.1;
/// Seconds without a send while all are throttled: half a window.
const LONGEST_PAUSE: f64 = 0.5;

/// How far the controller has come, with the data of each phase.
#[derive(Clone, Copy, Debug)]
enum Phase {
    /// Never throttled: nothing is held back. An early send that is still recent.
    Unthrottled(Dispatch),
    Search(Search),
    Cruise(Cruise),
}

#[derive(Debug)]
pub(super) struct Paced {
    phase: Phase,
    known: Known,
    meter: QuotaMeter,
    /// Sends that may go at once.
    credit: f64,
    refilled_at: f64,
    /// Somebody waits for a turn.
    wanted: bool,
    /// Requests that a run makes, smoothed.
    per_run: f64,
    next_id: u64,
    /// Sends before this one went out unthrottled, and took no credit.
    paced_from: u64,
    /// Sends before this one went out at an older rate: their throttles are old news.
    decrease_id: u64,
    decrease_at: f64,
    /// Since then, nothing sent after a decrease was accepted: a window may be used up.
    blocked_since: Option<f64>,
    cycles: u32,
}

impl Paced {
    pub(super) const fn new(share: f64) -> Self {
        Self {
            phase: Phase::Unthrottled(Dispatch { id: 0, at: 0.0 }),
            known: Known { share, round_trip: 0.0, burst: 1.0 },
            meter: QuotaMeter::NONE,
            credit: 0.0,
            refilled_at: 0.0,
            wanted: false,
            per_run: 1.0,
            next_id: 0,
            paced_from: 0,
            decrease_id: 0,
            decrease_at: 0.0,
            blocked_since: None,
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

    /// [`Paced::ready_at`], asked by a call that does not wait yet.
    pub(super) fn next_turn(&mut self, now: f64) -> f64 {
        if self.is_unthrottled() {
            return now;
        }
        self.refill(now);
        let wait = (1.0 - self.credit) / self.send_rate();
        // Half a nanosecond is nothing to wait for.
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
    }

    pub(super) fn answered(&mut self, now: f64, send: Dispatch, outcome: Outcome, requests: u32) {
        self.next_id = self.next_id.max(send.id + 1);
        if !self.is_unthrottled() {
            self.refill(now);
        }
        if outcome != Outcome::Unknown {
            let trip = (now - send.at).max(1e-6);
            let smoothed = self.known.round_trip;
            self.known.round_trip =
                if smoothed == 0.0 { trip } else { 0.875 * smoothed + 0.125 * trip };
        }
        if requests == 0 {
            // Nothing was sent: the turn is free for another send.
            self.credit += self.per_run;
            return;
        }
        let requests = f64::from(requests);
        if send.id >= self.paced_from {
            self.credit -= requests - self.per_run;
        }
        if outcome == Outcome::Throttled {
            self.meter.in_vain(requests - 1.0);
        } else {
            self.meter.ran(requests);
            self.per_run += 0.125 * (requests - self.per_run);
        }
        match outcome {
            Outcome::Throttled => self.throttled(now, Throttle { id: send.id, sent_at: send.at }),
            Outcome::Accepted if send.id >= self.decrease_id => self.blocked_since = None,
            _ => {}
        }
    }

    /// Of the time before the first throttle: how many sends there were, and a recent one.
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

    pub(super) fn optimistic_rate(&self) -> f64 {
        match self.phase {
            Phase::Cruise(_) => 2.0 * self.send_rate(),
            _ => f64::INFINITY,
        }
    }

    const fn is_unthrottled(&self) -> bool {
        matches!(self.phase, Phase::Unthrottled(_))
    }

    fn send_rate(&self) -> f64 {
        let rate = match &self.phase {
            Phase::Unthrottled(_) => f64::INFINITY,
            Phase::Search(search) => search.rate,
            Phase::Cruise(cruise) => cruise.send_rate(self.known),
        };
        rate.clamp(LOWEST_RATE, HIGHEST_RATE)
    }

    fn throttled(&mut self, now: f64, throttle: Throttle) {
        if let Phase::Unthrottled(recent) = self.phase {
            self.begin_search(now, recent);
        }
        let initial = match &mut self.phase {
            Phase::Search(search) => search.initial.as_mut(),
            _ => None,
        };
        let old_news = throttle.id < self.decrease_id;
        if old_news {
            self.meter.throttled(throttle);
            if let Some(initial) = initial {
                initial.accepted -= 1.0;
                self.known.burst = initial.accepted.max(1.0);
            }
            return;
        }
        if initial.is_some() {
            // Sent at once, the requests arrived in any order: measure from the last of them.
            self.meter.restart();
        }
        self.meter.throttled(throttle);
        if self.blocked_since.is_some() || now >= self.quiet_until() {
            self.learn();
            self.decrease(now);
        }
    }

    fn begin_search(&mut self, now: f64, recent: Dispatch) {
        #[expect(clippy::cast_precision_loss, reason = "sends of a second or two")]
        let accepted = self.next_id.saturating_sub(recent.id) as f64;
        self.phase = Phase::Search(Search::new(InitialBurst::new(accepted, now - recent.at)));
        self.refilled_at = now;
        self.decrease(now);
    }

    /// Throttles before this second say nothing new.
    fn quiet_until(&self) -> f64 {
        let cycle = match &self.phase {
            Phase::Cruise(cruise) => cruise.cycle(self.known),
            _ => 0.0,
        };
        self.decrease_at + (1.5 * self.known.round_trip).max(0.1 * cycle)
    }

    /// A throttle that is news: the bucket is empty, at this rate.
    fn learn(&mut self) {
        let (measure, known) = (self.measure(), self.known);
        match (&mut self.phase, measure) {
            (Phase::Unthrottled(_), _) => {}
            (Phase::Search(search), measure) => {
                let initial = search.initial.take();
                let quota = match &measure {
                    Some(it) if Search::is_whole(it, known.burst) => it.rate,
                    // The bucket ran over: the quota is more than measured, and less than the last rate.
                    Some(it) => (it.rate * search.rate / known.share).sqrt(),
                    None => {
                        search.lower(&self.meter);
                        search.rate
                    }
                };
                if let Some(initial) = initial {
                    self.known.burst = (initial.accepted - quota * initial.seconds).max(1.0);
                }
                search.rate = search.rate.clamp(LOWEST_RATE, HIGHEST_RATE);
                if measure.is_some() {
                    self.phase = Phase::Cruise(Cruise::new(quota, search.rate, known.share));
                }
            }
            (Phase::Cruise(cruise), Some(it)) => cruise.learn(&it, known),
            (Phase::Cruise(cruise), None) => {
                if let Some(it) = self.meter.measure()
                    && it.seconds > 1.0
                    && it.seconds * cruise.quota > 8.0
                {
                    cruise.quota = it.rate.clamp(cruise.quota / 4.0, cruise.quota);
                }
            }
        }
        if let Phase::Cruise(cruise) = &mut self.phase {
            cruise.quota = cruise.quota.clamp(LOWEST_RATE, HIGHEST_RATE);
        }
        if measure.is_some() {
            self.cycles = self.cycles.saturating_add(1);
            self.meter.restart();
        }
    }

    fn measure(&self) -> Option<Measure> {
        let round_trip = self.known.round_trip;
        let (accepted, seconds) = match self.phase {
            Phase::Cruise(_) => (MIN_ACCEPTED, round_trip.min(SOON_AFTER_DECREASE)),
            _ => (MIN_ACCEPTED_FIRST, 0.0),
        };
        let seconds = seconds.max(0.5 * round_trip);
        self.meter.measure().filter(|it| it.accepted >= accepted && it.seconds >= seconds)
    }

    /// A new cycle begins. While nothing is accepted, each pause is as long as all before.
    fn decrease(&mut self, now: f64) {
        self.decrease_id = self.next_id;
        self.decrease_at = now;
        let pause = (now - *self.blocked_since.get_or_insert(now)).min(LONGEST_PAUSE);
        match &mut self.phase {
            Phase::Unthrottled(_) => {}
            Phase::Search(search) => search.age = -pause,
            Phase::Cruise(cruise) => cruise.age = -pause,
        }
        self.credit = self.credit.min(0.0) - pause * self.send_rate();
    }

    fn refill(&mut self, now: f64) {
        let rate = self.send_rate();
        let seconds = (now - self.refilled_at).max(0.0);
        self.refilled_at = now;
        // Nobody waits so long: the clock has jumped, or the machine was asleep.
        let longest = (4.0 / rate).max(1.0) + (-self.credit).max(0.0) / rate;
        self.credit += seconds * rate;
        let tried = match &self.phase {
            Phase::Unthrottled(_) => rate,
            Phase::Search(search) => search.rate,
            Phase::Cruise(cruise) => cruise.quota,
        };
        let full = (self.known.burst * self.known.share).max(1.0).max(0.01 * rate.min(tried));
        let idle = self.credit > full && !self.wanted;
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
            Phase::Search(search) => search.waited(seconds, self.known, &self.meter),
            Phase::Cruise(cruise) => {
                if cruise.waited(seconds) {
                    self.meter.forget();
                }
            }
        }
    }
}
