//! The facts that only the interceptor knows reach the events: the server, the operation, the requests that the SDK
//! sent again.

use std::sync::Mutex;

use crate::clients::{intercepted, plain, three};
use aws_retry::aws_retry;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::{Client, Error};

/// Error type, host, port, operation, times sent again.
type Fact = (String, Option<String>, Option<u16>, Option<String>, u32);

#[aws_retry(base_delay = "1ms", on_attempt = |event| {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    seen.lock().unwrap().push((
        event.error_type().unwrap_or_default().into_owned(),
        owned(event.server_address),
        event.server_port,
        owned(event.operation),
        event.resends,
    ));
})]
async fn list(client: &Client, seen: &Mutex<Vec<Fact>>) -> Result<(), Error> {
    client.list_secrets().send().await?;
    Ok(())
}

fn endpoint() -> Endpoint {
    let down = Step::error(503, "InternalServiceError");
    Endpoint::start([down, Step::throttled(), Step::throttled()], Step::ok("{}"))
}

#[tokio::test]
async fn with_the_interceptor_an_event_names_the_server_and_counts_each_repeat() {
    let (endpoint, seen) = (endpoint(), Mutex::default());
    list(&intercepted(&endpoint, three()), &seen).await.unwrap();
    let port = Some(endpoint.address().port());
    let throttled = |resends| {
        let (host, operation) = (Some("127.0.0.1".into()), Some("ListSecrets".into()));
        ("ThrottlingException".into(), host, port, operation, resends)
    };
    // The SDK repeats the request after the 503; both throttles are ours, and so are the retries that follow.
    let success = (String::new(), None, None, None, 3);
    assert_eq!(*seen.lock().unwrap(), [throttled(1), throttled(2), success]);
}

#[tokio::test]
async fn without_it_they_are_absent() {
    let (endpoint, seen) = (endpoint(), Mutex::default());
    list(&plain(&endpoint, RetryConfig::disabled()), &seen).await.unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 4);
    assert!(seen.iter().all(|it| (&it.1, it.2, &it.3) == (&None, None, &None)), "{seen:?}");
    assert_eq!(seen.iter().map(|it| it.4).collect::<Vec<_>>(), [0, 1, 2, 3]);
}
