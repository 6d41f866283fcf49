//! Control over retries in tests of your own code.
//!
//! A [`Harness`] holds the rules that a test sets for every call inside it: no waits, no retries, fewer
//! attempts, the same jitter in every run. Its calls have scopes of their own, so that tests do not share
//! retry tokens or a send rate, and it records every wait. It follows a future ([`Harness::scope`]) or
//! applies to a thread ([`Harness::enter`]). It never reaches the rest of the process, nor a task that is
//! spawned on another thread: give such a task its own `scope`.
//!
//! # Recipes
//!
//! In each, `fetch` stands for any retried function: one with `#[aws_retry]`, or a closure in
//! [`RetryPolicy::run`](crate::RetryPolicy::run).
//!
//! **No waits.** All retries happen, at once. The skipped time counts as passed, so that deadlines and
//! time-outs end calls as they would in production.
//!
//! ```
//! # use aws_retry_core as aws_retry;
//! # use std::io::{Error, ErrorKind::ConnectionReset};
//! use aws_retry::testing::Harness;
//! # async fn fetch(tries: &mut u32) -> Result<(), Error> {
//! #     let policy = aws_retry::RetryPolicy::new();
//! #     policy.run(|| { *tries += 1; async { Err(Error::from(ConnectionReset)) } }).await
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let mut tries = 0;
//! let outcome = Harness::new().no_waits().scope(fetch(&mut tries)).await;
//! assert!(outcome.is_err());
//! assert_eq!(tries, 6);
//! # }
//! ```
//!
//! **No retries.** The first error comes back, so that a test can check how the caller handles it.
//!
//! ```
//! # use aws_retry_core as aws_retry;
//! # use std::io::{Error, ErrorKind::ConnectionReset};
//! use aws_retry::testing::Harness;
//! # async fn fetch(tries: &mut u32) -> Result<(), Error> {
//! #     let policy = aws_retry::RetryPolicy::new();
//! #     policy.run(|| { *tries += 1; async { Err(Error::from(ConnectionReset)) } }).await
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let mut tries = 0;
//! let outcome = Harness::new().no_retries().scope(fetch(&mut tries)).await;
//! assert!(outcome.is_err());
//! assert_eq!(tries, 1);
//! # }
//! ```
//!
//! **A limit on attempts.** No call makes more attempts than this, whatever its policy says.
//!
//! ```
//! # use aws_retry_core as aws_retry;
//! # use std::io::{Error, ErrorKind::ConnectionReset};
//! use aws_retry::testing::Harness;
//! # async fn fetch(tries: &mut u32) -> Result<(), Error> {
//! #     let policy = aws_retry::RetryPolicy::new();
//! #     policy.run(|| { *tries += 1; async { Err(Error::from(ConnectionReset)) } }).await
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let mut tries = 0;
//! let _ = Harness::new().no_waits().max_attempts(2).scope(fetch(&mut tries)).await;
//! assert_eq!(tries, 2);
//! # }
//! ```
//!
//! **The waits, under a fixed seed.** Equal seeds give equal waits, as long as the calls inside run one after
//! another.
//!
//! ```
//! # use aws_retry_core as aws_retry;
//! # use std::io::{Error, ErrorKind::ConnectionReset};
//! use aws_retry::testing::Harness;
//! # async fn fetch() -> Result<(), Error> {
//! #     aws_retry::RetryPolicy::new().run(|| async { Err(Error::from(ConnectionReset)) }).await
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let waits = async |seed| {
//!     let harness = Harness::new().no_waits().seed(seed);
//!     let _ = harness.scope(fetch()).await;
//!     harness.waits()
//! };
//! let first = waits(7).await;
//! assert_eq!(first.len(), 5);
//! // 500 ms, doubled for each further retry, times uniform(0.75, 1.25).
//! assert!((0.375..=0.625).contains(&first[0].as_secs_f64()));
//! assert!((6.0..=10.0).contains(&first[4].as_secs_f64()));
//! assert_eq!(waits(7).await, first);
//! assert_ne!(waits(8).await, first);
//! # }
//! ```
//!
//! **Scopes of its own.** A test does not reach the retry tokens or the send rate of another test, even if
//! both call the same function; [`scope::state`](crate::scope::state) returns the state of the test's own.
//!
//! ```
//! # use aws_retry_core as aws_retry;
//! # use std::io::{Error, ErrorKind::ConnectionReset};
//! use aws_retry::{scope, testing::Harness};
//! # async fn fetch() -> Result<(), Error> {
//! #     let policy = aws_retry::RetryPolicy::new();
//! #     policy.run_in("fetches", || async { Err(Error::from(ConnectionReset)) }).await
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let left = || scope::state("fetches").map(|it| it.retry_tokens);
//! let fails = async || {
//!     let _ = fetch().await;
//!     left()
//! };
//! // Five retries at 14 tokens, of 500.
//! assert_eq!(Harness::new().no_waits().scope(fails()).await, Some(430));
//! assert_eq!(Harness::new().no_waits().scope(fails()).await, Some(430));
//! assert_eq!(left(), None);
//! # }
//! ```
//!
//! **A paused clock.** Without `no_waits` the waits are tokio's, and `tokio::time::pause` (or
//! `#[tokio::test(start_paused = true)]`) makes them pass as soon as nothing else can run. This is the better
//! choice if the order of events in time matters: time-outs of attempts, concurrent calls.
//!
//! ```
//! # use aws_retry_core as aws_retry;
//! # use std::io::{Error, ErrorKind::ConnectionReset};
//! use aws_retry::testing::Harness;
//! # async fn fetch() -> Result<(), Error> {
//! #     aws_retry::RetryPolicy::new().run(|| async { Err(Error::from(ConnectionReset)) }).await
//! # }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! tokio::time::pause();
//! let began = tokio::time::Instant::now();
//! let harness = Harness::new();
//! let _ = harness.scope(fetch()).await;
//! let waited: std::time::Duration = harness.waits().iter().sum();
//! assert!(began.elapsed() >= waited);
//! assert!(waited.as_secs() >= 11);
//! # }
//! ```
//!
//! **Blocking code, or a whole test.** [`Harness::enter`] applies to this thread until its guard is dropped:
//! in a `#[tokio::test]` also to the tasks that the test spawns, since its runtime has one thread.
//!
//! ```
//! # use aws_retry_core as aws_retry;
//! # use std::io::{Error, ErrorKind::ConnectionReset};
//! use aws_retry::testing::Harness;
//! # fn fetch(tries: &mut u32) -> Result<(), Error> {
//! #     let policy = aws_retry::RetryPolicy::new();
//! #     policy.run_blocking(|| { *tries += 1; Err(Error::from(ConnectionReset)) })
//! # }
//!
//! let harness = Harness::new().no_waits();
//! let _rules = harness.enter();
//! let mut tries = 0;
//! assert!(fetch(&mut tries).is_err());
//! assert_eq!(tries, 6);
//! assert_eq!(harness.waits().len(), 5);
//! ```

use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use crate::context::ambient::{Ambient, OnThread, Within};
use crate::context::harness_state::HarnessState;

/// The settings of a test for the calls inside it. See the [module](self) for recipes.
///
/// Clones share everything.
#[derive(Clone, Debug)]
pub struct Harness {
    state: Arc<HarnessState>,
}

impl Default for Harness {
    fn default() -> Self {
        Self::new()
    }
}

impl Harness {
    /// Calls run as they would outside, but with their own scopes; their waits are recorded.
    #[must_use]
    pub fn new() -> Self {
        Self { state: Arc::new(HarnessState::new()) }
    }

    /// Each call makes one attempt.
    #[must_use]
    pub fn no_retries(self) -> Self {
        self.max_attempts(1)
    }

    /// Waits between attempts, and for a turn in a queue, end at once, and the clock advances by as much.
    #[must_use]
    pub fn no_waits(self) -> Self {
        self.state.time.skip_waits();
        self
    }

    /// No call makes more attempts than this, whatever its policy or an override says. Range: 1 and up.
    #[must_use]
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.state.set_max_attempts(attempts);
        self
    }

    /// Jitter follows from `seed`: it is the same in every run, as long as the calls inside run one after
    /// another.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.state.set_seed(seed);
        self
    }

    /// The waits between attempts so far, in the order in which they began, whether they were taken or
    /// skipped.
    #[must_use]
    pub fn waits(&self) -> Vec<Duration> {
        self.state.time.pauses()
    }

    /// Runs `future` under these rules.
    pub fn scope<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        let state = Arc::clone(&self.state);
        Within::new(future, move |ambient: &mut Ambient| ambient.harness = Some(state))
    }

    /// Puts this thread under these rules until the guard is dropped.
    pub fn enter(&self) -> Entered {
        let state = Arc::clone(&self.state);
        let ambient = Ambient::changed(|ambient| ambient.harness = Some(state));
        Entered { _ambient: OnThread::new(ambient), _thread: PhantomData }
    }
}

/// Keeps a thread under a [`Harness`]'s rules. It belongs to the thread that made it.
#[derive(Debug)]
#[must_use = "the rules hold until this goes"]
pub struct Entered {
    _ambient: OnThread,
    /// A raw pointer is not `Send`.
    _thread: PhantomData<*const ()>,
}
