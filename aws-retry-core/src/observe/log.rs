//! Log lines through `tracing`, as the Python decorator writes them: one per event. The service's message,
//! which may contain ARNs, is included only if a subscriber wants lines at debug level.

use std::borrow::Cow;
use std::sync::atomic::Ordering;

use tracing::Level;

use crate::clock::Time;
use crate::decision::failure::Kind;
use crate::decision::policy::Log;
use crate::decision::reason::Reason;
use crate::decision::shown::shown;
use crate::observe::event::{Event, SYSTEM};
use crate::observe::per_site::PerSite;

const TARGET: &str = "aws_retry";

/// One line at one of the five levels; `tracing` requires the level at compile time.
macro_rules! line {
    ($level:expr, $event:expr, $text:expr $(, $name:literal = $value:expr)*) => {
        tracing::event!(
            target: "aws_retry",
            $level,
            "aws_retry.function" = $event.function,
            "rpc.system.name" = SYSTEM,
            "rpc.service" = field($event.service).as_deref(),
            "rpc.method" = field($event.operation).as_deref(),
            "aws_retry.scope" = field($event.scope).as_deref(),
            "aws_retry.attempt" = $event.attempt,
            "aws_retry.max_attempts" = $event.max_attempts,
            "http.request.resend_count" = Some($event.resends).filter(|resends| *resends > 0),
            "aws_retry.failure.kind" = $event.kind.map(Kind::as_str),
            "error.type" = $event.error_type().as_deref().map(shown).as_deref(),
            "aws_retry.throttle.limit" = $event.throttle.as_ref().map(|it| it.limit.as_str()),
            "aws_retry.throttle.resource" = field(resource($event)).as_deref(),
            "http.response.status_code" = $event.status,
            "aws.request_id" = field($event.request_id).as_deref(),
            "server.address" = field($event.server_address).as_deref(),
            "server.port" = $event.server_port,
            "cloud.region" = field($event.region).as_deref(),
            "aws_retry.failure.message" = message($event).as_deref(),
            $($name = $value,)*
            "{}", $text
        )
    };
}

/// Foreign text, as one short line.
fn field(text: Option<&str>) -> Option<Cow<'_, str>> {
    text.map(shown)
}

/// The resource whose limit was hit.
fn resource<'a>(event: &'a Event<'_>) -> Option<&'a str> {
    event.throttle.as_ref()?.resource.as_deref()
}

/// The service's message, if it may be shown.
fn message<'a>(event: &Event<'a>) -> Option<Cow<'a, str>> {
    field(event.message.filter(|_| tracing::enabled!(target: TARGET, Level::DEBUG)))
}

pub(super) fn write(site: &PerSite, level: Log, event: &Event<'_>, now: Time) {
    let level = match level {
        Log::Off => return,
        Log::Trace => Level::TRACE,
        Log::Debug => Level::DEBUG,
        Log::Info => Level::INFO,
        Log::Warn => Level::WARN,
        Log::Error => Level::ERROR,
    };
    match event.reason {
        // A permanent failure on the first attempt is an answer, not the defeat of a retry.
        Some(Reason::Permanent) if event.attempt <= 1 => {
            line!(
                Level::DEBUG,
                event,
                "not retried",
                "aws_retry.give_up.reason" = Reason::Permanent.as_str()
            )
        }
        // The inner call has logged it already.
        Some(Reason::Nested) => {
            line!(
                Level::DEBUG,
                event,
                "passed on",
                "aws_retry.give_up.reason" = Reason::Nested.as_str()
            )
        }
        // These end without an answer: once a deadline has passed, they come as fast as calls do.
        Some(reason @ (Reason::Deadline | Reason::FailFast | Reason::NoTimer)) => {
            let admitted = site.give_up_limit.admits(now);
            give_up(if admitted { Level::ERROR } else { Level::TRACE }, event, reason.as_str());
        }
        Some(reason) => give_up(Level::ERROR, event, reason.as_str()),
        None => retry(level, event, site.retry_limit.admits(now)),
    }
}

/// A call that took more than one attempt.
pub(super) fn recovered(level: Log, event: &Event<'_>) {
    if level == Log::Off {
        return;
    }
    let elapsed = event.elapsed.as_secs_f64();
    line!(Level::DEBUG, event, "succeeded after retries", "aws_retry.elapsed_seconds" = elapsed);
}

/// A wait that is about to block an async runtime: logged once per function.
pub(super) fn blocks(site: &PerSite, function: &str) {
    if !site.blocked.swap(true, Ordering::Relaxed) {
        tracing::event!(
            target: TARGET,
            Level::WARN,
            { aws_retry.function = function },
            "this wait blocks a thread of the async runtime: make the function async, or call it in \
             `spawn_blocking`"
        );
    }
}

/// A limit that ends calls early, around an error type that can't say so: logged once per function.
pub(super) fn unstoppable(site: &PerSite, function: &str) {
    if !site.unstoppable.swap(true, Ordering::Relaxed) {
        tracing::event!(
            target: TARGET,
            Level::WARN,
            { aws_retry.function = function },
            "no value of this call's error type can be made of `aws_retry::Stopped`: its time-outs do not \
             cut attempts short, and it waits for its turn however long that takes; add a variant with \
             `#[from]` `aws_retry::Stopped` to the error type"
        );
    }
}

fn retry(level: Level, event: &Event<'_>, admitted: bool) {
    let level = if admitted { level } else { Level::TRACE };
    // If the SDK retries, the wait is its own.
    let (text, delay) = match event.sdk_retried {
        true => ("the SDK sent the request again", None),
        false => ("retrying", Some(event.delay.as_secs_f64())),
    };
    macro_rules! at {
        ($level:expr) => {
            line!($level, event, text, "aws_retry.delay_seconds" = delay)
        };
    }
    match level {
        Level::TRACE => at!(Level::TRACE),
        Level::DEBUG => at!(Level::DEBUG),
        Level::INFO => at!(Level::INFO),
        Level::WARN => at!(Level::WARN),
        Level::ERROR => at!(Level::ERROR),
    }
}

fn give_up(level: Level, event: &Event<'_>, reason: &str) {
    let text = if event.maybe_hard_limit {
        "giving up: this code is often a hard limit, not a throttle"
    } else if event.reason == Some(Reason::RefusedAlone) {
        "giving up: throttled again and again while other calls of the scope pass"
    } else {
        "giving up"
    };
    let elapsed = event.elapsed.as_secs_f64();
    macro_rules! at {
        ($level:expr) => {
            line!(
                $level,
                event,
                text,
                "aws_retry.give_up.reason" = reason,
                "aws_retry.elapsed_seconds" = elapsed
            )
        };
    }
    if level == Level::ERROR { at!(Level::ERROR) } else { at!(Level::TRACE) }
}
