//! Named policies, and the check of a policy that was built at run time.

use std::fmt;
use std::time::Duration;

use super::resolved::{LOWEST_MAX_RATE, LOWEST_SHARE};
use super::{Mode, RetryPolicy};
use crate::decision::units;

impl RetryPolicy {
    /// botocore's legacy mode.
    #[must_use]
    pub const fn legacy() -> Self {
        Self::new().mode(Mode::Legacy)
    }

    /// AWS's standard mode, Retry Behavior 2.1.
    #[must_use]
    pub const fn standard() -> Self {
        Self::new().mode(Mode::Standard)
    }

    /// AWS's adaptive mode.
    #[must_use]
    pub const fn adaptive() -> Self {
        Self::new().mode(Mode::Adaptive)
    }

    /// The mode that learns the quota and sends at exactly that rate.
    #[must_use]
    pub const fn paced() -> Self {
        Self::new().mode(Mode::Paced)
    }

    /// Names the first value in this policy that is invalid.
    pub fn check(&self) -> Result<(), PolicyError> {
        let wrong = |argument, allowed| Err(PolicyError { argument, allowed });
        let zero = |value: Option<Duration>| value == Some(Duration::ZERO);
        let resolved = self.resolve();
        match self {
            _ if self.max_attempts == Some(0) => wrong("max_attempts", "1 and up"),
            _ if self.max_attempts.is_some()
                && self.max_retries.is_some()
                && self.upper.is_none()
                && resolved.mode != Mode::Paced =>
            {
                wrong("max_attempts", "either it or max_retries, except in paced mode")
            }
            _ if self.multiplier.is_some_and(|m| !m.is_finite() || m < 1.0) => {
                wrong("multiplier", "1 and up, finite")
            }
            _ if resolved.max_delay < resolved.base_delay => {
                wrong("max_delay", "base_delay and up")
            }
            _ if zero(self.total_timeout) => wrong("total_timeout", "above 0"),
            _ if zero(self.attempt_timeout) => wrong("attempt_timeout", "above 0"),
            _ if self.cost.is_some_and(|cost| !units::is_valid(cost)) => {
                wrong("cost", "0 to 1000000000")
            }
            _ if self.known_rate.is_some_and(|rate| !units::is_quota(&rate)) => {
                wrong("known_rate", "above 0, finite")
            }
            _ if self.known_burst.is_some_and(|burst| !units::is_quota(&burst)) => {
                wrong("known_burst", "above 0, finite")
            }
            _ if self
                .max_rate
                .is_some_and(|rate| !(LOWEST_MAX_RATE..f64::INFINITY).contains(&rate)) =>
            {
                wrong("max_rate", "0.00001 and up, finite")
            }
            _ if self.share.is_some_and(|share| !(LOWEST_SHARE..=1.0).contains(&share)) => {
                wrong("share", "0.001 to 1")
            }
            _ => Ok(()),
        }
    }
}

/// An invalid value in a [`RetryPolicy`]: the argument, and the values that it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    argument: &'static str,
    allowed: &'static str,
}

impl PolicyError {
    /// The argument at fault, such as `"multiplier"`.
    #[must_use]
    pub fn argument(&self) -> &'static str {
        self.argument
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` allows: {}", self.argument, self.allowed)
    }
}

impl std::error::Error for PolicyError {}

#[cfg(test)]
#[path = "presets_tests.rs"]
mod tests;
