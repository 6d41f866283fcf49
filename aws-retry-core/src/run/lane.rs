//! A call's way through its scope's queue: the modes that have a send rate.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::clock::{Clock, Time};
use crate::decision::failure::{Failure, Kind};
use crate::decision::policy::Resolved;
use crate::errors::StopWhy;
use crate::limits::rate::{Outcome, Refused, Sent, Ticket};
use crate::limits::scope::Scope;

type Waiting = Pin<Box<dyn Future<Output = (Ticket, Result<Sent, Refused>)> + Send>>;

/// The call's place in the order of first arrival, and the send in progress.
#[derive(Default)]
pub(super) struct Lane {
    ticket: Ticket,
    waiting: Option<Waiting>,
    sent: Option<Sent>,
    /// Requests that the attempt made, where the interceptor counts them; else 0.
    pub requests: u32,
    /// When the call began to wait for its turn, and how long the last turn let it wait.
    asked: Time,
    pub queued: Duration,
}

impl Lane {
    /// Waits for the call's turn.
    pub fn poll_turn(
        &mut self,
        cx: &mut Context<'_>,
        scope: &Scope,
        policy: &Resolved,
        deadline: Option<Time>,
        clock: &Clock,
    ) -> Poll<Result<(), StopWhy>> {
        let Some(kind) = policy.rate else { return Poll::Ready(Ok(())) };
        let waiting = match &mut self.waiting {
            Some(waiting) => waiting,
            None => {
                let gate = scope.gate(kind, policy);
                if let Some(sent) = gate.at_once(&mut self.ticket, || clock.now()) {
                    self.sent = Some(sent);
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
                self.sent = Some(sent);
                Ok(())
            }
            Err(Refused::TooLate) => Err(StopWhy::NoTurn),
            Err(Refused::Busy) => Err(StopWhy::FailFast),
        })
    }

    /// Tells the rate how the attempt ended.
    pub fn answered(&mut self, scope: &Scope, policy: &Resolved, clock: &Clock, outcome: Outcome) {
        if let (Some(kind), Some(sent)) = (policy.rate, self.sent.take()) {
            scope.gate(kind, policy).answered(sent, outcome, self.requests.max(1), || clock.now());
        }
    }
}

/// What a failure means for the rate: a request that nobody answered may have passed the quota or not.
pub(super) fn outcome_of(kind: Kind, failure: &Failure<'_>) -> Outcome {
    match (kind, failure.transport) {
        (Kind::Throttled, _) => Outcome::Throttled,
        (_, None) => Outcome::Accepted,
        (_, Some(_)) => Outcome::Unknown,
    }
}
