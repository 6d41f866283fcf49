//! A call's place in its scope's queue, in the modes that have a send rate.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::block::BlockingClock;
use crate::clock::{Clock, Time};
use crate::decision::policy::Resolved;
use crate::errors::StopWhy;
use crate::limits::rate::{Gate, Outcome, Refused, Sent, Ticket};
use crate::limits::scope::Scope;

type Waiting = Pin<Box<dyn Future<Output = (Ticket, Result<Sent, Refused>)> + Send>>;

/// The conditions under which a call waits for its turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub deadline: Option<Time>,
    pub fail_fast: bool,
    /// The change of the overrides that the call's policy has seen.
    pub generation: u32,
}

/// The call's place in the order of first arrival, and the send in progress.
#[derive(Default)]
pub(super) struct QueueSlot {
    ticket: Ticket,
    waiting: Option<Waiting>,
    sent: Option<(Arc<Gate>, Sent)>,
    /// When the call began to wait for its turn, and the length of its last wait for one.
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
        terms: Terms,
        clock: &Clock,
    ) -> Poll<Result<(), StopWhy>> {
        let Some(kind) = policy.rate else { return Poll::Ready(Ok(())) };
        let gate = scope.gate(kind, policy, terms.generation);
        let waiting = match &mut self.waiting {
            Some(waiting) => waiting,
            None => {
                if self.takes_at_once(gate, clock) {
                    return Poll::Ready(Ok(()));
                }
                let mut ticket = std::mem::take(&mut self.ticket);
                let (gate, clock) = (Arc::clone(gate), clock.clone());
                self.waiting.insert(Box::pin(async move {
                    let turn = gate.turn(&mut ticket, terms.deadline, terms.fail_fast, &clock);
                    let turn = turn.await;
                    (ticket, turn)
                }))
            }
        };
        let Poll::Ready((ticket, turn)) = waiting.as_mut().poll(cx) else { return Poll::Pending };
        self.waiting = None;
        self.ticket = ticket;
        Poll::Ready(self.take(gate, turn, clock))
    }

    /// Blocks the thread until the call's turn. `warn` is told that it does.
    pub fn block_turn(
        &mut self,
        scope: &Scope,
        policy: &Resolved,
        terms: Terms,
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

    /// Takes a turn without a wait, while nothing holds the scope back.
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

    /// Tells the rate how the attempt ended. `requests`: the number that it made, where the interceptor
    /// counts them, else 0.
    pub fn answered(&mut self, clock: &Clock, outcome: Outcome, requests: u32) {
        if let Some((gate, sent)) = self.sent.take() {
            gate.answered(sent, outcome, requests.max(1), || clock.now());
        }
    }
}
