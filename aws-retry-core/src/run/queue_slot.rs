//! A call's place in its scope's queue, in the modes that have a send rate.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::block::BlockingClock;
use crate::clock::{Clock, Time};
use crate::decision::policy::{RateKind, Resolved};
use crate::errors::StopWhy;
use crate::limits::rate::{Gate, Refused, SendReport, Sent, Ticket};
use crate::limits::scope::Scope;

/// A wait for a turn, and the conditions under which it began.
struct Waiting {
    kind: RateKind,
    terms: TurnTerms,
    turn: Pin<Box<dyn Future<Output = Result<Sent, Refused>> + Send>>,
}

/// The conditions under which a call waits for its turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TurnTerms {
    pub deadline: Option<Time>,
    pub fail_fast: bool,
    /// The call can end without a turn.
    pub can_stop: bool,
    /// The latest change of the overrides that the call's policy has seen.
    pub generation: u32,
}

/// The call's place in the order of first arrival, and the send in progress.
#[derive(Default)]
pub(super) struct QueueSlot {
    ticket: Ticket,
    waiting: Option<Waiting>,
    sent: Option<(Arc<Gate>, Sent)>,
    /// The time at which the call began to wait for its turn, and the length of its last wait for one.
    asked: Time,
    pub queued: Duration,
}

impl QueueSlot {
    /// Waits for the call's turn.
    pub fn poll_turn(
        &mut self,
        cx: &mut Context<'_>,
        scope: &Scope,
        policy: &Resolved,
        terms: TurnTerms,
        clock: &Clock,
    ) -> Poll<Result<(), StopWhy>> {
        let Some(kind) = policy.rate else {
            self.waiting = None;
            return Poll::Ready(Ok(()));
        };
        // Before the queue is asked: an override may have changed the limit.
        let gate = scope.gate(kind, policy, terms.generation);
        let waits_on = |it: &Waiting| it.kind == kind && it.terms == terms;
        if self.waiting.is_none() {
            if self.takes_at_once(gate, clock) {
                return Poll::Ready(Ok(()));
            }
            if !clock.can_wait() {
                return self.poll_turn_without_timer(cx, scope, policy, terms, clock);
            }
        }
        let waiting = match &mut self.waiting {
            Some(waiting) if waits_on(waiting) => waiting,
            // Under changed conditions it continues from the same place.
            waiting => {
                gate.reserve(&mut self.ticket);
                let (gate, clock, mut ticket) =
                    (Arc::clone(gate), clock.clone(), self.ticket.clone());
                let turn = Box::pin(async move {
                    gate.turn(&mut ticket, terms.deadline, terms.fail_fast, &clock).await
                });
                waiting.insert(Waiting { kind, terms, turn })
            }
        };
        let Poll::Ready(turn) = waiting.turn.as_mut().poll(cx) else { return Poll::Pending };
        self.waiting = None;
        Poll::Ready(self.take(gate, turn, clock))
    }

    /// Takes a turn that comes at once. If the turn does not, there is no timer to wait with: the call ends,
    /// or blocks the thread if it does not have an error to end with.
    fn poll_turn_without_timer(
        &mut self,
        cx: &mut Context<'_>,
        scope: &Scope,
        policy: &Resolved,
        terms: TurnTerms,
        clock: &Clock,
    ) -> Poll<Result<(), StopWhy>> {
        let Some(kind) = policy.rate else { return Poll::Ready(Ok(())) };
        let gate = scope.gate(kind, policy, terms.generation);
        let turn = pin!(gate.turn(&mut self.ticket, terms.deadline, true, clock)).poll(cx);
        turn.map(|turn| match turn {
            Err(Refused::Busy) if !terms.can_stop => {
                self.block_turn(scope, policy, terms, clock, || {})
            }
            Err(Refused::Busy) if !terms.fail_fast => Err(StopWhy::NoTimer),
            turn => self.take(gate, turn, clock),
        })
    }

    /// The next attempt takes this many units of the quota.
    pub const fn set_cost(&mut self, units: f64) {
        self.ticket.set_cost(units);
    }

    /// Whether the call waits in a queue.
    pub const fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// The earliest turn that the queue can give the call's next attempt, if it must wait for one.
    pub fn earliest_turn(
        &self,
        scope: &Scope,
        policy: &Resolved,
        generation: u32,
        clock: &Clock,
    ) -> Option<Time> {
        let gate = scope.gate(policy.rate?, policy, generation);
        gate.earliest_turn(&self.ticket, || clock.now())
    }

    /// Blocks the thread until the call's turn. `warn` is called before that.
    pub fn block_turn(
        &mut self,
        scope: &Scope,
        policy: &Resolved,
        terms: TurnTerms,
        clock: &Clock,
        warn: impl FnOnce(),
    ) -> Result<(), StopWhy> {
        let Some(kind) = policy.rate else { return Ok(()) };
        let gate = scope.gate(kind, policy, terms.generation);
        if self.takes_at_once(gate, clock) {
            return Ok(());
        }
        let blocking = BlockingClock::new(clock);
        let turn = gate.turn(&mut self.ticket, terms.deadline, terms.fail_fast, &blocking);
        let turn = blocking.block_on(turn, warn);
        self.take(gate, turn, clock)
    }

    /// Takes a turn without a wait, as long as nothing holds the scope back.
    fn takes_at_once(&mut self, gate: &Arc<Gate>, clock: &Clock) -> bool {
        self.queued = Duration::ZERO;
        if let Some(sent) = gate.at_once(&mut self.ticket, || clock.now()) {
            self.sent = Some((Arc::clone(gate), sent));
            return true;
        }
        self.asked = clock.now();
        false
    }

    fn take(
        &mut self,
        gate: &Arc<Gate>,
        turn: Result<Sent, Refused>,
        clock: &Clock,
    ) -> Result<(), StopWhy> {
        self.queued = clock.now().saturating_sub(self.asked);
        match turn {
            Ok(sent) => {
                self.sent = Some((Arc::clone(gate), sent));
                Ok(())
            }
            Err(Refused::TooLate) => Err(StopWhy::NoTurn),
            Err(Refused::Busy) => Err(StopWhy::FailFast),
        }
    }

    /// Tells the rate the end of the attempt. True if the call should give up: it is refused again and again
    /// while others of its scope pass.
    pub fn answered(&mut self, clock: &Clock, report: &SendReport) -> bool {
        self.sent.take().is_some_and(|(gate, sent)| {
            gate.answered(&mut self.ticket, sent, report, || clock.now())
        })
    }
}
