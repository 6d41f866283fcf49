//! Each request that the SDK repeats inside an attempt is reported, and a test without waits also skips the SDK's
//! waits before it.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use aws_retry::testing::Harness;
use aws_retry::{AsFailure, Event, Failure, Report, aws_retry, report};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::error::{DisplayErrorContext, ProvideErrorMetadata};

use crate::clients::{intercepted, three};
use aws_retry_testkit::endpoint::{Endpoint, Step};

async fn list(client: &Client) -> Result<(), aws_sdk_secretsmanager::Error> {
    client.list_secrets().send().await?;
    Ok(())
}

#[aws_retry(base_delay = "1ms", jitter = false, quota = false)]
async fn typed(client: &Client) -> Result<(), aws_sdk_secretsmanager::Error> {
    list(client).await
}

#[aws_retry(base_delay = "1ms", jitter = false, quota = false)]
async fn erased(client: &Client) -> anyhow::Result<()> {
    Ok(list(client).await?)
}

/// An error that keeps the code, and not the message.
#[derive(Debug)]
struct Coded(Option<String>);

impl AsFailure for Coded {
    fn as_failure(&self) -> Failure<'_> {
        let failure = Failure::transient();
        self.0.iter().fold(failure, |failure, code| failure.with_code(code.as_str()))
    }
}

#[aws_retry(base_delay = "1ms", jitter = false, quota = false)]
async fn own(client: &Client) -> Result<(), Coded> {
    list(client).await.map_err(|error| Coded(error.code().map(Into::into)))
}

#[aws_retry(base_delay = "1ms", jitter = false, quota = false)]
async fn outer(client: &Client) -> Result<(), Coded> {
    own(client).await.map_err(|_| Coded(None))
}

fn ok() -> Step {
    Step::ok(r#"{"SecretList":[]}"#)
}

/// The report of a call, and the requests that the endpoint saw.
async fn reported<T>(steps: &[u16], call: impl AsyncFnOnce(&Client) -> T) -> (T, Report, usize) {
    let answer = |status: &u16| match status {
        200 => ok(),
        429 => Step::error(400, "ThrottlingException"),
        status => Step::error(*status, "InternalServiceError"),
    };
    let endpoint = Endpoint::start(steps.iter().map(answer), ok());
    let client = intercepted(&endpoint, three());
    let (outcome, report) = report(Harness::new().no_waits().scope(call(&client))).await;
    (outcome, report, endpoint.requests().len())
}

#[tokio::test]
async fn every_request_of_a_call_is_in_its_report_whoever_sent_it() {
    // The answers before the successes, our attempts, and the requests that the SDK sent again.
    for (answers, attempts, sdk_retries) in [
        (&[][..], 1, 0),
        (&[500], 1, 1),
        (&[500, 503], 1, 2),
        (&[429], 2, 0),
        (&[429, 500], 2, 1),
        (&[500, 503, 500, 503, 500], 1, 5),
    ] {
        let (outcome, typed, sent) = reported(answers, typed).await;
        assert!(outcome.is_ok(), "{answers:?}");
        let (_, erased, _) = reported(answers, erased).await;
        let (_, own, _) = reported(answers, own).await;
        for (report, of) in [(&typed, "typed"), (&erased, "erased"), (&own, "own")] {
            assert_eq!(report.requests as usize, sent, "{of}, {answers:?}: {report:#?}");
            assert_eq!(
                (report.calls, report.attempts, report.sdk_retries, report.failures.len()),
                (1, attempts, sdk_retries, answers.len()),
                "{of}, {answers:?}: {report:#?}"
            );
            assert!(
                report.failures.iter().all(|it| it.service.as_deref() == Some("Secrets Manager"))
            );
        }
        // The requests are the inner call's alone; both count their attempts.
        let (_, nested, sent) = reported(answers, outer).await;
        assert_eq!(nested.requests as usize, sent, "{answers:?}: {nested:#?}");
        assert_eq!((nested.calls, nested.sdk_retries), (2, sdk_retries));
    }
}

#[tokio::test]
async fn an_outage_costs_max_attempts_requests_in_every_error_type() {
    let outage = [500; 100];
    let (_, typed, sent) = reported(&outage, typed).await;
    assert_eq!((sent, typed.requests), (6, 6), "{typed:#?}");
    let (_, erased, sent) = reported(&outage, erased).await;
    assert_eq!((sent, erased.requests), (6, 6), "{erased:#?}");
    let (_, own, sent) = reported(&outage, own).await;
    assert_eq!((sent, own.requests), (6, 6), "{own:#?}");
    let (_, nested, sent) = reported(&outage, outer).await;
    assert_eq!((sent, nested.requests), (6, 6), "{nested:#?}");
}

#[tokio::test]
async fn a_test_without_waits_skips_those_of_the_sdk() {
    let slow = RetryConfig::standard()
        .with_initial_backoff(Duration::from_secs(60))
        .with_max_backoff(Duration::from_secs(60));
    for retries in [slow, RetryConfig::standard()] {
        let steps =
            [Step::error(500, "InternalServiceError"), Step::error(503, "ServiceUnavailable")];
        let endpoint = Endpoint::start(steps, ok());
        let client = intercepted(&endpoint, retries);
        let began = Instant::now();
        let outcome = Harness::new().no_waits().scope(typed(&client)).await;
        outcome.unwrap_or_else(|error| panic!("{}", DisplayErrorContext(error)));
        assert!(began.elapsed() < Duration::from_millis(500), "{:?}", began.elapsed());
        assert_eq!(endpoint.requests().len(), 3);
    }
}

#[tokio::test]
async fn a_hook_gets_the_count_of_the_requests_of_each_attempt() {
    static SEEN: Mutex<Vec<(u32, u32, u32)>> = Mutex::new(Vec::new());
    fn count(event: &Event<'_>) {
        assert!(!event.sdk_retried);
        SEEN.lock().unwrap().push((event.attempt, event.requests, event.sdk_retries));
    }
    #[aws_retry(base_delay = "1ms", quota = false, on_attempt = count)]
    async fn hooked(client: &Client) -> Result<(), aws_sdk_secretsmanager::Error> {
        list(client).await
    }
    let (outcome, ..) = reported(&[500, 429, 503], hooked).await;
    assert!(outcome.is_ok());
    assert_eq!(*SEEN.lock().unwrap(), [(1, 2, 1), (2, 2, 1)]);
}

/// Outside a call the client is as configured. Here that configuration retries a throttle too.
async fn retries_by_itself(endpoint: &Endpoint, client: &Client) {
    list(client).await.unwrap_or_else(|error| panic!("{}", DisplayErrorContext(error)));
    assert_eq!(endpoint.requests().len(), 2);
}

#[tokio::test]
async fn a_task_that_outlives_its_call_or_is_polled_by_another_one_keeps_the_sdks_retries() {
    let throttled = || Endpoint::start([Step::error(400, "ThrottlingException")], ok());
    let policy = aws_retry::RetryPolicy::new();

    let endpoint = throttled();
    let client = intercepted(&endpoint, three());
    let (over, is_over) = tokio::sync::oneshot::channel::<()>();
    let late = async move {
        is_over.await.unwrap();
        retries_by_itself(&endpoint, &client).await;
    };
    let mut late = Some(late);
    let call = policy.run(|| {
        let late = late.take().unwrap();
        async { Ok::<_, std::io::Error>(tokio::spawn(aws_retry::in_call(late))) }
    });
    let late = call.await.unwrap();
    over.send(()).unwrap();
    late.await.unwrap();

    let endpoint = throttled();
    let client = intercepted(&endpoint, three());
    let set = tokio::task::LocalSet::new();
    let mut unrelated =
        Some(set.spawn_local(async move { retries_by_itself(&endpoint, &client).await }));
    let driven = policy.run(|| {
        let driven = set.run_until(unrelated.take().unwrap());
        async {
            driven.await.unwrap();
            Ok::<_, std::io::Error>(())
        }
    });
    driven.await.unwrap();
}
