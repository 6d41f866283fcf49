//! What a call pays for its scope's send rate: never throttled, busy, and with others in line; against
//! the limiter of aws-smithy-runtime. A time is that of a thousand calls.
//!
//! Their limiter can only be reached through its strategy, which has the config bag, the clock and the
//! token bucket to look at, too. It has no queue: whoever has to wait is told how long, and asks again.

use std::collections::VecDeque;
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use aws_retry_core::__rate::{Gate, Kind, Outcome, Ticket, Time, Timekeeper};
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime::client::retries::strategy::StandardRetryStrategy;
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::interceptors::context::{Input, InterceptorContext, Output};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::retries::{RequestAttempts, RetryStrategy};
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::{ConfigBag, Layer};
use aws_smithy_types::retry::RetryConfig;
use divan::Bencher;

fn main() {
    divan::main();
}

const CALLS: usize = 1000;

type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The machine's clock, as in production.
struct Real;

static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Timekeeper for Real {
    fn now(&self) -> Time {
        ORIGIN.elapsed()
    }

    fn sleep_until(&self, _: Time) -> Sleep {
        Box::pin(std::future::pending())
    }
}

/// One call: its turn, or a place in the line that it leaves at once; the answer.
fn call(gate: &Gate) {
    let mut ticket = Ticket::new();
    let sent = std::pin::pin!(gate.turn(&mut ticket, None, true, &Real))
        .poll(&mut Context::from_waker(Waker::noop()));
    if let Poll::Ready(Ok(sent)) = black_box(sent) {
        gate.answered(sent, Outcome::Accepted, 1, || Real.now());
    }
}

fn throttled(kind: Kind) -> Gate {
    let gate = Gate::new(kind, f64::INFINITY, 1.0);
    if let Some(sent) = gate.at_once(&mut Ticket::new(), || Real.now()) {
        gate.answered(sent, Outcome::Throttled, 1, || Real.now());
    }
    gate
}

macro_rules! benches {
    ($name:ident, $shared:ident: $type:ty = $new:expr, $call:expr) => {
        static $shared: LazyLock<$type> = LazyLock::new(|| $new);

        #[divan::bench(threads = [1, 2])]
        fn $name(bencher: Bencher<'_, '_>) {
            let shared = &*$shared;
            bencher.bench(|| (0..CALLS).for_each(|_| $call(shared)));
        }
    };
}

benches!(paced_calm, PACED_CALM: Gate = Gate::new(Kind::Paced, f64::INFINITY, 1.0), call);
benches!(paced_busy, PACED_BUSY: Gate = throttled(Kind::Paced), call);
benches!(adaptive_calm, CALM: Gate = Gate::new(Kind::Adaptive, f64::INFINITY, 1.0), call);
benches!(adaptive_busy, BUSY: Gate = throttled(Kind::Adaptive), call);
benches!(their_calm, THEIR_CALM: Theirs = Theirs::new("calm"), Theirs::call);
benches!(their_busy, THEIR_BUSY: Theirs = Theirs::throttled(), Theirs::call);

/// A clock that the benchmark moves.
struct Moved(AtomicU64);

impl Timekeeper for Moved {
    fn now(&self) -> Time {
        Time::from_nanos(self.0.load(Ordering::Relaxed))
    }

    fn sleep_until(&self, _: Time) -> Sleep {
        Box::pin(std::future::pending())
    }
}

static CLOCK: Moved = Moved(AtomicU64::new(0));
const EVERY: Time = Time::from_millis(1);

/// The head sends and is answered, and another call joins at the end of a line of so many.
#[divan::bench(args = [1, 10, 100, 1000, 10_000])]
fn a_send_with_others_in_line(bencher: Bencher<'_, '_>, waiters: usize) {
    let gate: &'static Gate =
        Box::leak(Box::new(Gate::new(Kind::Paced, 1.0 / EVERY.as_secs_f64(), 1.0)));
    let join = |line: &mut VecDeque<Pin<Box<dyn Future<Output = ()>>>>| {
        let mut call = Box::pin(async move {
            let mut ticket = Ticket::new();
            if let Ok(sent) = gate.turn(&mut ticket, None, false, &CLOCK).await {
                gate.answered(sent, Outcome::Accepted, 1, || CLOCK.now());
            }
        }) as Pin<Box<dyn Future<Output = ()>>>;
        if call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            line.push_back(call);
        }
    };
    let mut line = VecDeque::new();
    while line.len() < waiters {
        join(&mut line);
    }
    bencher.bench_local(|| {
        for _ in 0..CALLS {
            CLOCK.0.fetch_add(EVERY.subsec_nanos().into(), Ordering::Relaxed);
            if let Some(mut head) = line.pop_front() {
                let sent = head.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                assert!(sent.is_ready());
            }
            // It was called to the head of the line, and looks when its turn is.
            if let Some(next) = line.front_mut() {
                let _ = next.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            }
            join(&mut line);
        }
    });
}

/// Their strategy in its adaptive mode.
struct Theirs {
    strategy: StandardRetryStrategy,
    components: RuntimeComponents,
    cfg: ConfigBag,
    succeeded: InterceptorContext,
}

impl Theirs {
    fn new(partition: &'static str) -> Self {
        let mut layer = Layer::new("bench");
        layer.store_put(RetryConfig::adaptive());
        layer.store_put(RetryPartition::new(partition));
        layer.store_put(TokenBucket::default());
        layer.store_put(RequestAttempts::from(1));
        let components = RuntimeComponentsBuilder::for_tests()
            .with_retry_classifier(Throttling)
            .with_time_source(Some(SystemTimeSource::new()))
            .build()
            .expect("complete");
        let mut succeeded = InterceptorContext::new(Input::doesnt_matter());
        succeeded.set_output_or_error(Ok(Output::doesnt_matter()));
        let cfg = ConfigBag::of_layers(vec![layer]);
        Self { strategy: StandardRetryStrategy::new(), components, cfg, succeeded }
    }

    fn throttled() -> Self {
        let it = Self::new("busy");
        let mut failed = InterceptorContext::new(Input::doesnt_matter());
        failed.set_output_or_error(Err(OrchestratorError::other("scripted")));
        let _ = it.strategy.should_attempt_retry(&failed, &it.components, &it.cfg);
        it
    }

    fn call(&self) {
        let _ =
            black_box(self.strategy.should_attempt_initial_request(&self.components, &self.cfg));
        let _ = black_box(self.strategy.should_attempt_retry(
            &self.succeeded,
            &self.components,
            &self.cfg,
        ));
    }
}

/// Failures are throttles.
#[derive(Debug)]
struct Throttling;

impl ClassifyRetry for Throttling {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        if context.is_failed() { RetryAction::throttling_error() } else { RetryAction::default() }
    }

    fn name(&self) -> &'static str {
        "throttling"
    }
}
