//! Texts from a server, and those of scopes, wherever this crate prints or keeps them. Observers and the names of
//! scopes belong to the process, so this is a process of its own.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_retry_core::testing::Harness;
use aws_retry_core::{
    AsFailure, Failure, Limit, RetryPolicy, Stopped, Throttle, explain, observe, report, scope,
    stopped,
};

/// Line breaks, terminal escapes, marks of direction, and characters that nobody sees.
const HOSTILE: [char; 14] = [
    '\n',
    '\r',
    '\0',
    '\u{1b}',
    '\u{9b}',
    '\u{202e}',
    '\u{2066}',
    '\u{200b}',
    '\u{2028}',
    '\u{2060}',
    '\u{3164}',
    '\u{fe0f}',
    '\u{feff}',
    '\u{e0041}',
];

fn hostile() -> String {
    let steering: String = HOSTILE.iter().collect();
    format!("Throttling{steering}[31m\" forged: \"{}", "y".repeat(1_000_000))
}

#[derive(Debug)]
enum Fault {
    Refused(String),
    Stopped(#[allow(dead_code, reason = "printed")] Stopped),
}

impl AsFailure for Fault {
    fn as_failure(&self) -> Failure<'_> {
        let Self::Refused(text) = self else { return Failure::permanent() };
        let resource = Some(text.as_str().into());
        Failure::throttled()
            .with_code(text)
            .with_message(text)
            .with_request_id(text)
            .with_throttle(Throttle::new(Limit::Unknown, resource))
    }

    fn from_stopped() -> Option<fn(Stopped) -> Self> {
        Some(Self::Stopped)
    }
}

/// `output` is plain, and no text in it is longer than what is shown of one.
fn is_shown(name: &str, output: &str) {
    assert!(output.contains('y'), "{name} shows none: {output}");
    assert!(!output.contains(HOSTILE), "{name}: {output:?}");
    let longest = output.split(|c| c != 'y').map(str::len).max();
    assert!(longest <= Some(256), "{name} shows {longest:?} characters");
}

#[tokio::test]
async fn whatever_is_printed_is_short_and_steers_no_terminal() {
    let printed = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&printed);
    observe::set_global(move |event| sink.lock().unwrap().push(format!("{event:?}")));
    observe::keep_scope_names(true);
    let policy = RetryPolicy::new().max_retries(1).attempt_timeout(Duration::from_secs(1));
    let text = hostile();
    let here = ("s3", text.as_str());
    let call = policy.run_in(&here, async || match aws_retry_core::attempt() {
        1 => Err::<(), _>(Fault::Refused(text.clone())),
        _ => pending().await,
    });
    let all = async {
        let (outcome, report) = report(call).await;
        (outcome, report, scope::advice(), scope::advice_for(&here), scope::all())
    };
    let (outcome, report, advice, same, scopes) = Harness::new().no_waits().scope(all).await;
    observe::clear_global();

    let error = Fault::Refused(text.clone());
    is_shown("explain", &explain(&error).to_string());
    is_shown("an explanation", &format!("{:?}", explain(&error)));
    is_shown("a failure", &format!("{:?}", error.as_failure()));
    let Err(Fault::Stopped(ended)) = outcome else { panic!("it was stopped") };
    is_shown("Stopped", &ended.to_string());
    is_shown("Stopped", &format!("{ended:?}"));
    is_shown("stopped", &format!("{:?}", stopped(&std::io::Error::from(ended))));
    is_shown("a report", &format!("{report:?}"));
    for advice in [&advice[0], &same.unwrap()] {
        let text = advice.to_string();
        assert_eq!(
            text.lines().count(),
            6,
            "scope, head, throttles, time, code, request id: {text}"
        );
        is_shown("advice", &text.replace('\n', "; "));
        is_shown("advice", &format!("{advice:?}"));
    }
    let printed = printed.lock().unwrap();
    assert_eq!(printed.len(), 2);
    printed.iter().for_each(|event| is_shown("an event", event));

    // The text of a scope is the program's own: it is kept as it is, but not all of it.
    let name = scopes.iter().find_map(|it| it.name.as_deref()).unwrap();
    assert!(name.starts_with("s3/Throttling\n") && name.len() < 1100, "{} bytes", name.len());
    assert!(report.failures[0].scope.as_ref().unwrap().len() < 1100);
}
