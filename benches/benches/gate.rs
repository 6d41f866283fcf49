//! The cost of a scope's send rate to a call: in a scope that was never throttled, in one that was, and with
//! others in the queue; compared with the limiter of aws-smithy-runtime. A time is that of one call on one thread.
//!
//! Their limiter can only be reached through its strategy, which also looks at the config bag, the clock and the
//! token bucket. It has no queue: a caller that has to wait is told for how long, and asks again.
//!
//! The clock of throttled scopes advances by ten seconds with each call, so that each has its turn at once,
//! unless two threads come at the same second. Each row says how many had to wait.

use std::collections::VecDeque;
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Waker};
use std::time::SystemTime;

use aws_retry_benches::strategy::{self, Failures};
use aws_retry_benches::turns::{CLOCK, EVERY, Moved, Real, gate, turn};
use aws_retry_benches::window;
use aws_retry_core::__rate::{Gate, Kind, SendOutcome, SendReport, Ticket, Time, Timekeeper};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource, TimeSource};
use aws_smithy_runtime::client::retries::strategy::StandardRetryStrategy;
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::{RequestAttempts, RetryStrategy, ShouldAttempt};
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::{ConfigBag, Layer};
use aws_smithy_types::retry::RetryConfig;

fn main() {
    println!("nanoseconds for a call's turn and answer; in brackets, the ratio to their strategy");
    println!("{:34}{:>18}{:>18}{:>12}", "", "1 thread", "2 threads", "had to wait");
    let gate = |kind, throttled| move || gate(kind, throttled);
    let theirs = |throttled| move || Theirs::new(throttled);
    let calm = print("their adaptive, never throttled", None, theirs(false), Theirs::call);
    let busy = print("their adaptive, throttled", None, theirs(true), Theirs::call);
    for (kind, name) in [(Kind::Paced, "paced"), (Kind::Adaptive, "adaptive")] {
        print(&format!("{name}, never throttled"), Some(calm), gate(kind, false), call);
        print(&format!("{name}, throttled"), Some(busy), gate(kind, true), call_later);
    }
    println!("\nnanoseconds for a send, by the number of others in the queue");
    for waiters in [1, 10, 100, 1000, 10_000] {
        println!("{waiters:>6}{:>12.0}", window::median(1, |_| in_line(waiters)));
    }
}

/// Calls without a turn at once, since the row began.
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// A row: the times of one thread and of two, each on a subject of its own.
fn print<T: Sync>(
    name: &str,
    theirs: Option<[f64; 2]>,
    new: impl Fn() -> T,
    call: impl Fn(&T) + Sync,
) -> [f64; 2] {
    let nanos = [1, 2].map(|threads| {
        let shared = new();
        window::median(threads, |_| || call(&shared))
    });
    print!("{name:34}");
    for (index, nanos) in nanos.iter().enumerate() {
        let ratio = theirs.map_or_else(String::new, |it| format!(" ({:.2})", nanos / it[index]));
        print!("{:>18}", format!("{nanos:.0}{ratio}"));
    }
    println!("{:>12}", REFUSED.swap(0, Ordering::Relaxed));
    nanos
}

/// A throttled call has a turn again.
const LATER: Time = Time::from_secs(10);

/// One call: its turn, and the answer.
fn call(gate: &Gate) {
    take(gate, &Real);
}

fn call_later(gate: &Gate) {
    CLOCK.advance(LATER);
    take(gate, &CLOCK);
}

fn take(gate: &Gate, clock: &impl Timekeeper) {
    if !turn(gate, clock, SendOutcome::Accepted) {
        REFUSED.fetch_add(1, Ordering::Relaxed);
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Timekeeper::now(self.0)
    }
}

/// The moved clock, for them.
#[derive(Debug)]
struct Clock(&'static Moved);

/// The head sends and is answered, and another call joins the end of the queue.
fn in_line(waiters: usize) -> impl FnMut() {
    CLOCK.reset();
    let gate: &'static Gate =
        Box::leak(Box::new(Gate::new(Kind::Paced, 1.0 / EVERY.as_secs_f64(), 1.0)));
    let join = move |line: &mut VecDeque<Pin<Box<dyn Future<Output = ()>>>>| {
        let mut call = Box::pin(async move {
            let mut ticket = Ticket::new();
            if let Ok(sent) = gate.turn(&mut ticket, None, false, &CLOCK).await {
                let report = SendReport::new(SendOutcome::Accepted);
                gate.answered(&mut Ticket::new(), sent, &report, || CLOCK.now());
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
    move || {
        CLOCK.advance(EVERY);
        if let Some(mut head) = line.pop_front() {
            let sent = head.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(sent.is_ready());
        }
        // It was called to the head of the queue, and asks when its turn is.
        if let Some(next) = line.front_mut() {
            let _ = next.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
        join(&mut line);
    }
}

/// Their strategy in its adaptive mode.
struct Theirs {
    strategy: StandardRetryStrategy,
    components: RuntimeComponents,
    cfg: ConfigBag,
    succeeded: InterceptorContext,
    throttled: bool,
}

impl Theirs {
    fn new(throttled: bool) -> Self {
        /// Their limiters live as long as the process, one per partition.
        static PARTITIONS: AtomicU64 = AtomicU64::new(0);
        let partition = PARTITIONS.fetch_add(1, Ordering::Relaxed).to_string();
        let mut layer = Layer::new("bench");
        layer.store_put(RetryConfig::adaptive());
        layer.store_put(RetryPartition::new(partition));
        layer.store_put(TokenBucket::default());
        layer.store_put(RequestAttempts::from(1));
        let clock = if throttled {
            SharedTimeSource::new(Clock(&CLOCK))
        } else {
            SharedTimeSource::new(SystemTimeSource::new())
        };
        let components = RuntimeComponentsBuilder::for_tests()
            .with_retry_classifier(Failures::AreThrottles)
            .with_time_source(Some(clock))
            .build()
            .expect("complete");
        let succeeded = strategy::succeeded();
        let cfg = ConfigBag::of_layers(vec![layer]);
        let it =
            Self { strategy: StandardRetryStrategy::new(), components, cfg, succeeded, throttled };
        if throttled {
            let failed = strategy::failed();
            let _ = it.strategy.should_attempt_retry(&failed, &it.components, &it.cfg);
        }
        it
    }

    fn call(&self) {
        if self.throttled {
            CLOCK.advance(LATER);
        }
        let turn = self.strategy.should_attempt_initial_request(&self.components, &self.cfg);
        if !matches!(black_box(turn), Ok(ShouldAttempt::Yes)) {
            REFUSED.fetch_add(1, Ordering::Relaxed);
        }
        let _ = black_box(self.strategy.should_attempt_retry(
            &self.succeeded,
            &self.components,
            &self.cfg,
        ));
    }
}
