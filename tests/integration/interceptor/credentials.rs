//! Credentials are loaded inside the operation, as often and with as much time as without the attribute. A failure
//! to load them is final.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, Result as Loaded, future};
use aws_retry::sdk::Interceptor;
use aws_retry::{Reason, aws_retry};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::config::{Builder, Credentials, IdentityCache};
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::list_secrets::ListSecretsError;
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep, TokioSleep};

use crate::clients::{plain, three};
use aws_retry_testkit::endpoint::{Endpoint, Step};

#[aws_retry(base_delay = "1ms", quota = false)]
async fn list(client: &Client) -> Result<(), SdkError<ListSecretsError>> {
    client.list_secrets().send().await.map(drop)
}

#[aws_retry(base_delay = "1ms", quota = false)]
async fn list_erased(client: &Client) -> anyhow::Result<()> {
    Ok(client.list_secrets().send().await.map(drop)?)
}

/// A provider that loads credentials by `load`, and counts the loads.
#[derive(Clone, Debug)]
struct Provider {
    load: fn() -> Loaded,
    loads: Arc<AtomicUsize>,
}

impl Provider {
    fn new(load: fn() -> Loaded) -> Self {
        Self { load, loads: Arc::default() }
    }

    fn loads(&self) -> usize {
        self.loads.load(Ordering::Relaxed)
    }
}

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        self.loads.fetch_add(1, Ordering::Relaxed);
        future::ProvideCredentials::new(async { (self.load)() })
    }
}

fn valid_until(expiry: Option<SystemTime>) -> Loaded {
    Ok(Credentials::new("AKIDTEST", "secret", None, expiry, "test"))
}

fn config(endpoint: &Endpoint, retries: RetryConfig, provider: &Provider) -> Builder {
    plain(endpoint, retries).config().to_builder().credentials_provider(provider.clone())
}

/// A sleep that records the requested times.
#[derive(Clone, Debug, Default)]
struct Noting(Arc<Mutex<Vec<Duration>>>);

impl Noting {
    /// The time-outs of the loads: nothing else in these tests may take that long.
    fn for_loads(&self) -> Vec<Duration> {
        let noted = self.0.lock().expect("no panic before");
        noted.iter().copied().filter(|it| *it > Duration::from_secs(5)).collect()
    }
}

impl AsyncSleep for Noting {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.lock().expect("no panic before").push(duration);
        TokioSleep::new().sleep(duration)
    }
}

/// The SDK computes the time for a load from the retries of the operation. An interceptor that turns these off
/// before the operation begins shortens that time too.
#[tokio::test]
async fn loading_credentials_has_at_least_as_much_time_as_without_the_attribute() {
    let script = || [Step::throttled(), Step::error(500, "InternalServiceError")];
    let endpoint = Endpoint::start([], Step::ok("{}"));
    // They have expired when they arrive: each request loads them again.
    let provider = Provider::new(|| valid_until(Some(SystemTime::UNIX_EPOCH)));
    let client = |retries: RetryConfig| {
        endpoint.play(script());
        let sleep = Noting::default();
        (config(&endpoint, retries, &provider).sleep_impl(sleep.clone()), sleep)
    };

    let (config, without) = client(three());
    let plain = Client::from_conf(config.build());
    plain.list_secrets().send().await.expect("the SDK retries both");
    assert_eq!((endpoint.arrived(), without.for_loads().len()), (3, 3));

    let (config, with) = client(three());
    let intercepted = Client::from_conf(config.interceptor(Interceptor::new()).build());
    list(&intercepted).await.expect("we retry one, the SDK the other");
    assert_eq!(endpoint.arrived(), 3);
    let (with, without) = (with.for_loads(), without.for_loads());
    assert_eq!(with[..2], without[..2]);
    assert!(
        with[2] > without[2],
        "the SDK has the call's six attempts now, not the client's three"
    );

    // The interceptor makes this unnecessary: a client whose retries are off gives its loads less time.
    let (config, off) = client(RetryConfig::disabled());
    list(&Client::from_conf(config.build())).await.expect("we retry both");
    assert!(off.for_loads()[0] < without[0], "{off:?}");
}

#[tokio::test]
async fn a_retry_does_not_load_credentials_that_are_still_valid() {
    let endpoint = Endpoint::start(vec![Step::throttled(); 3], Step::ok("{}"));
    let provider = Provider::new(|| valid_until(None));
    let config = config(&endpoint, three(), &provider).interceptor(Interceptor::new());
    list(&Client::from_conf(config.build())).await.expect("listed");
    assert_eq!((endpoint.arrived(), provider.loads()), (4, 1));
}

fn unreachable() -> Loaded {
    let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
    Err(CredentialsError::provider_error(refused))
}

fn throttled() -> Loaded {
    Err(CredentialsError::provider_error("ThrottlingException: Rate exceeded"))
}

fn slow() -> Loaded {
    Err(CredentialsError::provider_timed_out(Duration::from_secs(1)))
}

fn missing() -> Loaded {
    Err(CredentialsError::not_loaded("there are none"))
}

fn invalid() -> Loaded {
    Err(CredentialsError::invalid_configuration("no such profile"))
}

/// A load had its own retries, whatever it failed on: no request is sent, and no further load begins.
#[tokio::test]
async fn credentials_that_fail_to_load_are_final() {
    for load in [unreachable, throttled, slow, missing, invalid] {
        let endpoint = Endpoint::start([], Step::ok("{}"));
        for intercepted in [false, true] {
            for erased in [false, true] {
                let provider = Provider::new(load);
                let mut config = config(&endpoint, three(), &provider);
                if intercepted {
                    config = config.interceptor(Interceptor::new());
                }
                let client = Client::from_conf(config.build());
                let report = match erased {
                    false => aws_retry::report(list(&client)).await.1,
                    true => aws_retry::report(list_erased(&client)).await.1,
                };
                let why = report.give_ups().next().and_then(|it| it.reason);
                let case = (load(), intercepted, erased);
                assert_eq!(why, Some(Reason::Credentials), "{case:?}");
                assert_eq!((provider.loads(), endpoint.arrived()), (1, 0), "{case:?}");
            }
        }
    }
}

/// The SDK ends a load that hangs, after the cache's time-out. That failure is final too.
#[tokio::test]
async fn credentials_that_load_for_ever_are_cut_by_the_sdk_alone() {
    #[derive(Debug)]
    struct Hangs;

    impl ProvideCredentials for Hangs {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::new(std::future::pending())
        }
    }

    let endpoint = Endpoint::start([], Step::ok("{}"));
    let cache = IdentityCache::lazy().load_timeout(Duration::from_millis(20)).build();
    let config = plain(&endpoint, three()).config().to_builder();
    let config = config.credentials_provider(Hangs).identity_cache(cache);
    let client = Client::from_conf(config.interceptor(Interceptor::new()).build());
    let (_, report) = aws_retry::report(list(&client)).await;
    assert_eq!((report.attempts, endpoint.arrived()), (1, 0));
    assert_eq!(report.failures[0].reason, Some(Reason::Credentials));
}
