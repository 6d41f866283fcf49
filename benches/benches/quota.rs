//! The retry quota under contention, against aws-smithy-runtime's token bucket: a retry's tokens taken and
//! given back, by one thread and by two, in one scope and in a thousand.
//!
//! Its bucket can only be reached through its strategy, which classifies and computes the backoff, too
//! (`their_strategy`); what the bucket alone costs is measured on what it is made of, by the calls that it
//! makes (`their_bucket`). A time is that of a thousand pairs.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use aws_retry_core::__quota::Quota;
use aws_smithy_runtime::client::retries::TokenBucket;
use aws_smithy_runtime::client::retries::strategy::StandardRetryStrategy;
use aws_smithy_runtime_api::client::interceptors::context::{Input, InterceptorContext, Output};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::retries::{RequestAttempts, RetryStrategy, ShouldAttempt};
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::{ConfigBag, Layer};
use aws_smithy_types::retry::RetryConfig;
use divan::Bencher;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

fn main() {
    divan::main();
}

const MOST: usize = 1000;
const COST: u32 = 14;

/// Makes each of `scopes` in turn the next one; each thread begins elsewhere.
fn turns(scopes: usize) -> impl FnMut() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    let mut at = THREADS.fetch_add(1, Ordering::Relaxed) * 377;
    move || {
        at = at.wrapping_add(1);
        at % scopes
    }
}

/// Runs `pair` (tokens taken, and given back) on the scopes in turn.
fn run<T: Sync>(bencher: Bencher<'_, '_>, scopes: usize, all: &[T], pair: impl Fn(&T) + Sync) {
    bencher.with_inputs(|| turns(scopes)).bench_local_refs(|next| {
        for _ in 0..1000 {
            pair(&all[next()]);
        }
    });
}

macro_rules! benches {
    ($name:ident, $all:ident: $type:ty = $new:expr, $pair:expr) => {
        static $all: LazyLock<Vec<$type>> = LazyLock::new(|| (0..MOST).map(|_| $new).collect());

        #[divan::bench(args = [1, 1000], threads = [1, 2])]
        fn $name(bencher: Bencher<'_, '_>, scopes: usize) {
            run(bencher, scopes, &$all, $pair);
        }
    };
}

fn take_and_give(quota: &Quota) {
    if black_box(quota.take(COST)) {
        quota.give(COST);
    }
}

benches!(ours_from_full, FULL: Quota = Quota::new(), take_and_give);

benches!(ours_in_use, IN_USE: Quota = used(), take_and_give);

fn used() -> Quota {
    let quota = Quota::new();
    assert!(quota.take(100));
    quota
}

/// What `TokenBucket::acquire` and the strategy's permit do, but for what a refill by time would add.
struct Bucket {
    semaphore: Arc<Semaphore>,
    fractional: AtomicU32,
    permit: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Bucket {
    fn new() -> Self {
        Self {
            semaphore: Arc::new(Semaphore::new(500)),
            fractional: AtomicU32::new(0),
            permit: Mutex::new(None),
        }
    }

    fn pair(&self) {
        let fractional = f32::from_bits(self.fractional.load(Ordering::Relaxed));
        self.fractional.store((fractional - fractional.floor()).to_bits(), Ordering::Relaxed);
        if let Ok(permit) = black_box(Arc::clone(&self.semaphore).try_acquire_many_owned(COST))
            && let Some(old) = self.permit.lock().expect("no panic").replace(permit)
        {
            old.forget();
            // Another thread's tokens: the strategy loses them, which would end the benchmark.
            self.semaphore.add_permits(COST as usize);
        }
        drop(self.permit.lock().expect("no panic").take());
    }
}

benches!(their_bucket, BUCKETS: Bucket = Bucket::new(), Bucket::pair);

/// A strategy with its bucket, and an attempt that failed and one that succeeded.
struct Strategy {
    strategy: StandardRetryStrategy,
    cfg: ConfigBag,
}

impl Strategy {
    fn new() -> Self {
        let mut layer = Layer::new("bench");
        layer.store_put(RetryConfig::standard());
        layer.store_put(TokenBucket::default());
        layer.store_put(RequestAttempts::from(1));
        Self { strategy: StandardRetryStrategy::new(), cfg: ConfigBag::of_layers(vec![layer]) }
    }

    fn pair(&self) {
        static COMPONENTS: LazyLock<RuntimeComponents> = LazyLock::new(|| {
            let builder = RuntimeComponentsBuilder::for_tests().with_retry_classifier(Transient);
            builder.build().expect("complete")
        });
        static FAILED: LazyLock<InterceptorContext> = LazyLock::new(|| {
            let mut context = InterceptorContext::new(Input::doesnt_matter());
            context.set_output_or_error(Err(OrchestratorError::other("scripted")));
            context
        });
        static SUCCEEDED: LazyLock<InterceptorContext> = LazyLock::new(|| {
            let mut context = InterceptorContext::new(Input::doesnt_matter());
            context.set_output_or_error(Ok(Output::doesnt_matter()));
            context
        });
        // Threads lose tokens to each other here as well, so that the answer may be no.
        let again = self.strategy.should_attempt_retry(&FAILED, &COMPONENTS, &self.cfg);
        assert!(matches!(again, Ok(ShouldAttempt::YesAfterDelay(_) | ShouldAttempt::No)));
        let done = self.strategy.should_attempt_retry(&SUCCEEDED, &COMPONENTS, &self.cfg);
        assert!(matches!(done, Ok(ShouldAttempt::No)));
    }
}

/// Failures are transient.
#[derive(Debug)]
struct Transient;

impl ClassifyRetry for Transient {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        if context.is_failed() { RetryAction::transient_error() } else { RetryAction::default() }
    }

    fn name(&self) -> &'static str {
        "transient"
    }
}

benches!(their_strategy, STRATEGIES: Strategy = Strategy::new(), Strategy::pair);
