//! A call's place in its scope's queue, in the modes that have a send rate.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::clock::{Clock, Time};
use crate::decision::failure::{Failure, Kind};
use crate::decision::policy::Resolved;
use crate::errors::StopWhy;
use crate::limits::rate::{Gate, Outcome, Refused, Sent, Ticket};
use crate::limits::scope::Scope;

type Waiting = Pin<Box<dyn Future<Output = (Ticket, Result<Sent, Refused>)> + Send>>;

/// The call's place in the order of first arrival, and the send in progress.
#[derive(Default)]
pub(super) struct QueueSlot {
    ticket: Ticket,
    waiting: Option<Waiting>,
    sent: Option<(Arc<Gate>, Sent)>,
    /// The number of requests that the attempt made, where the interceptor counts them; else 0.
    pub requests: u32,
    /// When the call began to wait for its turn, and how long the last turn let it wait.
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
        generation: u32,
        deadline: Option<Time>,
        clock: &Clock,
    ) -> Poll<Result<(), StopWhy>> {
        let Some(kind) = policy.rate else { return Poll::Ready(Ok(())) };
        let gate = scope.gate(kind, policy, generation);
        let waiting = match &mut self.waiting {
            Some(waiting) => waiting,
            None => {
                if let Some(sent) = gate.at_once(&mut self.ticket, || clock.now()) {
                    self.sent = Some((Arc::clone(gate), sent));
                    self.queued = Duration::ZERO;
                    return Poll::Ready(Ok(()));
                }
                self.asked = clock.now();
                let mut ticket = std::mem::take(&mut self.ticket);
                let (gate, clock, fail_fast) = (Arc::clone(gate), clock.clone(), policy.fail_fast);
                self.waiting.insert(Box::pin(async move {
                    let turn = gate.turn(&mut ticket, deadline, fail_fast, &clock).await;
                    (ticket, turn)
                }))
            }
        };
        let Poll::Ready((ticket, turn)) = waiting.as_mut().poll(cx) else { return Poll::Pending };
        self.waiting = None;
        self.queued = clock.now().saturating_sub(self.asked);
        self.ticket = ticket;
        Poll::Ready(match turn {
            Ok(sent) => {
                self.sent = Some((Arc::clone(gate), sent));
                Ok(())
            }
            Err(Refused::TooLate) => Err(StopWhy::NoTurn),
            Err(Refused::Busy) => Err(StopWhy::FailFast),
        })
    }

    /// Tells the rate how the attempt ended.
    pub fn answered(&mut self, clock: &Clock, outcome: Outcome) {
        if let Some((gate, sent)) = self.sent.take() {
            gate.answered(sent, outcome, self.requests.max(1), || clock.now());
        }
    }
}

/// The meaning of a failure for the rate: a request without an answer may have passed the quota or not.
pub(super) fn outcome_of(kind: Kind, failure: &Failure<'_>) -> Outcome {
    match (kind, failure.transport) {
        (Kind::Throttled, _) => Outcome::Throttled,
        (_, None) => Outcome::Accepted,
        (_, Some(_)) => Outcome::Unknown,
    }
}
