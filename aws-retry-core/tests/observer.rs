//! `observe::set_global`: every attempt of every call in the process. One test, since there is one
//! process.

mod support;

use std::sync::{Arc, Mutex};

use aws_retry_core::{observe, testing::Harness};
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
