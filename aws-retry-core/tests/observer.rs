//! `observe::set_global`: every attempt of every call in the process. One test, since there is one
//! process.

mod support;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};

use aws_retry_core::{observe, scope, testing::Harness};
use futures::FutureExt;
use support::{EXACT, Fault, failing};

#[tokio::test]
async fn a_global_observer_sees_every_attempt_until_it_is_removed() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    observe::set_global(move |event| {
        let retried = event.is_retried();
        let scope = event.scope.map(str::to_owned);
        sink.lock().unwrap().push((
            event.attempt,
            retried,
            event.delay.as_millis(),
            event.reason,
            scope,
        ));
    });
    let harness = Harness::new().no_waits();
    harness.scope(failing(&EXACT, "o1", 1, Fault::Throttled)).await.unwrap();
    failing(&EXACT, "o2", 0, Fault::Throttled).await.unwrap();
    observe::keep_scope_names(true);
    failing(&EXACT, "o3", 1, Fault::Gone).await.unwrap_err();
    observe::keep_scope_names(false);

    // A panic of it loses no retry tokens.
    observe::set_global(|event| assert!(!event.is_retried(), "an observer that panics"));
    for _ in 0..36 {
        let call = harness.scope(failing(&EXACT, "o6", 9, Fault::Down));
        assert!(AssertUnwindSafe(call).catch_unwind().await.is_err());
    }
    let left = harness.scope(async { scope::state("o6").map(|it| it.retry_tokens) }).await;
    assert_eq!(left, Some(500));

    // Replaced, then removed.
    observe::set_global(|_| {});
    failing(&EXACT, "o4", 0, Fault::Throttled).await.unwrap();
    observe::clear_global();
    failing(&EXACT, "o5", 0, Fault::Throttled).await.unwrap();

    let permanent = Some(aws_retry_core::Reason::Permanent);
    assert_eq!(
        *seen.lock().unwrap(),
        [
            (1, true, 500, None, None),
            (2, false, 0, None, None),
            (1, false, 0, None, None),
            (1, false, 0, permanent, Some("o3".to_owned())),
        ]
    );
}
