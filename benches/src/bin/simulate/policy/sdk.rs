//! The SDK's own strategies, through its real orchestrator, limiter and token bucket.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_retry_benches::orchestrator::{FAULT, Refused, THROTTLED, operation};
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime::client::{
    orchestrator::operation::Operation,
    retries::{ClientRateLimiter, RetryPartition, TokenBucket},
};
use aws_smithy_runtime_api::client::{result::ConnectorError, runtime_plugin::StaticRuntimePlugin};
use aws_smithy_types::{config_bag::Layer, retry::RetryConfig};
use tokio::time::Instant;

use super::{Ended, Policy};
use crate::world::{Process, Reply};

tokio::task_local! {
    /// Requests of the call in progress.
    static ATTEMPTS: Arc<AtomicU32>;
}

pub struct Sdk(Operation<(), (), Refused>);

impl Sdk {
    /// Each simulated process has limiters of its own, as real ones have.
    pub fn new(policy: Policy, process: &Process) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("simulated {}", NEXT.fetch_add(1, Ordering::Relaxed));
        let retries = if policy == Policy::SdkStandard {
            RetryConfig::standard()
        } else {
            RetryConfig::adaptive()
        };
        let time = Time { origin: process.origin };
        let sender = process.clone();
        let mut operation =
            operation(name.clone(), &retries.with_max_attempts(10), move || send(sender.clone()))
                .time_source(time.clone());
        if policy == Policy::SdkAdaptivePartitioned {
            let seconds = time.now().duration_since(UNIX_EPOCH).map_or(0.0, |it| it.as_secs_f64());
            let partition = RetryPartition::custom(name)
                .token_bucket(TokenBucket::default())
                .client_rate_limiter(ClientRateLimiter::new(seconds))
                .build();
            let mut layer = Layer::new("partition");
            layer.store_put(partition);
            operation =
                operation.runtime_plugin(StaticRuntimePlugin::new().with_config(layer.freeze()));
        }
        Self(operation.build())
    }

    pub async fn call(&self) -> Ended {
        let attempts = Arc::new(AtomicU32::new(0));
        let outcome = ATTEMPTS.scope(Arc::clone(&attempts), self.0.invoke(())).await;
        Ended { attempts: attempts.load(Ordering::Relaxed), failed: outcome.is_err() }
    }
}

async fn send(process: Process) -> Result<u16, ConnectorError> {
    let _ = ATTEMPTS.try_with(|it| it.fetch_add(1, Ordering::Relaxed));
    Ok(match process.request().await {
        Reply::Done => 200,
        Reply::Throttled | Reply::Hinted(_) => THROTTLED,
        Reply::Fault | Reply::Lost => FAULT,
    })
}

/// The paused clock.
#[derive(Clone, Debug)]
struct Time {
    origin: Instant,
}

impl TimeSource for Time {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_800_000_000) + self.origin.elapsed()
    }
}
