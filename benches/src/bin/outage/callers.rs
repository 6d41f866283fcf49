//! Clients that make a call every two seconds, whether or not the last one has ended, and calls made at once.

use std::sync::Arc;

use aws_retry_core::RetryPolicy;
use aws_retry_core::testing::Harness;
use tokio::task::JoinSet;
use tokio::time::{Duration, sleep, sleep_until};

use crate::sdk::Sdk;
use crate::service::{BEGINS, Fault, LASTS, Service};

const CLIENTS: u32 = 500;
const PERIOD: Duration = Duration::from_secs(2);

/// The code that retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Decorator,
    Paced,
    Standard,
    SdkStandard,
}

impl Mode {
    pub const ALL: [Self; 4] = [Self::Decorator, Self::Paced, Self::Standard, Self::SdkStandard];

    pub fn name(self) -> &'static str {
        match self {
            Self::Decorator => "decorator",
            Self::Paced => "paced",
            Self::Standard => "standard",
            Self::SdkStandard => "SDK standard",
        }
    }

    /// Whether the bound applies to it: AWS's modes are exact.
    pub fn is_bounded(self) -> bool {
        matches!(self, Self::Decorator | Self::Paced)
    }
}

/// Calls of one scope.
#[derive(Clone)]
enum Caller {
    Ours { policy: Arc<RetryPolicy>, service: Service, scope: u32 },
    Sdk(Arc<Sdk>),
}

impl Caller {
    fn new(mode: Mode, service: &Service, scope: u32) -> Self {
        let policy = match mode {
            Mode::Decorator => RetryPolicy::new(),
            Mode::Paced => RetryPolicy::paced(),
            Mode::Standard => RetryPolicy::standard(),
            Mode::SdkStandard => return Self::Sdk(Arc::new(Sdk::new(service.clone()))),
        };
        Self::Ours { policy: Arc::new(policy), service: service.clone(), scope }
    }

    /// One call. Whether it succeeded.
    async fn call(self) -> bool {
        match self {
            Self::Ours { policy, service, scope } => {
                let request = async || service.request(aws_retry_core::attempt() > 1).await;
                policy.run_in(&("outage", scope), request).await.is_ok()
            }
            Self::Sdk(sdk) => sdk.call().await,
        }
    }
}

/// Requests that were sent during the outage, per call that the clients make in that time.
pub fn requests_per_call(mode: Mode, fault: Fault, scopes: u32) -> f64 {
    paused(async move {
        let service = Service::new(fault);
        let callers: Vec<_> = (0..scopes).map(|scope| Caller::new(mode, &service, scope)).collect();
        let began = tokio::time::Instant::now();
        let mut offered = 0;
        let mut calls = JoinSet::new();
        for call in 0.. {
            let since = PERIOD * call / CLIENTS;
            if since >= BEGINS + LASTS {
                break;
            }
            sleep_until(began + since).await;
            offered += u32::from(since >= BEGINS);
            // A client stays with its scope.
            let caller = callers.get((call % CLIENTS % scopes) as usize);
            calls.spawn(caller.expect("one per scope").clone().call());
        }
        sleep(Duration::from_millis(1)).await;
        f64::from(service.requests()) / f64::from(offered)
    })
}

/// The number of failures among `calls` calls that are made at once and lose one connection each.
pub fn lost_once(mode: Mode, calls: u32) -> usize {
    paused(async move {
        let caller = Caller::new(mode, &Service::new(Fault::Lost), 0);
        let calls: JoinSet<_> = (0..calls).map(|_| caller.clone().call()).collect();
        calls.join_all().await.into_iter().filter(|succeeded| !succeeded).count()
    })
}

/// Runs `world` on a paused clock, in scopes of its own and with one seed.
fn paused<T>(world: impl Future<Output = T>) -> T {
    let _rules = Harness::new().seed(1).enter();
    fastrand::seed(1);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(world)
}
