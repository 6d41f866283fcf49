//! The retry tokens under contention, compared with aws-smithy-runtime's token bucket: a retry's tokens are taken
//! and given back, by one thread and by two, in one scope and in a thousand.
//!
//! Its bucket can only be reached through its strategy, which also classifies and computes the backoff
//! (`their strategy`). `their bucket` measures the bucket alone, by making the calls that it makes. Each thread has
//! a client of its own, so that none waits for another's permit.
//!
//! A time is that of one pair on one thread.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use aws_retry_benches::strategy::{self, Failures};
use aws_retry_benches::window;
use aws_retry_core::__retry_tokens::{self, Budgets, RetryTokens, Tokens};
use aws_retry_core::scope::{Key, scope_key};
use aws_smithy_runtime::client::retries::TokenBucket;
use aws_smithy_runtime::client::retries::strategy::StandardRetryStrategy;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::{RequestAttempts, RetryStrategy, ShouldAttempt};
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::{ConfigBag, Layer};
use aws_smithy_types::retry::RetryConfig;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const COST: u32 = 14;

/// A scope that threads share, and their work on it: they take tokens and give them back.
trait Contender: Sync + Sized {
    const NAME: &'static str;
    type Thread;

    fn scope(index: usize) -> Self;
    fn thread(scopes: &[Self]) -> Self::Thread;
    fn pair(&self, thread: &Self::Thread, index: usize);
}

/// On a cache line of its own, as within its scope.
#[repr(align(64))]
struct Ours<const USED: u32>(RetryTokens);

impl<const USED: u32> Contender for Ours<USED> {
    const NAME: &'static str = if USED > 0 { "ours, in use" } else { "ours, from full" };
    type Thread = ();

    fn scope(_: usize) -> Self {
        let tokens = RetryTokens::new();
        let used = Tokens { scope: USED, ..Tokens::default() };
        assert!(Budgets { scope: Some(&tokens), function: None }.take(used).is_some());
        Self(tokens)
    }

    fn thread(_: &[Self]) {}

    fn pair(&self, (): &(), _: usize) {
        take_and_give(&self.0);
    }
}

fn take_and_give(tokens: &RetryTokens) {
    let budgets = Budgets { scope: Some(tokens), function: None };
    let price = Tokens { scope: COST, ..Tokens::default() };
    if let Some(paid) = black_box(budgets.take(price)) {
        budgets.give(paid);
    }
}

/// The scope is looked up each time, as a call's first failure does.
struct OursLookedFor(Key);

impl Contender for OursLookedFor {
    const NAME: &'static str = "ours, scope looked up";
    type Thread = ();

    fn scope(index: usize) -> Self {
        Self(scope_key(&("bench", index)))
    }

    fn thread(_: &[Self]) {}

    fn pair(&self, (): &(), _: usize) {
        __retry_tokens::of_scope(self.0, take_and_give);
    }
}

/// The same steps as `TokenBucket::acquire`, without the refill by time.
#[repr(align(64))]
struct Bucket {
    semaphore: Arc<Semaphore>,
    fractional: AtomicU32,
}

impl Contender for Bucket {
    const NAME: &'static str = "their bucket";
    /// The strategy's permit, one per client.
    type Thread = Mutex<Option<OwnedSemaphorePermit>>;

    fn scope(_: usize) -> Self {
        Self { semaphore: Arc::new(Semaphore::new(500)), fractional: AtomicU32::new(0) }
    }

    fn thread(_: &[Self]) -> Self::Thread {
        Mutex::new(None)
    }

    fn pair(&self, permit: &Self::Thread, _: usize) {
        let fractional = f32::from_bits(self.fractional.load(Ordering::Relaxed));
        self.fractional.store((fractional - fractional.floor()).to_bits(), Ordering::Relaxed);
        if let Ok(new) = black_box(Arc::clone(&self.semaphore).try_acquire_many_owned(COST))
            && let Some(old) = permit.lock().expect("no panic").replace(new)
        {
            old.forget();
        }
        drop(permit.lock().expect("no panic").take());
    }
}

/// The real strategy: a failure and a success of one attempt.
struct Strategy(TokenBucket);

/// A client: its strategy, and a config bag for each bucket.
struct StrategyOfThread(StandardRetryStrategy, Vec<ConfigBag>);

impl Contender for Strategy {
    const NAME: &'static str = "their strategy";
    type Thread = StrategyOfThread;

    fn scope(_: usize) -> Self {
        Self(TokenBucket::default())
    }

    fn thread(scopes: &[Self]) -> StrategyOfThread {
        let bag = |scope: &Self| {
            let mut layer = Layer::new("bench");
            layer.store_put(RetryConfig::standard());
            layer.store_put(scope.0.clone());
            layer.store_put(RequestAttempts::from(1));
            ConfigBag::of_layers(vec![layer])
        };
        StrategyOfThread(StandardRetryStrategy::new(), scopes.iter().map(bag).collect())
    }

    fn pair(&self, StrategyOfThread(strategy, bags): &StrategyOfThread, index: usize) {
        static COMPONENTS: LazyLock<RuntimeComponents> = LazyLock::new(|| {
            let builder =
                RuntimeComponentsBuilder::for_tests().with_retry_classifier(Failures::AreTransient);
            builder.build().expect("complete")
        });
        static ENDED: LazyLock<[InterceptorContext; 2]> =
            LazyLock::new(|| [strategy::failed(), strategy::succeeded()]);
        let [failed, succeeded] = &*ENDED;
        let again = strategy.should_attempt_retry(failed, &COMPONENTS, &bags[index]);
        assert!(matches!(again, Ok(ShouldAttempt::YesAfterDelay(_))), "it took its tokens");
        let done = strategy.should_attempt_retry(succeeded, &COMPONENTS, &bags[index]);
        assert!(matches!(done, Ok(ShouldAttempt::No)));
    }
}

/// Nanoseconds per pair, on each of `threads`. Each takes the scopes in turn and begins at a different one.
fn median<C: Contender>(scopes: usize, threads: usize) -> f64 {
    let scopes: Vec<_> = (0..scopes).map(C::scope).collect();
    window::median(threads, |number| {
        let (scopes, own, mut at) = (&scopes, C::thread(&scopes), number * 377);
        move || {
            at = if at + 1 < scopes.len() { at + 1 } else { 0 };
            scopes[at].pair(&own, at);
        }
    })
}

fn main() {
    println!("nanoseconds for a take and a give-back; in brackets, the ratio to their bucket");
    println!(
        "{:26}{:>20}{:>20}{:>20}{:>20}",
        "", "1 scope, 1 thread", "1000, 1", "1, 2", "1000, 2"
    );
    let settings = [(1, 1), (1000, 1), (1, 2), (1000, 2)];
    let theirs = settings.map(|(scopes, threads)| median::<Bucket>(scopes, threads));
    print::<Ours<100>>(&settings, &theirs);
    print::<Ours<0>>(&settings, &theirs);
    print::<OursLookedFor>(&settings, &theirs);
    print::<Bucket>(&settings, &theirs);
    print::<Strategy>(&settings, &theirs);
}

fn print<C: Contender>(settings: &[(usize, usize)], theirs: &[f64]) {
    print!("{:26}", C::NAME);
    for ((scopes, threads), theirs) in settings.iter().zip(theirs) {
        let nanos = median::<C>(*scopes, *threads);
        print!("{:>20}", format!("{nanos:.1} ({:.2})", nanos / theirs));
    }
    println!();
}
