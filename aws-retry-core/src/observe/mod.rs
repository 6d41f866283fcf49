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
//! most 256 characters, with control characters and marks of direction escaped. Requests that the SDK sends
//! again inside an attempt, which its interceptor sees, are events, too ([`Event::sdk_retried`]).
//!
//! # Log lines
//!
//! Target `aws_retry`, one line per event. A retry is a warning (at most ten per second and function, the
//! rest at trace level; in paced mode at debug level; `log = ".."` changes this), and so is a request that
//! the SDK sent again. A give-up is an error (at most ten per second and function if the reason is a
//! deadline, a busy queue or a missing timer). A permanent failure on the first attempt is a debug line, and
//! so is a success that took retries. The fields are stable:
//!
//! | field | on | meaning |
//! |---|---|---|
//! | `function` | all | the function's name |
//! | `service`, `operation` | all | from the function's arguments, or as the interceptor recorded them |
//! | `scope` | all | the scope's elements, `/` between them, if [`keep_scope_names`] is on |
//! | `attempt`, `max_attempts` | all | the attempt that ended, from 1; attempts allowed |
//! | `kind` | failures | the kind that it was treated as: [`Kind::as_str`](crate::Kind::as_str) |
//! | `code`, `status`, `request_id` | failures | the service's answer |
//! | `limit`, `resource` | throttles | the [limit](crate::Limit) that the service named, and the resource that has it |
//! | `error_message` | failures | the service's message, if any subscriber wants debug lines of the target |
//! | `delay_seconds` | retries | the wait that follows |
//! | `reason` | give-ups | [`Reason::as_str`](crate::Reason::as_str) |
//! | `elapsed_seconds` | ends | time since the call's start or its first failure |
//!
//! # Spans
//!
//! Target `aws_retry`, name `call`, level debug like the SDK's own: one span per call, around its attempts,
//! its waits and its log lines. It has the fields above, plus `module`, and `attempts` (the number made) in
//! place of `attempt`; `kind`, `code`, `limit`, `resource`, `status`, `request_id` and `reason` are those of the
//! failure on which the call gave up. For OpenTelemetry, `otel.name` is the function's name, and `otel.status_code` is `ERROR`
//! after a give-up; `service`, `operation`, `code`, `status` and `request_id` are its `rpc.service`,
//! `rpc.method`, `error.type`, `http.response.status_code` and `aws.request_id`.
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
//! # Metrics
//!
//! Labels: `function`; `service`, from the argument (`service = ".."`) or, for a failure, as the interceptor
//! recorded it; `scope` if [`keep_scope_names`] is on. For a success on the first attempt only the argument's
//! service is known: to tell attempts apart by service, write it on the function.
//!
//! | metric | kind | counts |
//! |---|---|---|
//! | `aws_retry_attempts_total` | counter | attempts, including each call's first |
//! | `aws_retry_retries_total` | counter | attempts that failed and were followed by another |
//! | `aws_retry_sdk_retries_total` | counter | requests that the SDK sent again inside an attempt |
//! | `aws_retry_throttles_total` | counter | attempts, and requests that the SDK sent again, that were throttled; with the label `limit` where the service named it |
//! | `aws_retry_give_ups_total` | counter | calls that gave up, with the label `reason` |
//! | `aws_retry_retry_token_refusals_total` | counter | retries not made because the retry tokens had run out |
//! | `aws_retry_wait_seconds` | histogram | each wait between two attempts |
//! | `aws_retry_queue_seconds` | histogram | each wait for a turn, in the modes with a send rate |
//! | `aws_retry_send_rate` | gauge | sends per second of a scope's send rate |
//! | `aws_retry_queue_length` | gauge | calls in a scope's queue |
//! | `aws_retry_learned_quota` | gauge | the quota that paced mode has measured, requests per second |
//! | `aws_retry_cycles` | gauge | cycles of rise and cut in which paced mode has measured it |
//! | `aws_retry_fleet_members` | gauge | members of the fleet that are alive, with the label `mode` |
//! | `aws_retry_fleet_part` | gauge | the part of the quota that this member sends, 0 to 1 |

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
