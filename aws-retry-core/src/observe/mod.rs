//! The events of a call, and their listeners.
//!
//! | listener | events | how |
//! |---|---|---|
//! | a function's hooks | its attempts, retries and give-ups | `on_attempt`, `on_retry`, `on_give_up` |
//! | the process | every attempt of every call | [`set_global`] |
//! | the caller | sums and failures of the calls inside a future | [`report`](crate::report()) |
//! | `tracing` | log lines, and one span per call | feature `tracing` (default) |
//! | `metrics` | counters, histograms, a gauge | feature `metrics` |
//!
//! Without an observer, nothing is allocated or formatted. Arguments are not passed on. Messages, which may
//! contain ARNs, are logged only if debug lines are wanted. Text from a server is logged as one line of at
//! most 256 characters, with control characters, marks of direction and invisible characters escaped
//! ([`shown()`]). Requests that the SDK sends again inside an attempt, which its interceptor sees, are events, too
//! ([`Event::sdk_retried`]).
//!
//! # Log lines
//!
//! Target `aws_retry`, one line per event. A retry is a warning (at most ten per second and function, the
//! rest at trace level; in paced mode at debug level; `log = ".."` changes this), and so is a request that
//! the SDK sent again. A give-up is an error (at most ten per second and function if the reason is a
//! deadline, a busy queue or a missing timer). A permanent failure on the first attempt is a debug line, and
//! so is a success that took retries. [The table of names](#names) has the fields.
//!
//! # Spans
//!
//! Target `aws_retry`, name `call`, level debug like the SDK's own: one span per call, around its attempts,
//! its waits and its log lines. [The table of names](#names) has the fields; those of a failure are those of the one
//! on which the call gave up.
//!
//! # The limit that a throttle hit
//!
//! DynamoDB, Lambda and EC2 say which limit a request has hit ([`Event::throttle`]). The limit is known for an
//! `SdkError` and, if the interceptor runs, for every error type. Without the interceptor, an operation's error,
//! a service's `Error` and an erased error keep it where their model has it: DynamoDB's
//! `ProvisionedThroughputExceededException`, `ThrottlingException` and `RequestLimitExceeded`, and Lambda's
//! `TooManyRequestsException`. EC2 has it in the message, which every type keeps. In the closure forms, a
//! modeled error that is itself the error type does not have it.
//!
#![doc = include_str!("names.md")]

mod event;
mod global;
#[cfg(feature = "tracing")]
mod log;
#[cfg(feature = "metrics")]
pub mod metrics;
mod per_site;
mod report;
mod span;

pub use event::Event;
pub use global::{clear_global, keep_scope_names, set_global};
pub(crate) use per_site::PerSite;
pub(crate) use report::Collector;
pub use report::{FailedAttempt, Report};
pub(crate) use span::{CallSpan, spans_wanted};

pub use crate::decision::shown::shown;

use crate::clock::Time;
use crate::decision::policy::{Log, RetryPolicy};
use crate::switches::Switch;
use std::sync::Arc;

/// Whether any listener needs the whole event of a success on the first attempt.
#[inline]
pub(crate) fn wants_successes() -> bool {
    Switch::Observer.is_on()
}

/// Counts a success on the first attempt if no listener needs the whole event.
#[inline]
pub(crate) fn first_attempt(
    site: &PerSite,
    name: &'static str,
    static_policy: &RetryPolicy,
    policy: Option<&RetryPolicy>,
    call_policy: Option<&RetryPolicy>,
) {
    #[cfg(feature = "metrics")]
    metrics::first_attempt(site, name, static_policy, policy, call_policy);
    #[cfg(not(feature = "metrics"))]
    let _ = (site, name, static_policy, policy, call_policy);
}

/// Tells all listeners but the log that an attempt ended; `reports` are the collectors of the surroundings.
pub(crate) fn emit(event: &Event<'_>, reports: &[Arc<Collector>]) {
    for report in reports {
        report.add(event);
    }
    global::emit(event);
    #[cfg(feature = "metrics")]
    metrics::emit(event);
}

/// Whether [`emit`] tells anybody.
pub(crate) fn has_listener(reports: &[Arc<Collector>]) -> bool {
    cfg!(feature = "metrics") || Switch::Observer.is_on() || !reports.is_empty()
}

/// Scopes were forgotten because there were too many.
pub(crate) fn evicted_scopes(number: u64) {
    #[cfg(feature = "metrics")]
    if number > 0 {
        metrics::evicted_scopes(number);
    }
    #[cfg(not(feature = "metrics"))]
    let _ = number;
}

/// Writes a retry's or a give-up's log line.
pub(crate) fn log(site: &PerSite, level: Log, event: &Event<'_>, now: Time) {
    #[cfg(feature = "tracing")]
    log::write(site, level, event, now);
    #[cfg(not(feature = "tracing"))]
    let _ = (site, level, event, now);
}

/// Writes the line of a success that took retries.
pub(crate) fn log_recovery(level: Log, event: &Event<'_>) {
    #[cfg(feature = "tracing")]
    log::recovered(level, event);
    #[cfg(not(feature = "tracing"))]
    let _ = (level, event);
}

/// Warns, once per function, of a wait that blocks an async runtime.
pub(crate) fn log_blocking(site: &PerSite, function: &str) {
    #[cfg(feature = "tracing")]
    log::blocks(site, function);
    #[cfg(not(feature = "tracing"))]
    let _ = (site, function);
}

/// Warns, once per function, that a limit can't end a call early because its error type can't say so.
pub(crate) fn log_unstoppable(site: &PerSite, function: &str) {
    #[cfg(feature = "tracing")]
    log::unstoppable(site, function);
    #[cfg(not(feature = "tracing"))]
    let _ = (site, function);
}
