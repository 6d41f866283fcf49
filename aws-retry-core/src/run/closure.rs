//! The closure forms: the same engine, but without the attribute.

#[cfg(feature = "sdk")]
use std::future::poll_fn;
use std::marker::PhantomData;
#[cfg(feature = "sdk")]
use std::pin::pin;

use super::call::Call;
use crate::clock::{DefaultTimer, Timer};
#[cfg(feature = "sdk")]
use crate::context;
use crate::decision::failure::Failure;
use crate::decision::policy::RetryPolicy;
use crate::errors::Stopped;
use crate::expansion::read_error::{Adapters, FromStopped, ReadFailure};
use crate::expansion::to_failure::ToFailure;
use crate::limits::scope::{ScopeParts, here, named};
use crate::run::site::Site;

/// The closure forms do not have a static per function: all of them share this one.
static SITE: Site = Site::new("RetryPolicy::run", module_path!(), RetryPolicy::new());

/// Reads errors through the marker that [`ToFailure`] inferred.
pub(super) struct Through<M>(PhantomData<M>);

impl<M> Clone for Through<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Through<M> {}

impl<M> Through<M> {
    pub(super) const NEW: Self = Self(PhantomData);
}

impl<M, E: ToFailure<M>> ReadFailure<E> for Through<M> {
    fn failure(error: &E) -> Failure<'_> {
        error.failure_of()
    }
}

impl<M, E: ToFailure<M>> FromStopped<E> for Through<M> {
    fn constructor() -> Option<fn(Stopped) -> E> {
        E::from_stopped()
    }
}

impl RetryPolicy {
    /// Runs `operation` until it succeeds, fails for good, or this policy ends the call. The last error comes
    /// back unchanged.
    ///
    /// `total_timeout` and `attempt_timeout` cut an attempt short if its error type can hold a
    /// [`Stopped`](crate::Stopped): `SdkError`, an operation's error, `anyhow::Error`,
    /// `Box<dyn Error + Send + Sync>`, `io::Error`, and types with [`AsFailure::from_stopped`](crate::AsFailure::from_stopped).
    /// With any other type, attempts and waits do not begin after the deadline, but an attempt may end after
    /// it.
    ///
    /// ```
    /// # use aws_retry_core::RetryPolicy;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut attempts = 0;
    /// let policy = RetryPolicy::new().base_delay(std::time::Duration::from_millis(1));
    /// let answer = policy
    ///     .run(|| {
    ///         attempts += 1;
    ///         let lost = attempts < 3;
    ///         async move {
    ///             if lost { Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)) } else { Ok(42) }
    ///         }
    ///     })
    ///     .await;
    /// assert_eq!((answer.unwrap(), attempts), (42, 3));
    /// # }
    /// ```
    ///
    /// The place of the call is the scope: calls from one place share retry tokens (and, in the modes that
    /// have one, a send rate). [`RetryPolicy::run_in`] takes a different scope.
    #[track_caller]
    pub fn run<T, E, M, F>(
        &self,
        operation: impl FnMut() -> F,
    ) -> impl Future<Output = Result<T, E>>
    where
        F: Future<Output = Result<T, E>>,
        E: ToFailure<M>,
        DefaultTimer: Timer<Result<T, E>>,
    {
        run(Call::new(&SITE).policy(self).scope(here()), operation)
    }

    /// [`RetryPolicy::run`] in a scope: a value or a tuple of values that are `Display`, such as
    /// `&("ec2:DescribeInstances", account, region)`.
    pub fn run_in<T, E, M, F, S>(
        &self,
        scope: &(impl ScopeParts<S> + ?Sized),
        operation: impl FnMut() -> F,
    ) -> impl Future<Output = Result<T, E>>
    where
        F: Future<Output = Result<T, E>>,
        E: ToFailure<M>,
        DefaultTimer: Timer<Result<T, E>>,
    {
        run(Call::new(&SITE).policy(self).scope(named(scope)), operation)
    }

    /// [`RetryPolicy::run`] for blocking code: backoffs and waits for a turn block the thread. Attempts do
    /// not begin after the deadline, but an attempt in progress is not cut short.
    #[track_caller]
    pub fn run_blocking<T, E, M>(&self, mut operation: impl FnMut() -> Result<T, E>) -> Result<T, E>
    where
        E: ToFailure<M>,
    {
        let mut call = Call::new(&SITE).policy(self).scope(here());
        loop {
            let outcome = call.attempt_blocking((&mut operation, Through::NEW));
            if let Some(outcome) = call.finish(outcome, Through::NEW) {
                call.wait_before_giving_up_blocking();
                return outcome;
            }
        }
    }
}

/// The loop of the closure forms.
pub(crate) async fn run<T, E, M, F>(
    mut call: Call<'_>,
    mut operation: impl FnMut() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
    E: ToFailure<M>,
    DefaultTimer: Timer<Result<T, E>>,
{
    loop {
        // `operation` is called when the wait before the attempt ends, not when it begins.
        let body = async { operation().await };
        if let Some(outcome) =
            call.attempt(body, Adapters::<Through<M>, Through<M>>::INFERRED).await
        {
            call.wait_before_giving_up().await;
            return outcome;
        }
    }
}

/// The loop of a page. An annotated function inside sends and retries its own request: then this call reports
/// nothing about the attempt, so that each request is counted once.
#[cfg(feature = "sdk")]
pub(crate) async fn run_page<T, E, M, F>(
    mut call: Call<'_>,
    mut operation: impl FnMut() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
    E: ToFailure<M>,
    DefaultTimer: Timer<Result<T, E>>,
{
    loop {
        let mut called_inside = false;
        let called = &mut called_inside;
        let operation = &mut operation;
        let body = async move {
            let mut page = pin!(operation());
            poll_fn(|cx| {
                let (polled, inside) = context::watch_calls(|| page.as_mut().poll(cx));
                *called |= inside;
                polled
            })
            .await
        };
        let outcome = call.attempt_before_callbacks((body, Through::NEW)).await;
        if called_inside {
            call.mute();
        }
        if let Some(outcome) = call.finish(outcome, Through::NEW) {
            call.wait_before_giving_up().await;
            return outcome;
        }
    }
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::Instant;

    /// 500 tokens at 14 per retry pay for 35 retries: 17 calls with 2 each, and one more.
    #[tokio::test(start_paused = true)]
    async fn a_long_poll_waits_before_it_gives_up_for_want_of_quota() {
        let standard = RetryPolicy::standard().jitter(crate::Jitter::None).service("sqs");
        let polling = standard.clone().operation("ReceiveMessage");
        let failing = async |policy: &RetryPolicy| {
            let (mut sent, begun) = (0, Instant::now());
            let outcome: Result<(), _> = policy
                .run_in("long poll", || {
                    sent += 1;
                    std::future::ready(Err(std::io::Error::from(
                        std::io::ErrorKind::ConnectionReset,
                    )))
                })
                .await;
            assert!(outcome.is_err());
            (sent, begun.elapsed().as_millis())
        };
        for _ in 0..17 {
            assert_eq!(failing(&polling).await, (3, 150));
        }
        assert_eq!(failing(&polling).await, (2, 150), "50 ms, a retry, and 100 ms before the end");
        assert_eq!(failing(&polling).await, (1, 50));
        assert_eq!(failing(&standard).await, (1, 0), "no long poll");
        let hurried = polling.total_timeout(Duration::from_millis(20));
        assert_eq!(failing(&hurried).await, (1, 0), "never past the deadline");
    }
}
