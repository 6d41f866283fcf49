//! The one queue of a scope: which call may send next, and when the others ask again. Pure.
//!
//! - The order is that of first arrival: a call that was throttled comes back with its old ticket,
//!   and so to the front.
//! - A call takes its turn by asking. A call that waits is told when to ask again: the head, when its turn
//!   comes; the rest, when their turn should long have come at the present rate.
//! - A turn is a lease. A head that does not ask within the lease is passed over: it leaves the
//!   line, and comes back to the front, with its old ticket, as soon as it asks again.
//! - A call that is refused alone, or refused again behind a shut door, rests outside the line.

mod answers;
mod fleet;
mod limit;
mod line;
mod steady;
mod ticket;
mod waiters;

use std::collections::BTreeMap;

use super::pace::Pace;
use super::{Belief, Dispatch, Kind, Learned, Time};
use limit::Limit;
use steady::Steady;
use ticket::Seen;
pub use ticket::Ticket;
use waiters::{InLine, Waiters};

/// A turn passes on after the time of two sends, but not before this many seconds.
const SHORTEST_LEASE: f64 = 0.05;
/// Shorter waits are granted (seconds).
const NANOSECOND: f64 = 1e-9;

/// The conditions under which a caller waits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Terms {
    pub(super) deadline: Option<Time>,
    pub(super) fail_fast: bool,
}

/// The queue's answer to a call that asks.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// Send now.
    Go(Dispatch),
    /// Ask again then, or when woken.
    At(Time),
    /// The turn can't come before the deadline.
    TooLate,
    /// It would have to wait, and does not want to.
    Busy,
}

/// The calls to wake, and the wakers to drop, once the lock is released: a waker may own a task whose end
/// takes the lock again.
#[derive(Debug)]
#[must_use]
pub(super) struct Wakes<W> {
    pub(super) head: Option<W>,
    /// Calls whose wait has become far too long; almost always empty.
    pub(super) stale: Vec<W>,
    /// The asker's former waker.
    former: Option<W>,
    /// The wakers of the calls that were passed over; almost always empty.
    passed_over: Vec<W>,
}

impl<W> Wakes<W> {
    const fn none() -> Self {
        Self { head: None, stale: Vec::new(), former: None, passed_over: Vec::new() }
    }

    /// Nothing to wake, to drop or to free.
    #[inline]
    pub(super) const fn is_none(&self) -> bool {
        self.head.is_none()
            && self.former.is_none()
            && self.stale.capacity() == 0
            && self.passed_over.capacity() == 0
    }
}

/// The visible state of a scope's send rate.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RateState {
    /// The present rate in units per second, which are attempts where no cost is written; none before the
    /// first throttle.
    pub rate: Option<f64>,
    /// The quota that it has measured, or believes in until it has, in units per second; paced mode only.
    pub quota: Option<f64>,
    /// Calls in the queue.
    pub waiting: usize,
    /// Throttled answers so far.
    pub throttles: u64,
    /// Cycles of rise and cut so far; paced mode only.
    pub cycles: u32,
}

/// What the last answer of a scope shows beyond its visible state.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Signs {
    /// Sends so far.
    pub sends: u64,
    /// The degree to which throttles come irregularly, 0 to 1.
    pub irregularity: f64,
    /// Nothing is accepted at present, and only probes go out.
    pub shut: bool,
}

#[derive(Debug)]
pub(super) struct Queue<W> {
    pace: Pace,
    limit: Option<Limit>,
    line: Waiters<W>,
    /// Calls that rest outside the line after a throttle; the flag says whether they are woken when the door
    /// opens.
    resting: BTreeMap<u64, (InLine<W>, bool)>,
    seen: Seen,
    /// The number of times that a shut door has opened.
    openings: u64,
    next_ticket: u64,
    next_send: u64,
    /// The units that the sends took beyond one each.
    surplus: f64,
    /// The place at which the sweep for stale waits continues.
    swept: u64,
    throttles: u64,
    steady: Steady,
}

impl<W: Clone> Queue<W> {
    pub(super) fn new(kind: Kind, max_rate: f64, share: f64) -> Self {
        let share = if share > 0.0 { share.min(1.0) } else { 1.0 };
        Self {
            pace: Pace::new(kind, share),
            limit: Limit::new(max_rate, 0.0),
            line: Waiters::new(),
            resting: BTreeMap::new(),
            seen: Seen::NONE,
            openings: 0,
            next_ticket: FIRST_TICKET,
            next_send: 0,
            surplus: 0.0,
            swept: 0,
            throttles: 0,
            steady: Steady::default(),
        }
    }

    /// Whether `max_rate` holds back anything.
    pub(super) fn is_limit(max_rate: f64) -> bool {
        Limit::new(max_rate, 0.0).is_some()
    }

    /// Never faster than this from now on (infinite: no bound).
    pub(super) fn set_limit(&mut self, max_rate: f64) -> Wakes<W> {
        self.limit = Limit::changed(self.limit.as_ref(), max_rate, self.pace.part());
        self.wake()
    }

    /// The head asks again: the conditions of its wait have changed. So do some of the others, and all of
    /// them as turns are taken.
    pub(super) fn wake(&mut self) -> Wakes<W> {
        let mut wakes = Wakes::none();
        wakes.head = self.call_head(self.steady.latest);
        self.sweep(self.steady.latest, &mut wakes.stale);
        wakes.stale.extend(self.resting.values().map(|(it, _)| it.waker.clone()));
        wakes
    }

    /// The earliest turn of a call, as the queue stands and at its present rate.
    pub(super) fn earliest_turn(&mut self, now: Time, call: &Ticket) -> Time {
        let now = self.steady.seconds(now);
        let rest = call.refusals().rests_until(now, self.openings);
        // A call that rests until the door opens may be woken at any time.
        let rested = rest.filter(|(_, shut)| !shut).map_or(now, |(until, _)| until);
        let ahead = self.ahead(call.place.unwrap_or(u64::MAX)).at_least;
        let first = self.pace.next_turn(now, call.cost);
        let first = self.limited_until(first);
        let after_all = now + ahead / self.capped(self.pace.optimistic_rate());
        let earliest = first.max(after_all).max(rested);
        // At once is not later than now, whatever the rounding.
        self.steady.time(if earliest > now { earliest } else { 0.0 })
    }

    /// A place at the end of the line, not yet taken.
    pub(super) const fn ticket(&mut self) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        ticket
    }

    /// `sends` went out while nothing held them back, and took `surplus` units beyond one each; `recent` is
    /// one of them, not long ago.
    pub(super) fn begin(&mut self, sends: u64, surplus: f64, recent: Dispatch) {
        self.next_send = self.next_send.max(sends);
        self.surplus = surplus;
        self.pace.unthrottled(sends, surplus, recent);
    }

    /// Begins at a belief, if nothing was learned yet.
    pub(super) fn believe(&mut self, now: Time, belief: Belief) {
        let now = self.steady.seconds(now);
        self.pace.believe(now, belief);
    }

    /// The quota that was measured.
    pub(super) fn learned(&mut self, now: Time) -> Option<Learned> {
        let now = self.steady.seconds(now);
        self.pace.learned(now)
    }

    /// The number of sends so far, and the units that they took beyond one each.
    pub(super) const fn sends(&self) -> (u64, f64) {
        (self.next_send, self.surplus)
    }

    /// Whether the call may send now. If not, it is in the line or rests, with `waker` to be woken.
    pub(super) fn ask(
        &mut self,
        now: Time,
        call: &mut Ticket,
        terms: Terms,
        waker: &W,
    ) -> (Answer, Wakes<W>) {
        let ticket = *call.place.get_or_insert_with(|| self.ticket());
        let late = terms.deadline.is_some_and(|deadline| deadline <= now);
        let now = self.steady.seconds(now);
        if late {
            return (Answer::TooLate, self.leave(ticket));
        }
        let mut calls = Wakes::none();
        if let Some(rest) = call.refusals().rests_until(now + NANOSECOND, self.openings) {
            calls.former = self.remove(ticket);
            return (self.rest((ticket, call.cost), rest, terms, waker), calls);
        }
        if let Some((rested, _)) = self.resting.remove(&ticket) {
            calls.former = Some(rested.waker);
        }
        if self.pass_over(now, ticket, &mut calls.passed_over) {
            calls.head = self.call_head(now);
        }
        let alone = call.refusals().is_known_alone() && self.pace.lets_by(now);
        let older = self.line.first().filter(|(first, _)| !alone && **first < ticket);
        let head = older.map(|(_, it)| it.due);
        let (ready, earliest) = if let Some(due) = head {
            let ahead = self.ahead(ticket);
            let patience = self.lease() + ahead.at_most / self.rate();
            (
                due.max(now) + patience,
                now + ahead.at_least / self.capped(self.pace.optimistic_rate()),
            )
        } else {
            let ready =
                if alone { self.limited_until(now) } else { self.ready_at(now, call.room()) };
            (ready, ready)
        };
        if head.is_none() && ready <= now + NANOSECOND {
            calls.former = calls.former.or(self.remove(ticket));
            calls.head = self.call_head(now);
            let send = self.send(now, call.cost, alone);
            self.sweep(now, &mut calls.stale);
            return (Answer::Go(send), calls);
        }
        let answer = if terms.fail_fast {
            Answer::Busy
        } else if terms.deadline.is_some_and(|deadline| self.steady.time(earliest) > deadline) {
            Answer::TooLate
        } else {
            let it = InLine { due: ready, cost: call.cost, waker: waker.clone() };
            calls.former = calls.former.or(self.line.insert(ticket, it));
            return (Answer::At(self.steady.time(ready)), calls);
        };
        let left = self.remove(ticket);
        if left.is_some() && head.is_none() {
            calls.head = self.call_head(now);
        }
        calls.former = calls.former.or(left);
        (answer, calls)
    }

    /// `ticket` no longer waits.
    pub(super) fn leave(&mut self, ticket: u64) -> Wakes<W> {
        let mut wakes = Wakes::none();
        let was_head = self.line.first().is_some_and(|(first, _)| *first == ticket);
        wakes.former = self.remove(ticket);
        if wakes.former.is_some() && was_head {
            wakes.head = self.call_head(self.steady.latest);
        }
        wakes
    }

    fn remove(&mut self, ticket: u64) -> Option<W> {
        let resting = || self.resting.remove(&ticket).map(|(it, _)| it);
        self.line.remove(ticket).or_else(resting).map(|it| it.waker)
    }

    pub(super) fn state(&self) -> RateState {
        let (quota, cycles) = match &self.pace {
            Pace::Adaptive(_) => (None, 0),
            Pace::Paced(it) => (it.quota(), it.cycles()),
        };
        let rate = self.pace.rate().map(|rate| self.capped(rate));
        RateState { rate, quota, waiting: self.waiting(), throttles: self.throttles, cycles }
    }

    /// The calls in the line, and those that rest.
    fn waiting(&self) -> usize {
        self.line.len() + self.resting.len()
    }

    /// What its last answer shows beyond its state.
    pub(super) fn signs(&self) -> Signs {
        Signs {
            sends: self.next_send,
            irregularity: self.pace.irregularity(),
            shut: self.pace.probe_pause(self.steady.latest) > 0.0,
        }
    }

    /// Nobody can be held back in the present state.
    pub(super) fn is_unthrottled(&self) -> bool {
        self.limit.is_none() && self.pace.is_unthrottled() && !self.pace.is_starting()
    }

    fn send(&mut self, now: f64, cost: f64, beside: bool) -> Dispatch {
        let id = self.next_send;
        self.next_send += 1;
        self.surplus += cost - 1.0;
        let send = Dispatch { id, at: now, cost, surplus: self.surplus };
        if beside {
            self.pace.sent_beside(send);
        } else {
            self.pace.sent(send);
        }
        self.follow_part();
        if let Some(limit) = &mut self.limit {
            limit.sent(now, cost);
        }
        send
    }

    fn ready_at(&mut self, now: f64, cost: f64) -> f64 {
        let ready = self.pace.ready_at(now, cost);
        self.limited_until(ready)
    }

    /// `at`, or later if `max_rate` allows no send before.
    fn limited_until(&self, at: f64) -> f64 {
        self.limit.as_ref().map_or(at, |it| at.max(it.next_at))
    }

    fn capped(&self, rate: f64) -> f64 {
        self.limit.as_ref().map_or(rate, |it| rate.min(it.rate()))
    }

    fn rate(&self) -> f64 {
        self.capped(self.pace.rate().unwrap_or(f64::INFINITY))
    }

    fn lease(&self) -> f64 {
        (2.0 * self.pace.per_send() / self.rate()).max(SHORTEST_LEASE)
    }
}

/// Tickets of calls that were sent before the first throttle are lower: they are the ids of their sends.
const FIRST_TICKET: u64 = 1 << 62;

#[cfg(test)]
mod tests;

#[cfg(test)]
#[path = "turns_tests.rs"]
mod turns;
