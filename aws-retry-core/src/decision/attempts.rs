//! The state machine of one call: the facts of a failed attempt in, [`Decision`] out. Every retry, every
//! wait and every reason to give up is decided here. It is not generic: one copy serves every call site.

use std::fmt;
use std::time::Duration;

use crate::decision::backoff::backoff;
use crate::decision::budget::{Accepting, Tokens, price};
use crate::decision::classify::{Rule, Verdict};
use crate::decision::failure::{Failure, Kind};
use crate::decision::policy::{Mode, Nested, Resolved};
use crate::decision::reason::{Reason, StopWhy};
use crate::decision::sdk_retry::Requests;
use crate::decision::throttle::Concerns;
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

/// The facts of a failed attempt.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'f> {
    pub failure: &'f Failure<'f>,
    pub verdict: Verdict,
    /// This crate ended the attempt, or did not let it begin.
    pub cancelled: Option<StopWhy>,
    /// An annotated call inside the attempt has already given up on the failure.
    pub retried_inside: bool,
    /// Whether anything can time a wait.
    pub can_wait: &'f dyn Fn() -> bool,
    pub now: Time,
    pub deadline: Option<Time>,
    /// The earliest turn that the scope's queue can give at its present rate.
    pub earliest_turn: Option<Time>,
    /// The call was throttled again and again while others of its scope passed.
    pub refused_alone: bool,
    /// Uniform in [0, 1).
    pub random: f64,
    /// Asked only after a throttle.
    pub accepting: Accepting,
    /// The requests of the call that the SDK's interceptor saw.
    pub requests: Requests,
    /// Pays a price, all of it or nothing. Returns the tokens that were taken.
    pub pay: &'f dyn Fn(Tokens) -> Option<Tokens>,
}

impl fmt::Debug for Facts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts").field("verdict", &self.verdict).finish_non_exhaustive()
    }
}

/// The history of a call: its failures, its last wait and the tokens of its last retry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// The number of attempts that failed.
    failed: u32,
    /// The number of these that were not throttled.
    other: u32,
    /// The last wait.
    previous: Option<Duration>,
    /// The tokens of the last retry that cost any, as long as it may still succeed.
    held: Tokens,
}

impl Attempts {
    /// AWS's order: retryable? attempts left? tokens left? Before any token is taken, the wait must fit into
    /// the remaining time.
    pub fn on_failure(&mut self, policy: &Resolved, facts: Facts<'_>) -> Decision {
        let throttled = facts.verdict.kind == Kind::Throttled;
        self.failed = self.failed.saturating_add(1);
        self.other = self.other.saturating_add(u32::from(!throttled));
        if let Some(reason) = forbidden(policy, &facts) {
            return Decision::give_up(reason);
        }
        let used = facts.requests.used(self.failed, policy.max_attempts);
        let other = self.other.max(facts.requests.not_throttled);
        let paced = policy.mode == Mode::Paced;
        if used >= policy.max_attempts || (paced && other > policy.max_retries) {
            return Decision::give_up(Reason::Attempts);
        }
        if facts.refused_alone {
            return Decision::give_up(Reason::RefusedAlone);
        }
        let wait = self.wait(policy, throttled, facts.failure, facts.random);
        if let Some(reason) = out_of_time(policy, &facts, wait) {
            return Decision::give_up(reason);
        }
        let price = price(policy, facts.verdict, facts.failure, self.failed, facts.accepting);
        let paid = if policy.costs.is_none() { Some(price) } else { (facts.pay)(price) };
        let Some(paid) = paid else {
            let wait_before = if policy.long_polling { wait } else { Duration::ZERO };
            return Decision::GiveUp { reason: Reason::RetryTokens, wait_before };
        };
        if !paid.is_nothing() {
            self.held = paid;
        }
        self.previous = Some(wait);
        Decision::Retry { wait }
    }

    /// The next failure is one of items of a batch, which have failed this often before, and this often not
    /// because of a throttle.
    pub fn speak_for(&mut self, failed: u32, not_throttled: u32) {
        (self.failed, self.other) = (failed, not_throttled);
    }

    /// The tokens that a success gives back: those of the last retry, or one token of each budget after a
    /// success on the first attempt.
    pub fn on_success(&mut self) -> Tokens {
        if self.failed == 0 { Tokens::ONE } else { self.take_held() }
    }

    /// The last retry's tokens: they are given back if it succeeded or its end is not known, and spent if it
    /// failed.
    pub fn take_held(&mut self) -> Tokens {
        std::mem::take(&mut self.held)
    }

    fn wait(
        &self,
        policy: &Resolved,
        throttled: bool,
        failure: &Failure<'_>,
        random: f64,
    ) -> Duration {
        let paced = policy.mode == Mode::Paced;
        let own = failure.throttle().is_some_and(|it| it.limit.concerns() == Concerns::Call);
        let computed = if throttled && paced && !own {
            // The queue paces throttled calls.
            Duration::ZERO
        } else {
            let base = if throttled { policy.throttle_delay } else { policy.base_delay };
            // Behind a limit of its own, a call backs off alone.
            let failures = if paced && !own { self.other } else { self.failed };
            backoff(policy, base, failures.saturating_sub(1), self.previous, random)
        };
        policy.hint.wait(computed, failure.retry_after, policy.max_delay, random)
    }
}

/// The reason for which this failure must not be retried, however many attempts and however much time remain.
fn forbidden(policy: &Resolved, facts: &Facts<'_>) -> Option<Reason> {
    let Facts { failure, verdict, cancelled, retried_inside, .. } = facts;
    match (cancelled, retried_inside, verdict.kind, verdict.rule) {
        (Some(StopWhy::Deadline | StopWhy::NoTurn), ..) => Some(Reason::Deadline),
        (Some(StopWhy::FailFast), ..) => Some(Reason::FailFast),
        (Some(StopWhy::NoTimer), ..) => Some(Reason::NoTimer),
        (_, true, ..) if policy.nested == Nested::Pass => Some(Reason::Nested),
        (.., Kind::Credentials, _) => Some(Reason::Credentials),
        (.., Rule::Vetoed) => Some(Reason::Vetoed),
        _ if !verdict.is_retryable() => Some(Reason::Permanent),
        _ if !policy.idempotent
            && (facts.requests.may_have_run || !verdict.surely_not_executed(failure)) =>
        {
            Some(Reason::NotIdempotent)
        }
        _ => None,
    }
}

/// The reason for which no attempt can begin after `wait`.
fn out_of_time(policy: &Resolved, facts: &Facts<'_>, wait: Duration) -> Option<Reason> {
    let after_wait = facts.now.saturating_add(wait);
    let begins = facts.earliest_turn.map_or(after_wait, |turn| turn.max(after_wait));
    // If a rate paces the retries, the queue needs a timer even without a wait before it.
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

#[cfg(test)]
#[path = "attempts_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "attempts_facts.rs"]
mod facts;

#[cfg(test)]
#[path = "attempts_vectors.rs"]
mod vectors;
