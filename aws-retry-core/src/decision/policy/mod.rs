//! [`RetryPolicy`], which the user writes, is partial and `const`-constructible. [`Resolved`] is the same
//! with every gap filled by the mode's preset.

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
        /// `const`, so a policy can be a `const` or a `static`. A setter has the name and the meaning of the
        /// attribute's argument.
        ///
        /// Invalid values never panic: [`RetryPolicy::check`] names them, and a call that uses them
        /// nevertheless saturates (0 attempts count as 1; a multiplier that is NaN or below 1 counts as 1; a
        /// `max_delay` below `base_delay` caps the wait).
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
            /// If `max_retries` and `max_attempts` come from different layers: the one that the upper layer
            /// wrote.
            pub(crate) upper: Option<Upper>,
        }

        /// The one of the two counts that the upper layer of a merged policy has written.
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

            // Evaluated once per crate, not once per annotated function.
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
            /// `max_retries` and `max_attempts` express the same limit in two ways, so of two layers the
            /// upper one counts. In paced mode they differ, and both count.
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
    /// Retries after the first attempt. Default: 5 (decorator), 4 (legacy), 2 (standard, adaptive), 5 (paced,
    /// where throttles are not counted).
    max_retries: u32,
    /// Attempts in all, including the first: `max_retries + 1`. In paced mode (default 20) it limits all
    /// attempts, throttled ones included, whatever `max_retries` says. Range: 1 and up.
    max_attempts: u32,
    /// Wait before the first retry, before jitter. Default: 500 ms (decorator).
    base_delay: Duration,
    /// Longest wait, applied before jitter: with [`Jitter::Scaled`] a wait can reach 1.25 times it. Default:
    /// 30 s (decorator), 20 s (standard, adaptive), none (legacy).
    max_delay: Duration,
    /// Growth of the wait per retry. Range: 1 and up, finite. Default: 2.
    multiplier: f64,
    /// The random spread of a wait. Default: [`Jitter::Scaled`] (decorator), [`Jitter::Full`] (AWS's modes).
    jitter: Jitter,
    /// Time for the whole call from its first poll: attempts, waits and queue. No attempt begins after it.
    /// Default: none.
    total_timeout: Duration,
    /// The same limit as `total_timeout`, as a point in time. If both are set, the earlier one counts.
    /// Default: none.
    deadline: Instant,
    /// Time for each attempt. Default: none.
    attempt_timeout: Duration,
    /// Additional codes, or patterns with `*`, to retry as other failures. Default: none.
    added_errors: &'static [&'static str],
    /// Additional codes, or patterns with `*`, to retry as throttles. Default: none.
    throttling_errors: &'static [&'static str],
    /// Retry exactly these codes or patterns. Implies `transient(false)` unless `transient` is written.
    /// Default: the set that [`RetryPolicy::codes`] names.
    retryable_errors: &'static [&'static str],
    /// Codes or patterns that are never retried: beats every other rule, even those on statuses. Default:
    /// none.
    excluded_errors: &'static [&'static str],
    /// Which built-in set of codes is retried. Default: [`Codes::Default`].
    codes: Codes,
    /// Also retry transient failures, whatever their code: time-outs, lost connections, HTTP 500, 502, 503,
    /// 504. Default: true ([`Codes::Python`] and `retryable_errors`: false).
    transient: bool,
    /// Whether retries take from the scope's 500 retry tokens. Default: true (legacy: false).
    quota: bool,
    /// Whether the call may safely run twice. `false`: retry only if the request certainly was not executed.
    /// Default: true.
    idempotent: bool,
    /// Paced: the units of the scope's quota that one attempt takes: items, records, capacity units, tokens.
    /// The send rate, `max_rate`, `known_rate` and [`scope::state`](crate::scope::state) then count units per
    /// second. The adaptive rate counts attempts, as AWS specifies; its `max_rate` counts units. Where the cost
    /// is known only later, [`spent`](crate::spent) corrects it. Range: 0 to 10^9; any other number (negative,
    /// infinite, NaN) counts as 1. Default: 1.
    cost: f64,
    /// Paced: the published quota in units per second, as a starting belief: sending begins at it, and what is
    /// measured corrects it. The first call of a scope sets it. [`quotas`](crate::quotas) has EC2's; a support
    /// case can change a quota. Range: above 0, finite; anything else is ignored. Default: none.
    known_rate: f64,
    /// Paced, beside `known_rate`: the units that the quota's bucket holds when it is full, which then go out at
    /// once. Without it, everything goes out until the first throttle. Range: above 0, finite; anything else is
    /// ignored. Default: none.
    known_burst: f64,
    /// Paced and adaptive: never send faster than this many attempts (or units, if a cost is written) per
    /// second. The lowest value among the calls of one scope counts. Range: 0.00001 (about one per day) and up, finite. Default: none.
    max_rate: f64,
    /// Paced and adaptive: the part of the learned quota to use. Range: 0.001 to 1. Default: 1.
    share: f64,
    /// Paced and adaptive: fail at once if the call would have to wait for its turn. Default: false.
    fail_fast: bool,
    /// Paced: whether the scope takes part in the fleet that this process has joined with the crate
    /// `aws-retry-fleet`. The first call of a scope decides it. Default: true.
    fleet: bool,
    /// The service, for AWS's per-service rules: its SDK or endpoint name, such as `"dynamodb"`. Default:
    /// none.
    service: &'static str,
    /// The operation, for AWS's long-polling rule, such as `"ReceiveMessage"`. Default: none.
    operation: &'static str,
    /// Whether this call retries a failure on which an annotated call inside it gave up. Default:
    /// [`Nested::Pass`].
    nested: Nested,
    /// If the returned error says nothing, treat the last failed attempt that the interceptor saw as its
    /// cause. Default: false.
    trust_record: bool,
    /// Level of the log lines of retries. Default: [`Log::Warn`] (paced: [`Log::Debug`]).
    log: Log,
    /// The call's name in events, logs and overrides. Default: the function's name.
    name: &'static str,
}
