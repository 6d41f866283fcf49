//! Ten thousand concurrent calls of a real SDK client, with random faults, cancelled at random: at the end every
//! retry token, and every place in every queue, is accounted for.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use aws_retry::sdk::Interceptor;
use aws_retry::{Event, Kind, aws_retry, scope};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::config::{
    BehaviorVersion, Config, Credentials, Region, StalledStreamProtectionConfig,
};
use aws_sdk_secretsmanager::error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use tokio::time::Instant;

const CALLS: u32 = 10_000;
const SCOPES: u32 = 100;

/// A network in memory. The outcome of a request is random, and arrives after a random time.
#[derive(Clone)]
struct Network {
    lots: Arc<Mutex<Lots>>,
    service: Service,
}

struct Lots {
    random: SmallRng,
    /// The current tenth of a second, and the requests that came in it.
    window: (u128, u32),
}

#[derive(Clone, Copy, PartialEq)]
enum Service {
    /// Fails the first request of each call, so that no call succeeds at once.
    FailsFirst,
    /// Throttles requests beyond 1000 per second.
    HasQuota,
}

impl Lots {
    fn exceeded(&mut self) -> bool {
        static ORIGIN: OnceLock<Instant> = OnceLock::new();
        let now = ORIGIN.get_or_init(Instant::now).elapsed().as_millis() / 100;
        let count = if self.window.0 == now { self.window.1 + 1 } else { 1 };
        self.window = (now, count);
        count > 100
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network")
    }
}

impl Network {
    fn answer(&self, first: bool) -> (Duration, Result<HttpResponse, ConnectorError>) {
        let mut lots = self.lots.lock().expect("no panic before");
        let latency = Duration::from_micros(lots.random.random_range(100..50_000));
        let answer = |status: u16, body: &'static str| {
            let response = http::Response::builder().status(status).body(SdkBody::from(body));
            Ok(response.expect("a response").try_into().expect("a response"))
        };
        let throttled = r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#;
        let drawn = match self.service {
            Service::FailsFirst => lots.random.random_range(if first { 7 } else { 0 }..14),
            Service::HasQuota if lots.exceeded() => 7,
            Service::HasQuota if lots.random.random_range(0..10) == 0 => 10,
            Service::HasQuota => 0,
        };
        let outcome = match drawn {
            0..=6 => answer(200, "{}"),
            7..=9 => answer(400, throttled),
            10 | 11 => answer(500, r#"{"__type":"InternalServiceError"}"#),
            12 => answer(503, "<html>"),
            _ => Err(ConnectorError::io("lost".into())),
        };
        (latency, outcome)
    }
}

impl HttpConnector for Network {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let (latency, outcome) = self.answer(aws_retry::attempt() == 1);
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(latency).await;
            outcome
        })
    }
}

impl HttpClient for Network {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

fn client(seed: u64, service: Service) -> Client {
    let lots = Lots { random: SmallRng::seed_from_u64(seed), window: (0, 0) };
    let lots = Arc::new(Mutex::new(lots));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDTEST", "secret", None, None, "test"))
        .http_client(Network { lots, service })
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .interceptor(Interceptor::new())
        .build();
    Client::from_conf(config)
}

/// The tokens of one call.
#[derive(Debug, Default)]
struct Account {
    begun: AtomicU32,
    retries: AtomicU32,
    taken: AtomicU32,
    last: AtomicU32,
    succeeded: AtomicU32,
    cancelled: AtomicU32,
}

impl Account {
    /// Retry Behavior 2.1: a throttle costs 5, every other failure 14.
    fn retry(&self, event: &Event<'_>) {
        let cost = if event.kind == Some(Kind::Throttled) { 5 } else { 14 };
        self.retries.fetch_add(1, Ordering::Relaxed);
        self.taken.fetch_add(cost, Ordering::Relaxed);
        self.last.store(cost, Ordering::Relaxed);
    }

    /// The tokens that the scope must lack because of this call. The last retry's cost is given back if the retry
    /// succeeded, was never sent, or was cancelled.
    fn owes(&self) -> u32 {
        let load = |it: &AtomicU32| it.load(Ordering::Relaxed);
        let unsent = load(&self.retries) > 0 && load(&self.begun) <= load(&self.retries);
        let back = unsent || load(&self.succeeded) > 0 || load(&self.cancelled) > 0;
        load(&self.taken) - if back { load(&self.last) } else { 0 }
    }
}

#[aws_retry(
    mode = "standard",
    max_attempts = 4,
    scope = ("accounts", scope),
    on_retry = |event| account.retry(event)
)]
async fn counted(client: &Client, scope: u32, account: &Account) -> Result<(), BoxError> {
    account.begun.fetch_add(1, Ordering::Relaxed);
    // Sometimes in a task of its own, whose records belong to the call.
    if scope.is_multiple_of(2) {
        let client = client.clone();
        let list = async move { client.list_secrets().send().await };
        tokio::spawn(aws_retry::in_call(list)).await??;
    } else {
        client.list_secrets().send().await?;
    }
    account.succeeded.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn no_retry_token_is_lost_by_calls_that_are_cancelled() {
    let client = client(1, Service::FailsFirst);
    let mut lots = SmallRng::seed_from_u64(2);
    let accounts: Vec<_> = (0..CALLS).map(|_| Arc::<Account>::default()).collect();
    let mut calls = tokio::task::JoinSet::new();
    for (i, account) in (0..CALLS).zip(&accounts) {
        let (client, account) = (client.clone(), Arc::clone(account));
        let patience = Duration::from_micros(lots.random_range(0..400_000));
        calls.spawn(async move {
            let outcome =
                tokio::time::timeout(patience, counted(&client, i % SCOPES, &account)).await;
            account.cancelled.fetch_add(u32::from(outcome.is_err()), Ordering::Relaxed);
            outcome
        });
    }
    let (mut ended, mut cancelled) = (0, 0);
    while let Some(outcome) = calls.join_next().await {
        match outcome.expect("no panic") {
            Ok(_) => ended += 1,
            Err(_) => cancelled += 1,
        }
    }
    assert!(ended > 1000 && cancelled > 1000, "{ended} ended, {cancelled} were cancelled");
    for scope in 0..SCOPES {
        let owed: u32 = accounts.iter().skip(scope as usize).step_by(100).map(|it| it.owes()).sum();
        let left = scope::state(&("accounts", scope)).map_or(500, |it| it.retry_tokens);
        assert_eq!(500 - left, owed, "scope {scope}");
    }
    let saved = accounts.iter().filter(|it| it.succeeded.load(Ordering::Relaxed) > 0).count();
    assert!(saved > 100, "{saved} calls were saved by a retry");
}

#[aws_retry(mode = "paced", base_delay = "10ms", scope = "accounts, paced", max_rate = 5000.0)]
async fn paced(client: &Client) -> Result<(), BoxError> {
    client.list_secrets().send().await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn no_place_in_the_queue_is_lost_by_calls_that_are_cancelled() {
    let client = client(3, Service::HasQuota);
    let mut lots = SmallRng::seed_from_u64(4);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..CALLS {
        let client = client.clone();
        let patience = Duration::from_micros(lots.random_range(0..20_000_000));
        calls.spawn(async move { tokio::time::timeout(patience, paced(&client)).await.is_ok() });
    }
    let queue = || scope::state("accounts, paced").and_then(|it| it.paced).expect("a queue");
    let (mut ended, mut most) = (0, 0);
    while let Some(in_time) = calls.join_next().await {
        ended += u32::from(in_time.expect("no panic"));
        most = most.max(queue().waiting);
    }
    assert!(ended > 1000 && ended < CALLS - 1000, "{ended} of them ended");
    assert!(most > 1000, "at most {most} waited at once");
    assert_eq!(queue().waiting, 0);
    // Nobody holds the turn: the next call gets it.
    let next = tokio::time::timeout(Duration::from_secs(60), paced(&client)).await;
    assert!(next.is_ok(), "the queue stands still");
}
