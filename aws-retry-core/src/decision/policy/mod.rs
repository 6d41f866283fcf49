//! [`RetryPolicy`], which the user writes: partial and `const`-constructible. [`Resolved`], with every gap
//! filled by the mode's preset.

mod options;
mod presets;
mod resolved;

pub use options::{Codes, Jitter, Log, Mode, Nested, RateKind};
pub use presets::PolicyError;
pub(crate) use resolved::Resolved;

use std::time::{Duration, Instant};

macro_rules! policy {
    ($( $(#[$doc:meta])* $name:ident: $type:ty, )*) => {
        /// A retry policy: written values win, the mode's preset supplies the rest.
        ///
        /// `RetryPolicy::new()` is the decorator's mode with its defaults: 5 retries, 500 ms before the
        /// first, doubled for each further one, at most 30 s, times uniform(0.75, 1.25). Every setter is
        /// `const`, so a policy can be a `const` or a `static`, and has the name and the meaning of the
        /// attribute's argument.
        ///
        /// Nonsense never panics: [`RetryPolicy::check`] names it, and a call that uses it nevertheless
        /// saturates (0 attempts count as 1, a multiplier that is NaN or below 1 as 1, a `max_delay` below
        /// `base_delay` caps).
        ///
        /// ```
        /// use aws_retry_core::RetryPolicy;
        /// use std::time::Duration;
        ///
        /// const PATIENT: RetryPolicy = RetryPolicy::new()
        ///     .max_retries(8)
        ///     .base_delay(Duration::from_secs(1))
        ///     .total_timeout(Duration::from_secs(120));
        /// assert!(PATIENT.check().is_ok());
        /// ```
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct RetryPolicy {
            $( pub(crate) $name: Option<$type>, )*
            /// Of `max_retries` and `max_attempts` out of different layers, the upper layer's.
            pub(crate) upper: Option<Upper>,
        }

        /// The one of two counts that the upper layer of a merged policy has written.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Upper {
            MaxRetries,
            MaxAttempts,
        }

        impl RetryPolicy {
            /// A policy in which nothing is written: the decorator's mode with its defaults.
            #[must_use]
            pub const fn new() -> Self {
                Self::NEW
            }

            // Evaluated once a crate, not once an annotated fn.
            const NEW: Self = Self { $( $name: None, )* upper: None };

            $(
                $(#[$doc])*
                #[must_use]
                pub const fn $name(mut self, value: $type) -> Self {
                    self.$name = Some(value);
                    self
                }
            )*

            /// The values that `self` writes, and `base`'s wherever it writes none.
            ///
            /// `max_retries` and `max_attempts` say the same in two ways, so that of two layers the upper
            /// one counts. In paced mode they differ, and both count.
            #[must_use]
            pub const fn over(&self, base: &Self) -> Self {
                let upper = match (self.max_retries, self.max_attempts) {
                    (Some(_), None) if base.max_attempts.is_some() => Some(Upper::MaxRetries),
                    (None, Some(_)) if base.max_retries.is_some() => Some(Upper::MaxAttempts),
                    (None, None) => base.upper,
                    _ => self.upper,
                };
                Self {
                    $( $name: match self.$name { Some(value) => Some(value), None => base.$name }, )*
                    upper,
                }
            }
        }
    };
}

policy! {
    /// The mode, which sets the defaults of all the rest. Default: [`Mode::Decorator`].
    mode: Mode,
    /// Retries after the first attempt. Default: 5 (decorator), 4 (legacy), 2 (standard, adaptive); in paced
    /// mode 5, counted without the throttles.
    max_retries: u32,
    /// Attempts in all, the first included: `max_retries + 1`. In paced mode (default 20) it bounds
    /// everything, throttles included, whatever `max_retries` says. Range: 1 and up.
    max_attempts: u32,
    /// Wait before the first retry, before jitter. Default: 500 ms (decorator).
    base_delay: Duration,
    /// Cap of a wait, applied before jitter: with [`Jitter::Scaled`] a wait reaches 1.25 times it.
    /// Default: 30 s (decorator), 20 s (standard, adaptive), none (legacy).
    max_delay: Duration,
    /// Growth of the wait per retry. Range: 1 and up, finite. Default: 2.
    multiplier: f64,
    /// How a wait is spread. Default: [`Jitter::Scaled`] (decorator), [`Jitter::Full`] (AWS's modes).
    jitter: Jitter,
    /// Time for the whole call from its first poll: attempts, waits and queue. No attempt begins after it.
    /// Default: none.
    total_timeout: Duration,
    /// The same as `total_timeout`, as a moment. With both, the earlier one counts. Default: none.
    deadline: Instant,
    /// Time for each attempt. Default: none.
    attempt_timeout: Duration,
    /// More codes, or patterns with `*`, to retry as other failures. Default: none.
    added_errors: &'static [&'static str],
    /// More codes, or patterns with `*`, to retry as throttles. Default: none.
    throttling_errors: &'static [&'static str],
    /// Retry exactly these codes or patterns. Implies `transient(false)` unless that is written.
    /// Default: the set that [`RetryPolicy::codes`] names.
    retryable_errors: &'static [&'static str],
    /// Codes or patterns that are never retried: beats every other rule, statuses included. Default: none.
    excluded_errors: &'static [&'static str],
    /// Which built-in set of codes is retried. Default: [`Codes::Default`].
    codes: Codes,
    /// Also retry transient failures whatever their code: time-outs, lost connections, HTTP 500, 502, 503,
    /// 504. Default: true ([`Codes::Python`] and `retryable_errors`: false).
    transient: bool,
    /// Whether retries take from the scope's quota of 500 tokens. Default: true (legacy: false).
    quota: bool,
    /// Whether running twice is harmless. `false`: retry only if the request certainly was not executed.
    /// Default: true.
    idempotent: bool,
    /// Paced and adaptive: never send faster than this many attempts per second. Of the calls of one scope
    /// the lowest counts. Range: 0.00001 (about one per day) and up, finite. Default: none.
    max_rate: f64,
    /// Paced and adaptive: the part of the learned quota to take. Range: 0.001 to 1. Default: 1.
    share: f64,
    /// Paced and adaptive: an error at once where the call would wait for its turn. Default: false.
    fail_fast: bool,
    /// The service, for AWS's per-service rules: its SDK or endpoint name, as `"dynamodb"`. Default: none.
    service: &'static str,
    /// The operation, for AWS's long-polling rule, as `"ReceiveMessage"`. Default: none.
    operation: &'static str,
    /// Whether this call retries a failure that an annotated call inside it gave up on. Default: [`Nested::Pass`].
    nested: Nested,
    /// Where the returned error tells nothing, take the last failed attempt that the interceptor saw for
    /// its cause. Default: false.
    trust_record: bool,
    /// Level of the log lines of retries. Default: [`Log::Warn`] (paced: [`Log::Debug`]).
    log: Log,
    /// The call's name in events, logs and overrides. Default: the fn's.
    name: &'static str,
}
