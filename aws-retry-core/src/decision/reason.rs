//! The reasons for which a call ends: a failure, or a limit that this crate enforces.

use std::fmt;

/// The reason for which a call gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The attempts, or the retries, are used up.
    Attempts,
    /// The retry tokens of the scope, or of the function around it, ran out: the service is failing for many
    /// calls, and more retries make it worse.
    RetryTokens,
    /// The next attempt would begin after the deadline, or the deadline cut the attempt short.
    Deadline,
    /// No rule retries this failure.
    Permanent,
    /// The service may have executed the request, and the policy says `idempotent = false`.
    NotIdempotent,
    /// `unless` vetoed the retry.
    Vetoed,
    /// Credentials are missing, invalid or expired.
    Credentials,
    /// `fail_fast` is set, and the call would have had to wait for its turn.
    FailFast,
    /// An annotated call inside this one has already given up on the failure.
    Nested,
    /// There is no timer that could time a wait or a time-out.
    NoTimer,
    /// Paced mode: the call was throttled again and again while other calls of its scope passed. It has met a
    /// limit of its own, such as a hard limit or a hot key.
    RefusedAlone,
}

impl Reason {
    /// The reason as a label: `"attempts"`, `"not_idempotent"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attempts => "attempts",
            Self::RetryTokens => "retry_tokens",
            Self::Deadline => "deadline",
            Self::Permanent => "permanent",
            Self::NotIdempotent => "not_idempotent",
            Self::Vetoed => "vetoed",
            Self::Credentials => "credentials",
            Self::FailFast => "fail_fast",
            Self::Nested => "nested",
            Self::NoTimer => "no_timer",
            Self::RefusedAlone => "refused_alone",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The limit for which this crate ended a call or an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopWhy {
    /// The attempt took longer than `attempt_timeout`.
    AttemptTimeout,
    /// The call's deadline (`total_timeout`, `deadline`) cut the attempt short, or passed before it began.
    Deadline,
    /// The call's turn could not come before its deadline.
    NoTurn,
    /// `fail_fast` is set, and the call would have had to wait for its turn.
    FailFast,
    /// The call has a time-out, but there is no timer that could time it.
    NoTimer,
}
