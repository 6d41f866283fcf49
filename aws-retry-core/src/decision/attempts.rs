//! The state machine of one call: an outcome in, [`Decision`] out. It knows no clock, no sleep and no
//! random source, and is not generic: one copy serves every call site.

use std::time::Duration;

use crate::decision::backoff::backoff;
use crate::decision::classify::{Rule, Verdict};
use crate::decision::failure::{Failure, Kind, Transport};
use crate::decision::policy::{Mode, Resolved};
use crate::decision::reason::Reason;
use crate::decision::timestamp::Time;

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Wait, then try again.
    Retry(Duration),
    /// Give up. A long poll waits first, so that its caller's loop does not spin.
    Stop { why: Reason, first_wait: Duration },
}

impl Decision {
    pub const fn stop(why: Reason) -> Self {
        Self::Stop { why, first_wait: Duration::ZERO }
    }
}

/// What a decision takes from outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub now: Time,
    pub deadline: Option<Time>,
    /// Uniform in [0, 1).
    pub random: f64,
}

/// How far a call has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// Attempts that failed.
    failed: u32,
    /// Of these, the ones that were no throttles.
    other: u32,
    /// The last wait.
    previous: Option<Duration>,
    /// What the last retry took from the quota.
    held: u32,
}

impl Attempts {
    /// Retryable? then attempts left? then time left? then quota: AWS's order, with the deadline before
    /// anything is taken.
    pub fn on_failure(
        &mut self,
        policy: &Resolved,
        verdict: Verdict,
        failure: &Failure<'_>,
        at: Moment,
        take_tokens: impl FnOnce(u32) -> bool,
    ) -> Decision {
        let throttled = verdict.kind == Kind::Throttled;
        self.failed = self.failed.saturating_add(1);
        self.other = self.other.saturating_add(u32::from(!throttled));
        if let Some(why) = forbidden(policy, verdict, failure) {
            return Decision::stop(why);
        }
        let paced = policy.mode == Mode::Paced;
        let used_up = if paced { self.other > policy.max_retries } else { false };
        if used_up || self.failed >= policy.max_attempts {
            return Decision::stop(Reason::Attempts);
        }
        let wait = self.wait(policy, throttled, failure, at.random);
        if at.deadline.is_some_and(|deadline| at.now.saturating_add(wait) >= deadline) {
            return Decision::stop(Reason::Deadline);
        }
        let timed_out =
            matches!(failure.transport, Some(Transport::Timeout | Transport::ConnectTimeout));
        let cost = policy.costs.map_or(0, |costs| match verdict.kind {
            Kind::Throttled => costs.throttled,
            Kind::Transient if timed_out => costs.timeout,
            Kind::Transient => costs.transient,
            _ => costs.other,
        });
        if policy.costs.is_some() && !take_tokens(cost) {
            let first_wait = if policy.long_polling { wait } else { Duration::ZERO };
            return Decision::Stop { why: Reason::Quota, first_wait };
        }
        self.held = cost;
        self.previous = Some(wait);
        Decision::Retry(wait)
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

/// Why this failure must not be retried at all.
fn forbidden(policy: &Resolved, verdict: Verdict, failure: &Failure<'_>) -> Option<Reason> {
    match (verdict.kind, verdict.rule) {
        (Kind::Credentials, _) => Some(Reason::Credentials),
        (_, Rule::Vetoed) => Some(Reason::Vetoed),
        _ if !verdict.is_retryable() => Some(Reason::Permanent),
        _ if !policy.idempotent && !verdict.surely_not_executed(failure) => {
            Some(Reason::NotIdempotent)
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "attempts_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "attempts_vectors.rs"]
mod vectors;
