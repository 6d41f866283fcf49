//! What a call tells of itself.
//!
//! | who listens | what it gets | how |
//! |---|---|---|
//! | a fn's own hooks | the attempts, retries and give-ups of that fn | `on_attempt`, `on_retry`, `on_give_up` |
//! | the process | every attempt of every call | [`set_global`] |
//! | the caller | what became of the calls inside a future | [`report`](crate::report) |
//! | `tracing` | log lines, and a span a call | feature `tracing` (default) |
//! | `metrics` | counters, histograms, a gauge | feature `metrics` |
//!
//! Nothing is allocated or formatted where nobody listens. No argument is told to anybody, and messages,
//! which hold ARNs, are logged at debug level only.
//!
//! # Log lines
//!
//! Target `aws_retry`. A retry is a warning (ten per second and fn at most, the rest at trace level; in
//! paced mode at debug level; `log = ".."` says otherwise), a give-up an error (of those for `deadline`,
//! `fail_fast` and `no_timer`, too, ten per second and fn). A permanent failure on
//! the first try and a success that took retries are debug lines. Their fields are stable:
//!
//! | field | on | meaning |
//! |---|---|---|
//! | `function` | all | the fn's name |
//! | `service`, `operation` | all | as written on the fn, or as the interceptor recorded them |
//! | `scope` | all | the scope's elements, `/` between them, after [`keep_scope_names`] |
//! | `attempt`, `max_attempts` | all | the attempt that ended, from 1; attempts allowed |
//! | `kind` | failures | what it was taken for: [`Kind::as_str`](crate::Kind::as_str) |
//! | `code`, `status`, `request_id` | failures | what the service answered |
//! | `delay_seconds` | retries | the wait that follows |
//! | `reason` | give-ups | [`Reason::as_str`](crate::Reason::as_str) |
//! | `elapsed_seconds` | ends | time since the call's start or its first failure |
//!
//! # Spans
//!
//! Target `aws_retry`, name `call`, level debug as the SDK's own: one a call, around its attempts, its
//! waits and its log lines. The fields above, with `module` and with `attempts` (made in all) in place
//! of `attempt`; `kind`, `code`, `status`, `request_id` and `reason` are those of the failure that the
//! call gave up on. For OpenTelemetry `otel.name` is the fn's name, and `otel.status_code` is `ERROR` after a
//! give-up; `service`, `operation`, `code`, `status` and `request_id` are its `rpc.service`,
//! `rpc.method`, `error.type`, `http.response.status_code` and `aws.request_id`.
//!
//! # Metrics
//!
//! Labels: `function`; `service`, as written (`service = ".."`) or, of a failure, as the interceptor
//! recorded it; `scope` after [`keep_scope_names`]. A success on the first try asks nobody for its service:
//! where attempts are to be told by service, write it on the fn.
//!
//! | metric | kind | counts |
//! |---|---|---|
//! | `aws_retry_attempts_total` | counter | attempts, first tries included |
//! | `aws_retry_retries_total` | counter | attempts that failed and were followed by another |
//! | `aws_retry_throttles_total` | counter | attempts that the service throttled |
//! | `aws_retry_give_ups_total` | counter | calls that gave up, with the label `reason` |
//! | `aws_retry_quota_refusals_total` | counter | retries that an empty retry quota refused |
//! | `aws_retry_wait_seconds` | histogram | each wait between two attempts |
//! | `aws_retry_queue_seconds` | histogram | each wait for a turn, in the modes with a send rate |
//! | `aws_retry_send_rate` | gauge | sends a second of a scope's send rate |
//! | `aws_retry_queue_length` | gauge | calls in a scope's queue |
//! | `aws_retry_learned_quota` | gauge | the quota that paced mode has measured, requests a second |
//! | `aws_retry_cycles` | gauge | cycles of rise and cut in which it has measured it |

mod event;
mod explain;
mod global;
#[cfg(feature = "tracing")]
mod log;
#[cfg(feature = "metrics")]
pub mod metrics;
mod per_site;
mod report;
mod span;

pub use event::Event;
#[doc(hidden)]
pub use explain::explained;
pub use explain::{Explanation, explain};
pub use global::{clear_global, keep_scope_names, set_global};
pub(crate) use per_site::PerSite;
pub(crate) use report::Collector;
pub use report::{FailedAttempt, Report};
pub(crate) use span::{CallSpan, spans_wanted};

use crate::clock::Time;
use crate::decision::policy::{Log, RetryPolicy};
use crate::switches::Switch;
use std::sync::Arc;

/// Whether a first-try success is of interest to anybody who needs the whole event.
#[inline]
pub(crate) fn wants_successes() -> bool {
    Switch::Observer.is_on()
}

/// Counts a first-try success that nobody needs the whole event of.
#[inline]
pub(crate) fn first_try(
    site: &PerSite,
    name: &'static str,
    static_policy: &RetryPolicy,
    policy: Option<&RetryPolicy>,
    call_policy: Option<&RetryPolicy>,
) {
    #[cfg(feature = "metrics")]
    metrics::first_try(site, name, static_policy, policy, call_policy);
    #[cfg(not(feature = "metrics"))]
    let _ = (site, name, static_policy, policy, call_policy);
}

/// Tells everybody but the log that an attempt ended; `reports` are the collectors of the surroundings.
pub(crate) fn emit(event: &Event<'_>, reports: &[Arc<Collector>]) {
    for report in reports {
        report.add(event);
    }
    global::emit(event);
    #[cfg(feature = "metrics")]
    metrics::emit(event);
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

/// Warns, once per fn, of a wait that blocks an async runtime.
pub(crate) fn log_blocking(site: &PerSite, function: &str) {
    #[cfg(feature = "tracing")]
    log::blocks(site, function);
    #[cfg(not(feature = "tracing"))]
    let _ = (site, function);
}

/// Warns, once per fn, that a bound can't end a call early, because its error type can't say so.
pub(crate) fn log_unstoppable(site: &PerSite, function: &str) {
    #[cfg(feature = "tracing")]
    log::unstoppable(site, function);
    #[cfg(not(feature = "tracing"))]
    let _ = (site, function);
}
