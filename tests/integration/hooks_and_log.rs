//! The events that hooks receive, and the log lines, which are those of the Python decorator.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, Once};

use aws_smithy_types::error::ErrorMetadata;

use aws_retry::{AsFailure, Event, Failure, Kind, Limit, Reason, Throttle, aws_retry};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::{Interest, Subscriber, set_global_default, with_default};
use tracing::{Level, span};

#[derive(Debug)]
enum Fault {
    Throttled,
    Limit,
    Gone,
}

impl AsFailure for Fault {
    fn as_failure(&self) -> Failure<'_> {
        let failure = Failure::new().with_status(400).with_request_id("R-1");
        match self {
            Self::Throttled => failure.with_code("SlowDown").with_message("arn:aws:s3:::secret"),
            Self::Limit => failure.with_code("LimitExceededException"),
            Self::Gone => failure.with_code("NoSuchBucket"),
        }
    }
}

/// One line per event up to a level, with the event's level, message and fields.
struct Lines(LevelFilter, Mutex<Vec<String>>);

impl Subscriber for &'static Lines {
    fn register_callsite(&self, _: &'static tracing::Metadata<'static>) -> Interest {
        Interest::sometimes()
    }
    fn enabled(&self, of: &tracing::Metadata<'_>) -> bool {
        *of.level() <= self.0
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        if event.metadata().target().starts_with("aws_retry") {
            let mut line = Line(format!("{}", event.metadata().level()));
            event.record(&mut line);
            self.1.lock().unwrap().push(line.0);
        }
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

struct Line(String);

impl Visit for Line {
    /// It writes text as it is, as a format without escaping does.
    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {}=\"{value}\"", field.name()).unwrap();
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

/// The lines that `call` writes, on a paused clock.
fn lines<T>(call: impl Future<Output = T>) -> Vec<String> {
    lines_to(Level::TRACE, call)
}

fn lines_to<T>(level: Level, call: impl Future<Output = T>) -> Vec<String> {
    /// It records nothing. tracing asks once per event whether any subscriber wants it. An event that another test
    /// sends first, just while this test adds its subscriber, would otherwise be off for the rest of the process.
    static NOTHING: Lines = Lines(LevelFilter::OFF, Mutex::new(Vec::new()));
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| set_global_default(&NOTHING).unwrap());
    let lines: &'static Lines = Box::leak(Box::new(Lines(level.into(), Mutex::default())));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    with_default(lines, || runtime.block_on(call));
    lines.1.lock().unwrap().clone()
}

fn at<'a>(lines: &'a [String], level: &str) -> Vec<&'a String> {
    lines.iter().filter(|line| line.starts_with(level)).collect()
}

#[test]
fn a_warning_for_each_retry_and_an_error_at_the_end() {
    #[aws_retry(max_retries = 2, jitter = false)]
    async fn upload() -> Result<(), Fault> {
        Err(Fault::Throttled)
    }
    let lines = lines(upload());
    let warnings = at(&lines, "WARN");
    assert_eq!(warnings.len(), 2, "{lines:#?}");
    for (line, wanted) in [
        (
            warnings[0],
            [
                "aws_retry.function=\"upload\"",
                "aws_retry.attempt=1",
                "aws_retry.max_attempts=3",
                "error.type=\"SlowDown\"",
                "0.5",
            ],
        ),
        (
            warnings[1],
            [
                "aws_retry.function=\"upload\"",
                "aws_retry.attempt=2",
                "aws_retry.max_attempts=3",
                "error.type=\"SlowDown\"",
                "1.0",
            ],
        ),
    ] {
        assert!(wanted.iter().all(|part| line.contains(part)), "{line}");
    }
    let errors = at(&lines, "ERROR");
    assert_eq!(errors.len(), 1, "{lines:#?}");
    for part in [
        "aws_retry.function=\"upload\"",
        "aws_retry.attempt=3",
        "aws_retry.give_up.reason=\"attempts\"",
        "error.type=\"SlowDown\"",
    ] {
        assert!(errors[0].contains(part), "{part}: {}", errors[0]);
    }
}

#[test]
fn an_event_is_one_line_and_its_message_shows_only_where_debug_lines_are_wanted() {
    #[aws_retry(max_retries = 1)]
    async fn upload() -> Result<(), Fault> {
        Err(Fault::Throttled)
    }
    let at_debug = lines(upload());
    assert_eq!(at_debug.len(), 2, "a retry and a give-up: {at_debug:#?}");
    for line in &at_debug {
        for part in [
            "aws_retry.function=",
            "error.type=",
            "aws.request_id=",
            "aws_retry.failure.message=\"arn:aws:s3:::secret\"",
        ] {
            assert!(line.contains(part), "{part}: {line}");
        }
    }
    let at_info = lines_to(Level::INFO, upload());
    assert_eq!(at_info.len(), 2, "{at_info:#?}");
    assert!(!at_info.iter().any(|line| line.contains("arn:")), "{at_info:#?}");
}

#[test]
fn text_from_a_server_forges_no_line_and_steers_no_terminal() {
    #[aws_retry(max_retries = 0)]
    async fn read() -> Result<(), ErrorMetadata> {
        let hostile = format!("x\nERROR forged\u{1b}[31m\u{202e}{}", "y".repeat(1_000_000));
        Err(ErrorMetadata::builder().code(&hostile).message(&hostile).build())
    }
    let lines = lines(read());
    assert!(!lines.is_empty());
    for line in lines {
        assert!(line.len() < 2000, "{} bytes", line.len());
        assert!(!line.contains(['\n', '\u{1b}', '\u{202e}']), "{line}");
    }
    let error = ErrorMetadata::builder().code("Throttling\u{1b}[2J\nretried").build();
    let explained = aws_retry::explain!(error).to_string();
    assert!(explained.starts_with(r#"code: "Throttling\u{1b}[2J\nretried", kind"#), "{explained}");
}

#[test]
fn a_give_up_on_a_limit_says_that_it_may_be_a_hard_one() {
    #[aws_retry(max_retries = 1)]
    async fn create() -> Result<(), Fault> {
        Err(Fault::Limit)
    }
    let lines = lines(create());
    assert!(at(&lines, "ERROR")[0].contains("hard limit"), "{lines:#?}");
}

#[test]
fn the_log_level_can_be_chosen() {
    #[aws_retry(max_retries = 1, log = "info")]
    async fn quiet() -> Result<(), Fault> {
        Err(Fault::Throttled)
    }
    #[aws_retry(max_retries = 1, log = "off")]
    async fn silent() -> Result<(), Fault> {
        Err(Fault::Throttled)
    }
    let heard = lines(quiet());
    assert_eq!((at(&heard, "WARN").len(), at(&heard, "INFO").len()), (0, 1), "{heard:#?}");
    assert_eq!(at(&lines(silent()), "ERROR").len(), 0);
}

#[test]
fn a_storm_of_retries_writes_few_log_lines() {
    #[aws_retry(max_retries = 1, jitter = false)]
    async fn stormy() -> Result<(), Fault> {
        Err(Fault::Throttled)
    }
    let lines = lines(futures::future::join_all((0..500).map(|_| stormy())));
    assert_eq!(at(&lines, "WARN").len(), 10, "of 500 retries in one second");
    assert_eq!(at(&lines, "ERROR").len(), 500, "every give-up has a line");
}

/// The lines of the three hooks.
#[derive(Debug, Default)]
struct Seen(Mutex<Vec<String>>);

impl Seen {
    fn note(&self, hook: &str, event: &Event<'_>) {
        let line = format!(
            "{hook} {} {}/{} {:?} {:?} {:?} {}ms {:?}",
            event.function,
            event.attempt,
            event.max_attempts,
            event.code,
            event.kind,
            event.request_id,
            event.delay.as_millis(),
            event.reason,
        );
        self.0.lock().unwrap().push(line);
    }
}

#[aws_retry(
    name = "watched-call",
    max_retries = 2,
    jitter = false,
    on_attempt = |event| seen.note("attempt", event),
    on_retry = |event| seen.note("retry", event),
    on_give_up = |event| seen.note("gave up", event)
)]
async fn watched(seen: &Seen, faults: &Mutex<Vec<Fault>>) -> Result<u32, Fault> {
    match faults.lock().unwrap().pop() {
        Some(fault) => Err(fault),
        None => Ok(aws_retry::attempt()),
    }
}

#[tokio::test(start_paused = true)]
async fn hooks_get_every_attempt_retry_and_give_up() {
    let seen = Seen::default();
    let faults = Mutex::new(vec![Fault::Throttled]);
    assert_eq!(watched(&seen, &faults).await.unwrap(), 2);
    let slow = r#"Some("SlowDown") Some(Throttled) Some("R-1")"#;
    assert_eq!(
        seen.0.into_inner().unwrap(),
        [
            format!("attempt watched-call 1/3 {slow} 500ms None"),
            format!("retry watched-call 1/3 {slow} 500ms None"),
            "attempt watched-call 2/3 None None None 0ms None".to_owned(),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_permanent_failure_is_a_give_up_too() {
    let seen = Seen::default();
    watched(&seen, &Mutex::new(vec![Fault::Gone])).await.unwrap_err();
    let lines = seen.0.into_inner().unwrap();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    for (line, hook) in lines.iter().zip(["attempt", "gave up"]) {
        assert!(line.starts_with(&format!("{hook} watched-call 1/3")), "{line}");
        assert!(line.ends_with("Some(Permanent)"), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hook_can_be_a_path() {
    static RETRIES: AtomicU32 = AtomicU32::new(0);
    fn count(event: &Event<'_>) {
        assert_eq!(event.kind, Some(Kind::Throttled));
        RETRIES.fetch_add(1, Ordering::Relaxed);
    }
    fn last(event: &Event<'_>) {
        assert_eq!(event.reason, Some(Reason::Attempts));
    }
    #[aws_retry(on_retry = count, on_give_up = last)]
    async fn counted() -> Result<(), Fault> {
        Err(Fault::Throttled)
    }
    counted().await.unwrap_err();
    assert_eq!(RETRIES.load(Ordering::Relaxed), 5);
}

#[test]
fn a_sync_fn_waits_on_its_thread() {
    #[aws_retry(base_delay = "1ms", jitter = false)]
    fn read(attempts: &mut u32) -> Result<u32, Fault> {
        *attempts += 1;
        if *attempts < 4 { Err(Fault::Throttled) } else { Ok(*attempts) }
    }
    let begun = std::time::Instant::now();
    assert_eq!(read(&mut 0).unwrap(), 4);
    assert!(begun.elapsed().as_millis() >= 1 + 2 + 4, "it did wait");
}

/// The resource is a server's text.
#[test]
fn a_line_names_the_limit_and_its_resource_escaped() {
    #[derive(Debug)]
    struct Hot;
    impl AsFailure for Hot {
        fn as_failure(&self) -> Failure<'_> {
            let limit = Limit::IndexWriteKeyRangeThroughputExceeded;
            let resource = format!("arn\nERROR forged{}", "a".repeat(1000));
            Failure::throttled().with_throttle(Throttle::new(limit, Some(resource.into())))
        }
    }
    #[aws_retry(max_retries = 1, jitter = false)]
    async fn write() -> Result<(), Hot> {
        Err(Hot)
    }
    let lines = lines(write());
    for level in ["WARN", "ERROR"] {
        let line = at(&lines, level)[0];
        assert!(line.contains("limit=\"IndexWriteKeyRangeThroughputExceeded\""), "{line}");
        assert!(line.contains("resource=\"arn\\nERROR forgedaaa"), "{line}");
        assert!(line.contains("aaa…\"") && line.len() < 1000, "{line}");
    }
}
