//! The state machine of one call: the facts of a failed attempt in, [`Decision`] out. Every retry, every
//! wait and every reason to give up is decided here. It is not generic: one copy serves every call site.

use std::fmt;
use std::time::Duration;

use crate::decision::backoff::backoff;
use crate::decision::classify::{Rule, Verdict};
use crate::decision::failure::{Failure, Kind, Transport};
use crate::decision::policy::{Mode, Nested, Resolved};
use crate::decision::reason::{Reason, StopWhy};
use crate::decision::timestamp::Time;

/// The next step of a call whose attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Another attempt, after this wait.
    Retry { wait: Duration },
    /// The end of the call. A long poll waits first, so that its caller's loop does not spin.
    GiveUp { reason: Reason, wait_before: Duration },
}

impl Decision {
    pub const fn give_up(reason: Reason) -> Self {
        Self::GiveUp { reason, wait_before: Duration::ZERO }
    }
}

/// Who has retried a failure already, inside the attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetriedInside {
    /// An annotated call, which gave up on it.
    ByCall,
    /// The SDK, within one operation.
    BySdk,
}

/// The facts of a failed attempt.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'f> {
    pub failure: &'f Failure<'f>,
    pub verdict: Verdict,
    /// This crate ended the attempt, or did not let it begin.
    pub cancelled: Option<StopWhy>,
    pub retried_inside: Option<RetriedInside>,
    /// Whether anything can time a wait.
    pub can_wait: &'f dyn Fn() -> bool,
    pub now: Time,
    pub deadline: Option<Time>,
    /// The earliest turn that the scope's queue can give at its present rate.
    pub earliest_turn: Option<Time>,
    /// Uniform in [0, 1).
    pub random: f64,
    /// Takes so many retry tokens, or none if fewer are left.
    pub take_tokens: &'f dyn Fn(u32) -> bool,
}

impl fmt::Debug for Facts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts").field("verdict", &self.verdict).finish_non_exhaustive()
    }
}

/// The history of a call: its failures, its last wait and the tokens of its last retry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// Attempts that failed.
    failed: u32,
    /// Of these, the ones that were not throttled.
    other: u32,
    /// The last wait.
    previous: Option<Duration>,
    /// The tokens that the last retry took.
    held: u32,
}

impl Attempts {
    /// AWS's order: retryable? attempts left? tokens left? Before any token is taken, the wait must fit
    /// into the time that is left.
    pub fn on_failure(&mut self, policy: &Resolved, facts: Facts<'_>) -> Decision {
        let throttled = facts.verdict.kind == Kind::Throttled;
        self.failed = self.failed.saturating_add(1);
        self.other = self.other.saturating_add(u32::from(!throttled));
        if let Some(reason) = forbidden(policy, &facts) {
            return Decision::give_up(reason);
        }
        let paced = policy.mode == Mode::Paced;
        if self.failed >= policy.max_attempts || (paced && self.other > policy.max_retries) {
            return Decision::give_up(Reason::Attempts);
        }
        let wait = self.wait(policy, throttled, facts.failure, facts.random);
        if let Some(reason) = out_of_time(policy, &facts, wait) {
            return Decision::give_up(reason);
        }
        let cost = cost(policy, &facts);
        if policy.costs.is_some() && !(facts.take_tokens)(cost) {
            let wait_before = if policy.long_polling { wait } else { Duration::ZERO };
            return Decision::GiveUp { reason: Reason::Quota, wait_before };
        }
        self.held = cost;
        self.previous = Some(wait);
        Decision::Retry { wait }
    }

    /// The tokens that a success gives back: the cost of the last retry, or 1 after a success on the
    /// first attempt.
    pub fn on_success(&mut self) -> u32 {
        if self.failed == 0 { 1 } else { self.take_held() }
    }

    /// The last retry's tokens, to be given back: it succeeded, or was never sent.
    pub fn take_held(&mut self) -> u32 {
        std::mem::take(&mut self.held)
    }

    fn wait(
        &self,
        policy: &Resolved,
        throttled: bool,
        failure: &Failure<'_>,
        random: f64,
    ) -> Duration {
        let computed = if throttled && policy.mode == Mode::Paced {
            // The queue paces what was throttled.
            Duration::ZERO
        } else {
            let base = if throttled { policy.throttle_delay } else { policy.base_delay };
            let failures = if policy.mode == Mode::Paced { self.other } else { self.failed };
            backoff(policy, base, failures.saturating_sub(1), self.previous, random)
        };
        policy.hint.wait(computed, failure.retry_after, policy.max_delay)
    }
}

/// The reason for which this failure must not be retried, however many attempts and however much time is
/// left.
fn forbidden(policy: &Resolved, facts: &Facts<'_>) -> Option<Reason> {
    let Facts { failure, verdict, cancelled, retried_inside, .. } = facts;
    match (cancelled, retried_inside, verdict.kind, verdict.rule) {
        (Some(StopWhy::Deadline | StopWhy::NoTurn), ..) => Some(Reason::Deadline),
        (Some(StopWhy::FailFast), ..) => Some(Reason::FailFast),
        (Some(StopWhy::NoTimer), ..) => Some(Reason::NoTimer),
        (_, Some(RetriedInside::ByCall), ..) if policy.nested == Nested::Pass => {
            Some(Reason::Nested)
        }
        (_, Some(RetriedInside::BySdk), Kind::Transient | Kind::Other, _) => Some(Reason::SdkTried),
        (.., Kind::Credentials, _) => Some(Reason::Credentials),
        (.., Rule::Vetoed) => Some(Reason::Vetoed),
        _ if !verdict.is_retryable() => Some(Reason::Permanent),
        _ if !policy.idempotent && !verdict.surely_not_executed(failure) => {
            Some(Reason::NotIdempotent)
        }
        _ => None,
    }
}

/// The reason for which no attempt can begin after `wait`.
fn out_of_time(policy: &Resolved, facts: &Facts<'_>, wait: Duration) -> Option<Reason> {
    let after_wait = facts.now.saturating_add(wait);
    let begins = facts.earliest_turn.map_or(after_wait, |turn| turn.max(after_wait));
    // Where a rate paces the retries, the queue needs a timer even if there is no wait before it.
    let needs_timer = wait > Duration::ZERO || policy.rate.is_some();
    if facts.deadline.is_some_and(|deadline| begins >= deadline) {
        Some(Reason::Deadline)
    } else if policy.fail_fast && begins > after_wait {
        Some(Reason::FailFast)
    } else if needs_timer && !(facts.can_wait)() {
        Some(Reason::NoTimer)
    } else {
        None
    }
}

/// The tokens that a retry of this failure takes.
fn cost(policy: &Resolved, facts: &Facts<'_>) -> u32 {
    let timed_out =
        matches!(facts.failure.transport, Some(Transport::Timeout | Transport::ConnectTimeout));
    policy.costs.map_or(0, |costs| match facts.verdict.kind {
        Kind::Throttled => costs.throttled,
        Kind::Transient if timed_out => costs.timeout,
        Kind::Transient => costs.transient,
        _ => costs.other,
    })
}

#[cfg(test)]
#[path = "attempts_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "attempts_facts.rs"]
mod facts;

#[cfg(test)]
#[path = "attempts_vectors.rs"]
mod vectors;
