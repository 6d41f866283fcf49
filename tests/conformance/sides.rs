//! The two sides: the SDK's own retries, and ours around the same client without any.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_retry::RetryPolicy;
use aws_sdk_secretsmanager::config::{
    BehaviorVersion, Credentials, Region, StalledStreamProtectionConfig,
};
use aws_sdk_secretsmanager::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_types::retry::{RetryConfig, RetrySpec};
use tokio::time::Instant;

use crate::wire::{Reply, Wire};

/// Retry Behavior 2.0 and 2.1, without jitter.
pub fn behavior_20() -> RetryConfig {
    RetryConfig::standard()
        .with_retry_spec(RetrySpec::v2_0())
        .with_use_static_exponential_base(true)
}

pub fn behavior_21() -> RetryConfig {
    behavior_20().with_retry_spec(RetrySpec::v2_1())
}

/// What one call did: the wait before its first request, the waits before its second, third .. request, the wait between its last request
/// and its end, and the error (its code, if it has one) where it failed.
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

/// The clock of the SDK's rate limiter: the test's own, from the same origin as ours, since the measured
/// rate depends on where half a second begins.
#[derive(Debug)]
struct Paused;

impl TimeSource for Paused {
    fn now(&self) -> SystemTime {
        let origin = aws_retry::__rate::origin();
        UNIX_EPOCH + Instant::now().into_std().saturating_duration_since(origin)
    }
}

/// A partition of the SDK that no other test has.
pub fn fresh_partition() -> RetryPartition {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    RetryPartition::new(format!("conformance {}", NEXT.fetch_add(1, Ordering::Relaxed)))
}

macro_rules! client {
    ($name:ident, $sdk:ident) => {
        /// A client of the scripted service with these retries.
        pub fn $name(wire: &Wire, retries: RetryConfig, partition: RetryPartition) -> $sdk::Client {
            let config = $sdk::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("us-east-1"))
                .credentials_provider(Credentials::new("AKIDTEST", "secret", None, None, "test"))
                .http_client(wire.client())
                .retry_config(retries)
                .retry_partition(partition)
                .sleep_impl(TokioSleep::new())
                .time_source(Paused)
                .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                .build();
            $sdk::Client::from_conf(config)
        }
    };
}

client!(secrets_manager, aws_sdk_secretsmanager);
client!(sqs, aws_sdk_sqs);

/// Which side makes the calls.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a handful of them, in a test")]
pub enum Side {
    /// The SDK; each call with a client of its own where that is wanted, lest the permit that a failed
    /// call leaves in its client fall to the next one.
    Sdk { retries: RetryConfig, client_per_call: bool },
    /// Us.
    Policy(RetryPolicy),
}

impl Side {
    /// The SDK by this configuration, and us by the policy that it converts to.
    pub fn both(retries: &RetryConfig) -> [Self; 2] {
        let sdk = Self::Sdk { retries: retries.clone(), client_per_call: true };
        [sdk, Self::Policy(RetryPolicy::from(retries))]
    }

    /// Plays the scripts, one a call with a pause before it, to a quota and a rate that are new.
    pub fn play(&self, scripts: &[(Duration, Vec<Reply>)]) -> Vec<Trace> {
        paused(self.played(scripts))
    }

    /// [`Side::play`] on the clock of the test.
    pub async fn played(&self, scripts: &[(Duration, Vec<Reply>)]) -> Vec<Trace> {
        let wire = Wire::default();
        let partition = fresh_partition();
        let mut clients = Vec::new();
        let mut traces = Vec::new();
        for (pause, script) in scripts {
            tokio::time::sleep(*pause).await;
            wire.play(script.iter().copied());
            let retries = match self {
                Self::Sdk { retries, .. } => retries.clone(),
                Self::Policy(_) => RetryConfig::disabled(),
            };
            if clients.is_empty() || !matches!(self, Self::Sdk { client_per_call: false, .. }) {
                clients.push(secrets_manager(&wire, retries, partition.clone()));
            }
            let client = clients.last().expect("at least one");
            let begun = Instant::now();
            let outcome = match self {
                Self::Sdk { .. } => client.list_secrets().send().await,
                Self::Policy(policy) => policy.run(|| client.list_secrets().send()).await,
            };
            traces.push(trace(&wire, begun, outcome));
        }
        traces
    }
}

/// What came over the wire since the last look, until now.
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
