//! A call after its deadline, and the other bounds, in each form that a user can write: with real clients
//! that have warm connections.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aws_retry::testing::Harness;
use aws_retry::{
    AsFailure, Failure, Reason, RetryClient, RetryPolicy, Stopped, aws_retry, paginate, report,
    scope, with_deadline,
};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use futures::FutureExt;
use tokio::time::Instant;

use crate::clients::{intercepted, plain};
use aws_retry_testkit::endpoint::{Endpoint, Step};

/// An error that no `Stopped` can become.
#[derive(Debug, AsFailure)]
#[expect(dead_code, reason = "the derive reads it")]
enum Opaque {
    Sdk(Box<aws_sdk_secretsmanager::Error>),
}

impl From<aws_sdk_secretsmanager::Error> for Opaque {
    fn from(error: aws_sdk_secretsmanager::Error) -> Self {
        Self::Sdk(Box::new(error))
    }
}

fn ok() -> Step {
    Step::ok(r#"{"SecretList":[]}"#)
}

async fn send(client: &Client) -> Result<(), aws_sdk_secretsmanager::Error> {
    client.list_secrets().send().await?;
    Ok(())
}

#[aws_retry]
async fn typed(client: &Client) -> Result<(), aws_sdk_secretsmanager::Error> {
    send(client).await
}

#[aws_retry]
async fn erased(client: &Client) -> anyhow::Result<()> {
    Ok(send(client).await?)
}

#[aws_retry]
async fn opaque(client: &Client) -> Result<(), Opaque> {
    Ok(send(client).await?)
}

#[aws_retry(policy = &PACED)]
async fn paced(client: &Client) -> Result<(), Opaque> {
    Ok(send(client).await?)
}

const PACED: RetryPolicy = RetryPolicy::paced();

async fn by_closure(client: &Client) -> Result<(), Opaque> {
    RetryPolicy::new().run(|| async { Ok(send(client).await?) }).await
}

async fn by_client(client: &Client) -> anyhow::Result<()> {
    let client = RetryClient::new(client.clone(), RetryPolicy::new());
    client.call(|client| client.list_secrets().send()).await?;
    Ok(())
}

async fn by_page(client: &Client) -> anyhow::Result<()> {
    let page = async |client: &Client, _: Option<String>| client.list_secrets().send().await;
    paginate(client, page, |_| None).collect().await?;
    Ok(())
}

/// Calls a form by its name. Gives whether the call failed.
macro_rules! forms {
    ($client:expr; $($form:ident)+) => {
        [$((stringify!($form), report($form($client)).map(|(out, report)| (out.is_err(), report)).boxed_local()),)+]
    };
}

#[tokio::test]
async fn a_call_after_its_deadline_sends_no_request_with_the_interceptor() {
    let endpoint = Endpoint::start([], ok());
    let client = intercepted(&endpoint, RetryConfig::standard());
    send(&client).await.expect("the connection is warm");
    let past = Instant::now().into_std();
    let all = async {
        for (form, call) in forms!(&client; typed erased opaque paced by_closure by_client by_page)
        {
            let (failed, report) = call.await;
            assert!(failed, "{form}");
            let reasons: Vec<_> = report.failures.iter().map(|it| it.reason).collect();
            assert_eq!(reasons, [Some(Reason::Deadline)], "{form}");
        }
    };
    with_deadline(past, all).await;
    assert_eq!(endpoint.arrived(), 1, "the one before the deadline");
}

#[tokio::test]
async fn without_the_interceptor_a_late_call_costs_one_request_only_if_its_error_cannot_hold_stopped()
 {
    let endpoint = Endpoint::start([], Step::throttled());
    let client = plain(&endpoint, RetryConfig::disabled());
    let past = Instant::now().into_std();
    for (form, sent) in [("typed", 0), ("erased", 0), ("opaque", 1), ("by_closure", 1)] {
        let before = endpoint.arrived();
        let call = async {
            match form {
                "typed" => typed(&client).await.is_err(),
                "erased" => erased(&client).await.is_err(),
                "opaque" => opaque(&client).await.is_err(),
                _ => by_closure(&client).await.is_err(),
            }
        };
        assert!(with_deadline(past, call).await, "{form}");
        assert_eq!(endpoint.arrived() - before, sent, "{form}");
    }
}

#[tokio::test(start_paused = true)]
async fn max_attempts_bounds_a_paced_fn_however_its_retries_are_written() {
    let retries = || 9;
    #[aws_retry(mode = "paced", max_attempts = 3, max_retries = retries(), scope = "bounded")]
    async fn by_expression(retries: impl Fn() -> u32, sent: &Cell<u32>) -> Result<(), Busy> {
        sent.set(sent.get() + 1);
        Err(Busy)
    }

    struct Inventory;
    #[aws_retry(mode = "paced", max_attempts = 3)]
    impl Inventory {
        #[aws_retry(max_retries = 9, scope = "bounded in a block")]
        async fn page(&self, sent: &Cell<u32>) -> Result<(), Busy> {
            sent.set(sent.get() + 1);
            Err(Busy)
        }
    }

    let sent = Cell::new(0);
    by_expression(retries, &sent).await.unwrap_err();
    assert_eq!(sent.take(), 3);
    Inventory.page(&sent).await.unwrap_err();
    assert_eq!(sent.take(), 3);
}

#[derive(Debug)]
struct Busy;

impl AsFailure for Busy {
    fn as_failure(&self) -> Failure<'_> {
        Failure::throttled().with_code("ThrottlingException")
    }
}

impl From<Stopped> for Busy {
    fn from(_: Stopped) -> Self {
        Self
    }
}

#[test]
fn a_paced_sync_fn_takes_turns_and_stops_at_its_deadline() {
    const PACED: RetryPolicy = RetryPolicy::paced().max_rate(10.0);
    #[aws_retry(policy = &PACED, scope = "sync")]
    fn page(fails: bool) -> Result<(), Busy> {
        if fails { Err(Busy) } else { Ok(()) }
    }

    let harness = Harness::new().no_waits();
    let _inside = harness.enter();
    let calls = async { (0..50).filter(|_| page(false).is_ok()).count() };
    let (sent, all) = futures::executor::block_on(report(calls));
    assert_eq!(sent, 50);
    assert!(all.total_queued > Duration::from_millis(4800), "{:?}", all.total_queued);
    let state = || scope::state("sync").and_then(|it| it.paced).expect("a paced scope");
    assert_eq!(state().throttles, 0);
    let past = std::time::Instant::now();
    let late = with_deadline(past, async { page(true).is_err() });
    let (failed, late) = futures::executor::block_on(report(late));
    assert!(failed && late.attempts == 0, "{late:?}");
    page(true).unwrap_err();
    assert!(state().throttles > 0, "its throttles teach the rate");
}

/// 36 calls whose hook panics: 35 retries would empty the scope's tokens.
#[tokio::test]
async fn a_hook_that_panics_costs_no_retry_tokens() {
    #[aws_retry(scope = "hooks", on_retry = |_| panic!("a hook"))]
    async fn by_retry() -> std::io::Result<()> {
        Err(std::io::ErrorKind::ConnectionReset.into())
    }
    #[aws_retry(scope = "hooks", on_attempt = |_| panic!("a hook"))]
    async fn by_attempt() -> std::io::Result<()> {
        Err(std::io::ErrorKind::ConnectionReset.into())
    }

    let calls = async {
        for _ in 0..36 {
            assert!(AssertUnwindSafe(by_retry()).catch_unwind().await.is_err());
            assert!(AssertUnwindSafe(by_attempt()).catch_unwind().await.is_err());
        }
        scope::state("hooks").map(|it| it.retry_tokens)
    };
    assert_eq!(Harness::new().no_waits().scope(calls).await, Some(500));
}
