//! Twenty accounts in one process, one of them throttled hard: with a scope per account the other nineteen
//! finish as fast as without it. This is compared with the SDK's adaptive mode, by default (all accounts of a
//! region share one send rate) and with a retry partition per account.
//!
//! Real clients on a paused clock; the network is a token bucket per account.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_retry::aws_retry;
use aws_retry_testkit::bucket::{Quota, TokenBucket};
use aws_sdk_secretsmanager::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_secretsmanager::config::{
    BehaviorVersion, Config, Credentials, Region, SharedAsyncSleep,
};
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::list_secrets::ListSecretsError;
use aws_sdk_secretsmanager::{Client, config::SharedHttpClient};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use tokio::time::Instant;

const ACCOUNTS: usize = 20;
const CALLS: usize = 80;
const WORKERS: usize = 4;
const LATENCY: Duration = Duration::from_millis(20);
/// The account that is throttled hard, and its quota in calls per second.
const HOT: usize = 0;
const HOT_RATE: f64 = 5.0;

type Listed = Result<(), SdkError<ListSecretsError>>;

/// A token bucket for the hot account; the others have quota to spare.
#[derive(Clone, Debug)]
struct Network {
    bucket: Arc<Mutex<TokenBucket>>,
    began: Instant,
}

impl Network {
    fn new() -> Self {
        let quota = Quota { burst: HOT_RATE, rate: HOT_RATE };
        let bucket = Arc::new(Mutex::new(TokenBucket::full(quota)));
        Self { bucket, began: Instant::now() }
    }

    fn admits(&self, request: &HttpRequest) -> bool {
        let signature = request.headers().get("authorization").unwrap_or_default();
        if !signature.contains("Credential=account-0/") {
            return true;
        }
        self.bucket.lock().unwrap().take(self.began.elapsed().as_secs_f64())
    }
}

impl HttpConnector for Network {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (status, body) = match self.admits(&request) {
            true => (200, r#"{"SecretList":[]}"#),
            false => (400, r#"{"__type":"ThrottlingException"}"#),
        };
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(LATENCY).await;
            Ok(HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body)))
        })
    }
}

/// The wall clock that goes with tokio's paused one.
#[derive(Debug)]
struct PausedTime(Instant);

impl TimeSource for PausedTime {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000) + self.0.elapsed()
    }
}

fn client(
    network: &Network,
    account: usize,
    retries: RetryConfig,
) -> aws_sdk_secretsmanager::config::Builder {
    let connector = SharedHttpConnector::new(network.clone());
    let http = SharedHttpClient::new(http_client_fn(move |_, _| connector.clone()));
    let id = format!("account-{account}");
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new(id, "secret", None, None, "test"))
        .http_client(http)
        .time_source(PausedTime(Instant::now()))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(retries)
}

async fn send(client: &Client) -> Listed {
    client.list_secrets().send().await.map(drop)
}

#[aws_retry(mode = "adaptive", max_attempts = 10, scope = ("secretsmanager", account))]
async fn with_a_scope_per_account(client: &Client, account: usize) -> Listed {
    send(client).await
}

#[aws_retry(mode = "paced", scope = ("secretsmanager, paced", account))]
async fn paced(client: &Client, account: usize) -> Listed {
    send(client).await
}

/// The time that each account's calls took.
async fn scan<F>(
    accounts: impl IntoIterator<Item = usize>,
    client: impl Fn(usize) -> Client,
    call: impl Fn(Client, usize) -> F + Clone + Send + Sync + 'static,
) -> HashMap<usize, f64>
where
    F: Future<Output = Listed> + Send,
{
    let mut scans = tokio::task::JoinSet::new();
    for account in accounts {
        let (client, call) = (client(account), call.clone());
        scans.spawn(async move {
            let begun = Instant::now();
            let worker = async || {
                for _ in 0..CALLS / WORKERS {
                    let _ = call(client.clone(), account).await;
                }
            };
            futures::future::join_all((0..WORKERS).map(|_| worker())).await;
            (account, begun.elapsed().as_secs_f64())
        });
    }
    scans.join_all().await.into_iter().collect()
}

fn slowest_of_the_others(seconds: &HashMap<usize, f64>) -> f64 {
    let others = seconds.iter().filter(|(account, _)| **account != HOT);
    others.map(|(_, seconds)| *seconds).fold(0.0, f64::max)
}

#[tokio::test(start_paused = true)]
async fn a_hot_account_slows_no_other_account() {
    let network = Network::new();
    let ours =
        |account| Client::from_conf(client(&network, account, RetryConfig::disabled()).build());
    let theirs = RetryConfig::adaptive().with_max_attempts(10);
    let shared = |account| Client::from_conf(client(&network, account, theirs.clone()).build());
    let partitioned = |account: usize| {
        let partition = RetryPartition::custom(format!("account-{account}")).build();
        let config = client(&network, account, theirs.clone()).retry_partition(partition);
        Client::from_conf(config.build())
    };
    let scoped =
        |client: Client, account| async move { with_a_scope_per_account(&client, account).await };
    let pace = |client: Client, account| async move { paced(&client, account).await };
    let bare = |client: Client, _| async move { send(&client).await };

    let alone = scan([1], ours, scoped).await[&1];
    let ours_all = slowest_of_the_others(&scan(0..ACCOUNTS, ours, scoped).await);
    let paced_all = slowest_of_the_others(&scan(0..ACCOUNTS, ours, pace).await);
    let partitioned = slowest_of_the_others(&scan(0..ACCOUNTS, partitioned, bare).await);
    let shared = slowest_of_the_others(&scan(0..ACCOUNTS, shared, bare).await);
    println!(
        "the slowest of the other nineteen: alone {alone:.2} s, a scope per account {ours_all:.2} s, paced \
         {paced_all:.2} s, SDK partitioned {partitioned:.2} s, SDK by default {shared:.2} s"
    );
    // The clock is paused: these are the strategies' own waits, not the machine's speed.
    assert!(ours_all <= alone * 1.01, "{ours_all} against {alone} alone");
    assert!(paced_all <= alone * 1.01, "{paced_all} against {alone} alone");
    assert!(partitioned <= alone * 1.01, "a partition per account does the same for the SDK");
    assert!(shared > alone * 2.0, "one rate for all: {shared} against {alone} alone");
}
