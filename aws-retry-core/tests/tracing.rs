//! Spans and log lines: their names are an interface.
#![cfg(feature = "tracing")]

mod support;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_retry_core::testing::Harness;
use aws_retry_core::{Log, RetryPolicy, with_deadline};
use support::{EXACT, Fault, failing, lost};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

type Fields = BTreeMap<&'static str, String>;

/// Keeps every span's fields and every line of this crate.
#[derive(Clone, Debug, Default)]
struct Seen {
    spans: Arc<Mutex<Vec<Fields>>>,
    lines: Arc<Mutex<Vec<(Level, bool, Fields)>>>,
}

struct Into<'a>(&'a mut Fields);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Seen {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        let mut fields = Fields::new();
        attributes.record(&mut Into(&mut fields));
        let mut spans = self.spans.lock().unwrap();
        cx.span(id).unwrap().extensions_mut().insert(spans.len());
        spans.push(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, cx: Context<'_, S>) {
        let at = *cx.span(id).unwrap().extensions().get::<usize>().unwrap();
        values.record(&mut Into(&mut self.spans.lock().unwrap()[at]));
    }

    fn on_event(&self, event: &Event<'_>, cx: Context<'_, S>) {
        if event.metadata().target() == "aws_retry" {
            let mut fields = Fields::new();
            event.record(&mut Into(&mut fields));
            let inside = cx.event_span(event).is_some_and(|span| span.name() == "call");
            self.lines.lock().unwrap().push((*event.metadata().level(), inside, fields));
        }
    }
}

/// The lines and spans of `call` at `level`.
fn seen(level: LevelFilter, call: impl Future) -> Seen {
    let seen = Seen::default();
    let subscriber = tracing_subscriber::registry().with(seen.clone()).with(level);
    tracing::subscriber::with_default(subscriber, || {
        futures::executor::block_on(Harness::new().no_waits().scope(call));
    });
    seen
}

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("none", String::as_str)
}

const SECRETS: RetryPolicy = EXACT.service("Secrets Manager").operation("ListSecrets");

#[test]
fn each_call_has_a_span_with_its_lines_inside() {
    let seen = seen(LevelFilter::DEBUG, failing(&SECRETS, "s1", 9, Fault::Throttled));
    let spans = seen.spans.lock().unwrap();
    assert_eq!(spans.len(), 1);
    for (name, value) in [
        ("otel.name", "RetryPolicy::run"),
        ("otel.status_code", "ERROR"),
        ("code.function.name", "aws_retry_core::run::closure::RetryPolicy::run"),
        ("rpc.system.name", "aws-api"),
        ("server.address", "none"),
        ("aws_retry.function", "RetryPolicy::run"),
        ("rpc.service", "Secrets Manager"),
        ("rpc.method", "ListSecrets"),
        ("aws_retry.scope", "none"),
        ("aws_retry.max_attempts", "6"),
        ("aws_retry.attempts", "6"),
        ("http.request.resend_count", "5"),
        ("aws_retry.failure.kind", "throttled"),
        ("error.type", "ThrottlingException"),
        ("http.response.status_code", "400"),
        ("aws.request_id", "id-1"),
        ("aws_retry.give_up.reason", "attempts"),
    ] {
        assert_eq!(field(&spans[0], name), value, "{name}");
    }
    let lines = seen.lines.lock().unwrap();
    assert!(lines.iter().all(|(_, inside, _)| *inside));
    let warnings: Vec<_> = lines.iter().filter(|line| line.0 == Level::WARN).collect();
    assert_eq!(warnings.len(), 5);
    for (name, value) in [
        ("message", "retrying"),
        ("aws_retry.function", "RetryPolicy::run"),
        ("rpc.service", "Secrets Manager"),
        ("rpc.method", "ListSecrets"),
        ("aws_retry.attempt", "1"),
        ("aws_retry.max_attempts", "6"),
        ("aws_retry.failure.kind", "throttled"),
        ("error.type", "ThrottlingException"),
        ("http.response.status_code", "400"),
        ("aws.request_id", "id-1"),
        ("aws_retry.delay_seconds", "0.5"),
    ] {
        assert_eq!(field(&warnings[0].2, name), value, "{name}");
    }
    let errors: Vec<_> = lines.iter().filter(|line| line.0 == Level::ERROR).collect();
    assert_eq!(errors.len(), 1);
    assert_eq!(field(&errors[0].2, "message"), "giving up");
    let said = |name| field(&errors[0].2, name);
    assert_eq!(
        (
            said("aws_retry.give_up.reason"),
            said("aws_retry.attempt"),
            said("aws_retry.failure.kind")
        ),
        ("attempts", "6", "throttled")
    );
}

#[test]
fn the_span_of_a_success_ends_too() {
    let first = seen(LevelFilter::DEBUG, failing(&SECRETS, "s2", 0, Fault::Throttled));
    assert_eq!(field(&first.spans.lock().unwrap()[0], "aws_retry.attempts"), "1");
    assert!(first.lines.lock().unwrap().is_empty());

    let third = seen(LevelFilter::DEBUG, failing(&SECRETS, "s2", 2, Fault::Throttled));
    let spans = third.spans.lock().unwrap();
    assert_eq!(
        (field(&spans[0], "aws_retry.attempts"), field(&spans[0], "aws_retry.give_up.reason")),
        ("3", "none")
    );
    let lines = third.lines.lock().unwrap();
    let last = lines.last().unwrap();
    assert_eq!((last.0, field(&last.2, "message")), (Level::DEBUG, "succeeded after retries"));
    assert_eq!(field(&last.2, "aws_retry.failure.kind"), "none");
}

#[test]
fn messages_of_the_service_are_at_debug_level() {
    let holds_arn = |seen: &Seen| {
        let lines = seen.lines.lock().unwrap();
        lines.iter().any(|(_, _, fields)| fields.values().any(|value| value.contains("arn:")))
    };
    assert!(holds_arn(&seen(LevelFilter::DEBUG, failing(&EXACT, "s3", 9, Fault::Throttled))));
    let info = seen(LevelFilter::INFO, failing(&EXACT, "s3", 9, Fault::Throttled));
    assert!(!holds_arn(&info));
    assert!(info.spans.lock().unwrap().is_empty(), "spans are at debug level");
    assert_eq!(info.lines.lock().unwrap().len(), 6);
}

#[test]
fn a_permanent_answer_is_not_an_error_line_and_off_writes_nothing() {
    let gone = seen(LevelFilter::INFO, failing(&EXACT, "s4", 9, Fault::Gone));
    assert!(gone.lines.lock().unwrap().is_empty());
    let off = EXACT.log(Log::Off);
    for failures in [9, 2] {
        let off = seen(LevelFilter::TRACE, failing(&off, "s5", failures, Fault::Throttled));
        assert!(off.lines.lock().unwrap().is_empty(), "after {failures} failures");
    }
}

#[test]
fn a_wait_that_blocks_a_runtime_is_warned_of_once() {
    let seen = Seen::default();
    let subscriber = tracing_subscriber::registry().with(seen.clone()).with(LevelFilter::WARN);
    let policy = EXACT.base_delay(Duration::from_micros(1)).log(Log::Trace);
    let call = || {
        let mut tries = 0;
        policy.run_blocking(|| {
            tries += 1;
            if tries < 3 { Err(lost()) } else { Ok(()) }
        })
    };
    tracing::subscriber::with_default(subscriber, || {
        call().unwrap();
        assert_eq!(seen.lines.lock().unwrap().len(), 0, "no runtime is blocked here");
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { call().and_then(|()| call()) }).unwrap();
    });
    let lines = seen.lines.lock().unwrap();
    assert_eq!(lines.len(), 1);
    assert!(field(&lines[0].2, "message").contains("spawn_blocking"));
}

#[test]
fn calls_after_a_deadline_write_ten_error_lines_per_second_and_one_warning() {
    let past = std::time::Instant::now();
    let calls = async {
        for _ in 0..700 {
            failing(&EXACT, "late", 9, Fault::Throttled).await.unwrap_err();
        }
    };
    let seen = seen(LevelFilter::TRACE, with_deadline(past, calls));
    let lines = seen.lines.lock().unwrap();
    let count = |level, message: &str| {
        let said = lines.iter().filter(|line| field(&line.2, "message").starts_with(message));
        said.filter(|line| line.0 == level).count()
    };
    let errors = count(Level::ERROR, "giving up");
    assert!((1..=20).contains(&errors), "{errors}: the second may change in between");
    assert_eq!(count(Level::TRACE, "giving up"), 700 - errors);
    assert!(count(Level::WARN, "no value of this call's error type") <= 1, "once per site");
}
