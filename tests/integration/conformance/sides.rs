//! The sides: the SDK's own retries, and ours around the same client without any.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_retry::{Mode, RetryPolicy, aws_retry};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::{
    BehaviorVersion, Credentials, Region, StalledStreamProtectionConfig,
};
use aws_sdk_secretsmanager::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::list_secrets::{ListSecretsError, ListSecretsOutput};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime::client::retries::{ClientRateLimiter, RetryPartition};
use aws_smithy_types::retry::{RetryConfig, RetryMode, RetrySpec};
use tokio::time::Instant;

use super::wire::{Reply, Wire};

/// Retry Behavior 2.0 and 2.1, without jitter.
pub fn behavior_20() -> RetryConfig {
    RetryConfig::standard()
        .with_retry_spec(RetrySpec::v2_0())
        .with_use_static_exponential_base(true)
}

pub fn behavior_21() -> RetryConfig {
    behavior_20().with_retry_spec(RetrySpec::v2_1())
}

/// The course of one call: the wait before its first request, the waits before the following requests, the wait
/// between its last request and its end, and its error, if it failed (the error's code, if it has one).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    pub first: Duration,
    pub waits: Vec<Duration>,
    pub last: Duration,
    pub outcome: Result<(), String>,
}

impl Trace {
    pub fn requests(&self) -> usize {
        self.waits.len() + 1
    }

    /// Every wait of the call, in order.
    pub fn all_waits(&self) -> impl Iterator<Item = Duration> {
        [self.first].into_iter().chain(self.waits.iter().copied()).chain([self.last])
    }
}

/// The test's clock, which begins at second 0: a measured rate depends on the start of its half seconds.
#[derive(Clone, Copy, Debug)]
pub struct Paused {
    origin: std::time::Instant,
}

impl Paused {
    pub fn from_now() -> Self {
        Self { origin: Instant::now().into_std() }
    }
}

impl TimeSource for Paused {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Instant::now().into_std().saturating_duration_since(self.origin)
    }
}

/// A name that no other test has.
fn fresh_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("conformance {}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A partition of the SDK that no other test has.
pub fn fresh_partition() -> RetryPartition {
    RetryPartition::new(fresh_name())
}

/// A partition whose rate limiter starts without a measured rate at second 0, as the specification says. The
/// SDK's own limiters start at a rate of 0.5.
fn partition_from_zero() -> RetryPartition {
    let limiter = ClientRateLimiter::builder().build();
    RetryPartition::custom(fresh_name()).client_rate_limiter(limiter).build()
}

macro_rules! client {
    ($name:ident, $sdk:ident) => {
        /// A client of the scripted service with these retries.
        pub fn $name(
            wire: &Wire,
            retries: RetryConfig,
            partition: RetryPartition,
            time: Paused,
        ) -> $sdk::Client {
            let config = $sdk::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("us-east-1"))
                .credentials_provider(Credentials::new("AKIDTEST", "secret", None, None, "test"))
                .http_client(wire.client())
                .retry_config(retries)
                .retry_partition(partition)
                .sleep_impl(TokioSleep::new())
                .time_source(time)
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                .build();
            $sdk::Client::from_conf(config)
        }
    };
}

client!(secrets_manager, aws_sdk_secretsmanager);
client!(sqs, aws_sdk_sqs);

type Listed = Result<ListSecretsOutput, SdkError<ListSecretsError>>;

#[aws_retry(policy = policy, scope = scope)]
async fn by_policy(client: &Client, scope: &str, policy: &RetryPolicy) -> Listed {
    client.list_secrets().send().await
}

#[aws_retry(mode = "standard", jitter = false, scope = scope)]
async fn standard(client: &Client, scope: &str) -> Listed {
    client.list_secrets().send().await
}

#[aws_retry(mode = "standard-2.0", jitter = false, scope = scope)]
async fn standard_20(client: &Client, scope: &str) -> Listed {
    client.list_secrets().send().await
}

#[aws_retry(mode = "adaptive", jitter = false, scope = scope)]
async fn adaptive(client: &Client, scope: &str) -> Listed {
    client.list_secrets().send().await
}

/// Which side makes the calls.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a handful of them, in a test")]
pub enum Side {
    /// The SDK. With `client_per_call`, each call has a client of its own, so that the permit of a failed call is
    /// not given to the next one.
    Sdk { retries: RetryConfig, client_per_call: bool },
    /// The SDK, each call with a client of its own, and a rate limiter that starts without a measured rate.
    SdkFromZero(RetryConfig),
    /// Us: `#[aws_retry(policy = ..)]`.
    Policy(RetryPolicy),
    /// Us: `#[aws_retry(mode = "..")]`.
    Mode(Mode),
    /// Us: `RetryPolicy::run`.
    Closure(RetryPolicy),
}

impl Side {
    /// The SDK by this configuration, and us by the policy that it converts to.
    pub fn both(retries: &RetryConfig) -> [Self; 2] {
        [Self::sdk(retries), Self::Policy(RetryPolicy::from(retries))]
    }

    /// The SDK by this configuration.
    pub fn sdk(retries: &RetryConfig) -> Self {
        Self::Sdk { retries: retries.clone(), client_per_call: true }
    }

    /// Each of our forms, by the policy that this configuration converts to.
    pub fn ours(retries: &RetryConfig) -> [Self; 3] {
        let policy = RetryPolicy::from(retries);
        let old = retries.retry_spec().is_some_and(|spec| !spec.is_at_least(RetrySpec::V2_1));
        let mode = match retries.mode() {
            RetryMode::Adaptive => Mode::Adaptive,
            _ if old => Mode::Standard20,
            _ => Mode::Standard,
        };
        [Self::Policy(policy.clone()), Self::Mode(mode), Self::Closure(policy)]
    }

    /// Plays the scripts, one per call with a pause before it, to new retry tokens and a new rate.
    pub fn play(&self, scripts: &[(Duration, Vec<Reply>)]) -> Vec<Trace> {
        paused(self.played(scripts))
    }

    /// [`Side::play`] on the clock of the test.
    pub async fn played(&self, scripts: &[(Duration, Vec<Reply>)]) -> Vec<Trace> {
        let time = Paused::from_now();
        aws_retry::time::with(TokioSleep::new(), time, self.played_by(time, scripts)).await
    }

    async fn played_by(&self, time: Paused, scripts: &[(Duration, Vec<Reply>)]) -> Vec<Trace> {
        let wire = Wire::default();
        let partition = match self {
            Self::SdkFromZero(_) => partition_from_zero(),
            _ => fresh_partition(),
        };
        let scope = fresh_name();
        let mut clients = Vec::new();
        let mut traces = Vec::new();
        for (pause, script) in scripts {
            tokio::time::sleep(*pause).await;
            wire.play(script.iter().copied());
            let retries = match self {
                Self::Sdk { retries, .. } | Self::SdkFromZero(retries) => retries.clone(),
                _ => RetryConfig::disabled(),
            };
            let one_each =
                matches!(self, Self::Sdk { client_per_call: true, .. } | Self::SdkFromZero(_));
            if clients.is_empty() || one_each {
                clients.push(secrets_manager(&wire, retries, partition.clone(), time));
            }
            let client = clients.last().expect("at least one");
            let begun = Instant::now();
            let outcome = match self {
                Self::Sdk { .. } | Self::SdkFromZero(_) => client.list_secrets().send().await,
                Self::Policy(policy) => by_policy(client, &scope, policy).await,
                Self::Mode(Mode::Standard) => standard(client, &scope).await,
                Self::Mode(Mode::Standard20) => standard_20(client, &scope).await,
                Self::Mode(Mode::Adaptive) => adaptive(client, &scope).await,
                Self::Mode(mode) => unreachable!("the SDK has no mode {mode:?}"),
                Self::Closure(policy) => {
                    policy.run_in(&scope, || client.list_secrets().send()).await
                }
            };
            traces.push(trace(&wire, begun, outcome));
        }
        traces
    }
}

/// The requests on the wire since the last check.
pub fn trace<T, E>(wire: &Wire, begun: Instant, outcome: Result<T, SdkError<E>>) -> Trace
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let came = wire.take();
    let waits = came.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let outcome = outcome.map(drop).map_err(|error| match error.code() {
        Some(code) => code.to_owned(),
        None => DisplayErrorContext(&error).to_string(),
    });
    let first = *came.first().expect("a request") - begun;
    Trace { first, waits, last: came.last().expect("a request").elapsed(), outcome }
}

/// Runs on a paused clock of its own.
pub fn paused<T>(test: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().expect("a runtime");
    runtime.block_on(test)
}
