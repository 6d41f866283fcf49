//! The record that the interceptor made of one failure never speaks for another, whatever runs concurrently.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::bail;
use aws_retry::aws_retry;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::SharedAsyncSleep;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use futures::StreamExt;
use futures::future::{Either, select};
use futures::stream::FuturesUnordered;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use crate::clients::intercepted;
use aws_retry_testkit::endpoint::{Endpoint, Step};

/// Only code that saw the response knows its status.
fn unavailable() -> Step {
    Step::html(503)
}

async fn list(client: &Client) -> anyhow::Result<()> {
    client.list_secrets().send().await?;
    Ok(())
}

/// An endpoint, and an intercepted client of it that does not retry.
fn service(script: impl IntoIterator<Item = Step>, otherwise: Step) -> (Endpoint, Client) {
    let endpoint = Endpoint::start(script, otherwise);
    let client = intercepted(&endpoint, RetryConfig::disabled());
    (endpoint, client)
}

#[tokio::test]
async fn a_record_does_not_speak_for_a_failure_outside_the_sdk() {
    #[aws_retry(base_delay = "1ms", quota = false)]
    async fn fails_otherwise(client: &Client, with: &str) -> anyhow::Result<()> {
        list(client).await.ok();
        match with {
            "text" => bail!("Unrelated: failure"),
            "io" => Err(std::io::Error::other("unrelated"))?,
            _ => Ok(Err(std::fmt::Error)?),
        }
    }

    for with in ["text", "io", "other"] {
        let (endpoint, client) = service([], unavailable());
        fails_otherwise(&client, with).await.expect_err("it always fails");
        assert_eq!(endpoint.arrived(), 1, "{with}");
    }
}

#[tokio::test]
async fn a_record_does_not_speak_for_another_failure_of_the_sdk() {
    #[aws_retry(base_delay = "1ms", quota = false)]
    async fn two_requests(client: &Client) -> anyhow::Result<()> {
        list(client).await.ok();
        list(client).await
    }

    // Retryable, then permanent: the second is returned, and no retry follows.
    let (endpoint, client) = service([unavailable()], Step::error(400, "Permanent"));
    two_requests(&client).await.expect_err("permanent");
    assert_eq!(endpoint.arrived(), 2);
    // Permanent, then retryable.
    let (endpoint, client) =
        service([Step::error(400, "Permanent"), unavailable()], Step::ok("{}"));
    two_requests(&client).await.expect("listed");
    assert_eq!(endpoint.arrived(), 4);
}

#[tokio::test]
async fn an_opaque_error_is_understood_only_where_the_record_is_trusted() {
    async fn lose(client: &Client) -> anyhow::Result<()> {
        if list(client).await.is_err() {
            bail!("the list failed");
        }
        Ok(())
    }
    #[aws_retry(base_delay = "1ms", quota = false)]
    async fn doubts(client: &Client) -> anyhow::Result<()> {
        lose(client).await
    }
    #[aws_retry(base_delay = "1ms", quota = false, trust_record = true)]
    async fn trusts(client: &Client) -> anyhow::Result<()> {
        lose(client).await
    }
    #[aws_retry(base_delay = "1ms", quota = false, trust_record = true)]
    async fn trusts_after_a_success(client: &Client) -> anyhow::Result<()> {
        list(client).await.ok();
        list(client).await.expect("the second request succeeds");
        bail!("something else failed");
    }

    for failure in [unavailable(), Step::throttled()] {
        let (endpoint, client) = service([failure.clone()], Step::ok("{}"));
        doubts(&client).await.expect_err("it has no record");
        assert_eq!(endpoint.arrived(), 1);
        endpoint.play([failure.clone()]);
        trusts(&client).await.expect("listed");
        assert_eq!(endpoint.arrived(), 2);
        endpoint.play([failure]);
        trusts_after_a_success(&client).await.expect_err("it always fails");
        assert_eq!(endpoint.arrived(), 2);
    }
    let (endpoint, client) = service([], Step::error(400, "Permanent"));
    trusts(&client).await.expect_err("permanent");
    assert_eq!(endpoint.arrived(), 1);
}

#[aws_retry(base_delay = "1ms", quota = false, max_retries = 2)]
async fn listed(client: &Client) -> anyhow::Result<()> {
    list(client).await
}

/// Two calls on one task, each polled in between the other's polls.
#[tokio::test]
async fn a_record_does_not_speak_for_another_call_of_the_same_task() {
    let (unavailable, retried) = service([], unavailable());
    let (denied, permanent) =
        service([], Step::error(400, "Denied").after(Duration::from_millis(2)));
    for _ in 0..10 {
        let (a, b) = tokio::join!(listed(&retried), listed(&permanent));
        assert!(a.is_err() && b.is_err());
    }
    assert_eq!((unavailable.arrived(), denied.arrived()), (30, 10));
}

/// Two requests of one attempt: the first failure to be recorded is the one that is returned.
#[tokio::test]
async fn each_of_two_failures_in_one_attempt_has_its_own_record() {
    #[aws_retry(base_delay = "1ms", quota = false, max_retries = 2)]
    async fn both(first: &Client, second: &Client) -> anyhow::Result<()> {
        let (first, second) = tokio::join!(list(first), list(second));
        second.ok();
        first
    }

    let late = Duration::from_millis(20);
    let (quick, retried) = service([], unavailable());
    let (slow, permanent) = service([], Step::error(400, "Denied").after(late));
    both(&retried, &permanent).await.expect_err("both fail");
    assert_eq!((quick.arrived(), slow.arrived()), (3, 3), "the unavailable one is returned");
    quick.play([]);
    slow.play([]);
    both(&permanent, &retried).await.expect_err("both fail");
    assert_eq!((quick.arrived(), slow.arrived()), (1, 1), "the denied one is returned");
}

#[tokio::test]
async fn a_spawned_task_has_records_only_inside_in_call() {
    #[aws_retry(base_delay = "1ms", quota = false, max_retries = 2)]
    async fn spawns(client: &Client, in_call: bool) -> anyhow::Result<()> {
        let client = client.clone();
        let list = async move { list(&client).await };
        match in_call {
            true => tokio::spawn(aws_retry::in_call(list)).await?,
            false => tokio::spawn(list).await?,
        }
    }

    let (endpoint, client) = service([], unavailable());
    spawns(&client, false).await.expect_err("unavailable");
    assert_eq!(endpoint.arrived(), 1);
    endpoint.play([]);
    spawns(&client, true).await.expect_err("unavailable");
    assert_eq!(endpoint.arrived(), 3);
}

/// A task that outlives its attempt fails while the next one is in progress.
#[tokio::test]
async fn a_record_of_an_attempt_that_is_over_is_forgotten() {
    #[aws_retry(base_delay = "1ms", quota = false, max_retries = 2, trust_record = true)]
    async fn leaves_a_task(client: &Client, left: &Mutex<Option<Left>>) -> anyhow::Result<()> {
        if aws_retry::attempt() == 1 {
            let (over, is_over) = oneshot::channel();
            let late = client.clone();
            let task = tokio::spawn(aws_retry::in_call(async move {
                is_over.await?;
                list(&late).await
            }));
            *left.lock().unwrap() = Some((over, task));
            return list(client).await;
        }
        let (over, task) = left.lock().unwrap().take().expect("the second attempt is the last");
        over.send(()).expect("the task waits");
        task.await?.expect_err("unavailable");
        bail!("something else failed");
    }

    type Left = (oneshot::Sender<()>, JoinHandle<anyhow::Result<()>>);
    let (endpoint, client) = service([], unavailable());
    leaves_a_task(&client, &Mutex::default()).await.expect_err("it always fails");
    assert_eq!(endpoint.arrived(), 2, "the late answer came, and was not used");
}

#[tokio::test]
async fn a_record_of_the_loser_of_a_select_is_ignored() {
    #[aws_retry(base_delay = "1ms", quota = false, max_retries = 2)]
    async fn first_of(loser: &Client, winner: &Client, backs_off: &Notify) -> anyhow::Result<()> {
        let winner = async {
            backs_off.notified().await;
            list(winner).await
        };
        match select(pin!(list(loser)), pin!(winner)).await {
            Either::Left((listed, _)) | Either::Right((listed, _)) => listed,
        }
    }

    const BACKOFF: Duration = Duration::from_secs(600);

    /// Its sleeps never end, neither those of time-outs nor that of the retry, of which it tells.
    #[derive(Debug)]
    struct Patient(Arc<Notify>);

    impl AsyncSleep for Patient {
        fn sleep(&self, duration: Duration) -> Sleep {
            if duration == BACKOFF {
                self.0.notify_one();
            }
            Sleep::new(std::future::pending())
        }
    }

    // The loser's SDK has recorded a 503 and is waiting to retry it when the other future ends the `select`.
    let endpoint = Endpoint::start([], unavailable());
    let backs_off = Arc::new(Notify::new());
    let retries = RetryConfig::standard()
        .with_initial_backoff(BACKOFF)
        .with_max_backoff(BACKOFF)
        .with_use_static_exponential_base(true);
    let config = intercepted(&endpoint, retries).config().to_builder();
    let patient = SharedAsyncSleep::new(Patient(Arc::clone(&backs_off)));
    let loser = Client::from_conf(config.sleep_impl(patient).build());
    let (denied, winner) = service([], Step::error(400, "Denied"));
    first_of(&loser, &winner, &backs_off).await.expect_err("denied");
    assert_eq!((endpoint.arrived(), denied.arrived()), (1, 1));
}

#[tokio::test]
async fn records_are_not_mixed_up_among_many_calls_at_once() {
    let calls = 50;
    let (unavailable, retried) = service([], unavailable());
    let (denied, permanent) = service([], Step::error(400, "Denied"));
    let mut all: FuturesUnordered<_> =
        (0..calls).map(|i| listed(if i % 2 == 0 { &retried } else { &permanent })).collect();
    while let Some(outcome) = all.next().await {
        assert!(outcome.is_err());
    }
    assert_eq!((unavailable.arrived(), denied.arrived()), (25 * 3, 25));
}
