//! The ends of attempts: what they tell the rate, and how their calls wait.

use super::line::count;
use super::ticket::Ticket;
use super::waiters::InLine;
use super::{Answer, Queue, Terms, Wakes};
use crate::limits::rate::pace::Pace;
use crate::limits::rate::{Dispatch, SendOutcome, SendReport, Time};

/// If a turn comes earlier by at least this many seconds, the head is woken: the resolution of timers.
const GRAIN: f64 = 0.001;
/// This many calls that rest because they are refused alone, if they also outnumber those in the line, are a
/// crowd.
const CROWD: usize = 5;

impl<W: Clone> Queue<W> {
    /// The attempt sent as `send` ended. True if the call should give up: it is refused again and again
    /// while others pass.
    pub(in crate::limits::rate) fn answered(
        &mut self,
        now: Time,
        ticket: &mut Ticket,
        send: Dispatch,
        report: &SendReport,
    ) -> (bool, Wakes<W>) {
        let now = self.steady.seconds(now);
        let throttled = report.outcome.is_throttle();
        self.throttles += u64::from(throttled);
        let refusals = ticket.refusals();
        let alone = report.outcome == SendOutcome::Throttled
            && refusals.is_alone(send.cost, &self.seen, self.pace.is_measured());
        let was_blocked = self.pace.blocked_since().is_some();
        let deferred = self.pace.answered(now, send, report, refusals.repeat(alone));
        match report.outcome {
            SendOutcome::Throttled if alone || deferred => {}
            SendOutcome::Throttled | SendOutcome::ScopeThrottled => self.seen.throttled(send),
            SendOutcome::CallThrottled => self.seen.call_throttled(send),
            SendOutcome::Accepted | SendOutcome::Fault => self.seen.accepted(send),
            SendOutcome::Unknown => {}
        }
        let hopeless = throttled && self.refused(now, ticket, send, report, alone, deferred);
        if !throttled {
            ticket.forget_refusals();
        }
        let mut wakes = Wakes::none();
        if was_blocked && self.pace.blocked_since().is_none() {
            self.open(now);
            wakes.head = self.call_head(now);
        } else if let Some((_, head)) = self.line.first()
            && head.due > now + GRAIN
        {
            let (due, cost) = (head.due, head.cost);
            if self.ready_at(now, cost) + GRAIN < due {
                wakes.head = self.call_head(now);
            }
        }
        (hopeless, wakes)
    }

    /// A call was throttled; decides how it waits. True if it should give up.
    fn refused(
        &mut self,
        now: f64,
        ticket: &mut Ticket,
        send: Dispatch,
        report: &SendReport,
        alone: bool,
        deferred: bool,
    ) -> bool {
        match (&self.pace, self.pace.blocked_since()) {
            (Pace::Adaptive(_), _) => {
                // From its second consecutive throttle on, the call lets the others go first.
                if ticket.refusals().is_again() {
                    ticket.place = Some(self.next_ticket);
                    self.next_ticket += 1;
                }
                ticket.refusals_mut().refused(send, &self.seen, false);
            }
            _ if report.outcome == SendOutcome::CallThrottled => {
                return ticket.refusals_mut().refused_by_own_limit(send, &self.seen);
            }
            _ if alone => {
                let alone = self.resting.values().filter(|(_, shut)| !shut).count();
                let crowded = alone >= CROWD && alone > self.line.len();
                return ticket.refusals_mut().refused_alone(now, send, &self.seen, report, crowded);
            }
            (_, Some(since)) => {
                // Each of the others has a turn first.
                let turn = self.pace.probe_pause(now).max(self.pace.per_send() / self.rate());
                let turns = turn * count(self.waiting());
                let blocked = (now - since, turns, self.openings);
                ticket.refusals_mut().refused_while_blocked(now, send, &self.seen, report, blocked);
            }
            _ => ticket.refusals_mut().refused(send, &self.seen, deferred),
        }
        false
    }

    /// The door is open: the calls that were resting until then return to their places.
    fn open(&mut self, now: f64) {
        self.openings += 1;
        for (ticket, (waiter, _)) in self.resting.extract_if(.., |_, (_, shut)| *shut) {
            self.line.insert(ticket, InLine { due: now, ..waiter });
        }
    }

    /// The call rests until then; if the door is shut, it is woken when the door opens.
    pub(super) fn rest(
        &mut self,
        (ticket, cost): (u64, f64),
        rest: (f64, bool),
        terms: Terms,
        waker: &W,
    ) -> Answer {
        let (until, shut) = rest;
        let at = self.steady.time(until);
        if terms.fail_fast {
            return Answer::Busy;
        }
        if !shut && terms.deadline.is_some_and(|deadline| at > deadline) {
            return Answer::TooLate;
        }
        self.resting.insert(ticket, (InLine { due: until, cost, waker: waker.clone() }, shut));
        Answer::At(at)
    }
}

#[cfg(test)]
#[path = "answers_tests.rs"]
mod tests;
