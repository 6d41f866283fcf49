//! The price of a retry, and the budget that pays it.
//!
//! AWS's modes have one bucket of 500 retry tokens per scope, and AWS's exact costs. The decorator's mode and
//! paced mode add two more budgets, so that no call is lost to a short disturbance and an outage does not
//! cause a storm of retries:
//!
//! - A **reserve** per scope pays when the retry tokens run short. It holds 500 first retries; a later retry
//!   of the same call costs more. Ten successes pay for one first retry, so that the reserve adds little to a
//!   lasting load.
//! - The **function** around many scopes has 1,000 retries for all of them together. One scope can spend
//!   about half of them before its own budgets are empty, and the successes of the other scopes refill them.

use std::time::Duration;

use crate::decision::classify::{Rule, Verdict};
use crate::decision::codes;
use crate::decision::failure::{Failure, Kind, Transport};
use crate::decision::policy::Resolved;
use crate::decision::timestamp::Time;

/// Retry tokens per scope: AWS's figure.
pub(crate) const SCOPE_TOKENS: u32 = 500;
/// A scope's reserve, counted in tokens; each success adds one token.
pub(crate) const RESERVE_TOKENS: u32 = 500 * PER_RETRY;
/// The budget of an annotated function for all its scopes, in the same tokens.
pub(crate) const FUNCTION_TOKENS: u32 = 1_000 * PER_RETRY;
/// The number of successes that pay for one more retry. Ten keep retries within a tenth of a load of which
/// half fails.
const PER_RETRY: u32 = 10;

/// The time without throttles after which the next throttle counts as the first one again.
const QUIET: Duration = Duration::from_secs(10);
/// The time for which an accepted request shows that a scope accepts requests. A quota of one request every
/// two seconds leaves such a gap between two of them.
const RECENT: Duration = Duration::from_secs(3);
/// The time for which throttles are free after the first one, when nothing can be known yet: requests
/// accepted within this time were, as a rule, sent before it.
const GRACE: Duration = Duration::from_secs(1);

/// Tokens of the three budgets: the price of a retry, or the tokens held for a retry that was paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Retry tokens of the scope.
    pub scope: u32,
    /// Tokens of the scope's reserve.
    pub reserve: u32,
    /// Tokens of the function around the scope.
    pub function: u32,
}

impl Tokens {
    /// A success on the first attempt gives one of each.
    pub(crate) const ONE: Self = Self { scope: 1, reserve: 1, function: 1 };

    pub(crate) fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// Whether the scope and the function around it accept requests while others are throttled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accepting {
    pub scope: bool,
    pub function: bool,
}

impl Accepting {
    /// The answer as long as nothing else is known.
    pub const YES: Self = Self { scope: true, function: true };
}

/// The price of retry number `retry` (from 1) of a call. If the scope is short of tokens, `reserve` is due
/// instead of `scope`; 0 means no reserve.
pub(crate) fn price(
    policy: &Resolved,
    verdict: Verdict,
    failure: &Failure<'_>,
    retry: u32,
    accepting: Accepting,
) -> Tokens {
    let Some(costs) = policy.costs else { return Tokens::default() };
    let timed_out =
        matches!(failure.transport, Some(Transport::Timeout | Transport::ConnectTimeout));
    let transient = if timed_out { costs.timeout } else { costs.transient };
    let (scope, function) = match verdict.kind {
        _ if costs.exact => {
            let exact = match verdict.kind {
                Kind::Throttled => costs.throttled,
                Kind::Transient => transient,
                _ => costs.other,
            };
            return Tokens { scope: exact, ..Tokens::default() };
        }
        // A send rate bounds the throttles by itself.
        Kind::Throttled if policy.rate.is_some() => (costs.throttled, 0),
        Kind::Throttled => (
            if accepting.scope { costs.throttled } else { transient },
            if accepting.function { 0 } else { PER_RETRY },
        ),
        Kind::Transient => (transient, PER_RETRY),
        // A list of the user's may contain the code of an outage.
        _ if is_broken(failure) => (transient, PER_RETRY),
        _ => (costs.other, 0),
    };
    let reserve = if scope == 0 { 0 } else { PER_RETRY.saturating_mul(retry) };
    Tokens { scope, reserve, function }
}

/// Whether the failure comes from a dependency that is down: no answer, or a server error.
fn is_broken(failure: &Failure<'_>) -> bool {
    failure.transport.is_some() || failure.status.is_some_and(|status| status >= 500)
}

/// Whether the failure is the answer of a healthy service, such as a 404. Such an answer gives tokens back
/// like a success. In AWS's own modes only a success does.
pub(crate) fn is_healthy(policy: &Resolved, verdict: Verdict, failure: &Failure<'_>) -> bool {
    let answered = failure.status.is_some_and(|status| status != 429)
        || (failure.status.is_none() && failure.code.is_some() && failure.declared.is_none());
    let trouble = |code: &str| {
        codes::is_throttle(code) || codes::is_server_fault(code) || codes::TRANSIENT.contains(&code)
    };
    policy.costs.is_some_and(|costs| !costs.exact)
        && matches!(verdict.kind, Kind::Permanent | Kind::Other | Kind::Credentials)
        && verdict.rule != Rule::TransientOff
        && answered
        && !is_broken(failure)
        && !failure.code().is_some_and(trouble)
}

/// Whether a scope accepts anything while it throttles. Kept only from the first throttle on: a scope that is
/// never throttled pays nothing for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Acceptance {
    began: Time,
    throttled: Option<Time>,
    accepted: Option<Time>,
}

impl Acceptance {
    /// Whether accepted requests are to be reported.
    pub fn is_watched(&self) -> bool {
        self.throttled.is_some()
    }

    /// A throttle. Returns whether the scope accepts requests, as far as is known: throttles are free while
    /// it does, and right after the first one.
    pub fn on_throttle(&mut self, now: Time) -> bool {
        if self.throttled.is_none_or(|last| now.saturating_sub(last) >= QUIET) {
            self.began = now;
            self.accepted = None;
        }
        self.throttled = Some(now);
        let since = |time| now.saturating_sub(time);
        since(self.began) <= GRACE || self.accepted.is_some_and(|at| since(at) <= RECENT)
    }

    /// An accepted request.
    pub fn on_accepted(&mut self, now: Time) {
        if now.saturating_sub(self.began) > GRACE {
            self.accepted = Some(now);
        }
        self.throttled = self.throttled.filter(|last| now.saturating_sub(*last) < QUIET);
    }
}

#[cfg(test)]
#[path = "budget_tests.rs"]
mod tests;
