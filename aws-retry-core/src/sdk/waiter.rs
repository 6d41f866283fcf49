//! Waiting for a state: polls with the delays of Smithy's waiters, each poll retried by itself. (A waiter of
//! the SDK ends at the first throttle that outlasts its client's retries.)

use std::error::Error;
use std::fmt;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::waiters::FinalPoll;
use aws_smithy_runtime_api::client::waiters::error::{
    ExceededMaxWait, FailureState, OperationFailed, WaiterError,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::ProvideErrorKind;

use super::RetryClient;
use crate::clock::{DefaultTimer, Time, Timer};
use crate::context::ambient::{self, Ambient, Within};
use crate::errors::{StopWhy, Stopped};

/// The meaning of a poll's answer for a waiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Polled {
    /// The state has been reached: the wait is over.
    Success,
    /// The state will never be reached.
    Failure,
    /// The state has not been reached yet.
    Retry,
}

/// Polls until a state is reached. It is created by [`RetryClient::wait_until`] and started by
/// [`Waiter::wait`].
#[must_use = "a waiter polls nothing until `wait`"]
pub struct Waiter<'c, C, S, A> {
    client: &'c RetryClient<C>,
    send: S,
    accept: A,
    delays: Delays,
}

impl<C, S, A> fmt::Debug for Waiter<'_, C, S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter").field("delays", &self.delays).finish_non_exhaustive()
    }
}

impl<C> RetryClient<C> {
    /// Polls with `send` until `accept` says that the state has been reached. Each poll is retried by itself
    /// under the client's policy, and `accept` sees its result: the output, or the service's error.
    ///
    /// ```no_run
    /// # use aws_retry_core as aws_retry;
    /// use aws_retry::sdk::{Polled, RetryClient};
    /// use std::time::Duration;
    ///
    /// # async fn example(sqs: RetryClient<aws_sdk_sqs::Client>) -> Result<(), Box<dyn std::error::Error>> {
    /// let queue = sqs
    ///     .wait_until(
    ///         |client| client.get_queue_url().queue_name("orders").send(),
    ///         |polled| match polled {
    ///             Ok(_) => Polled::Success,
    ///             Err(error) if error.is_queue_does_not_exist() => Polled::Retry,
    ///             Err(_) => Polled::Failure,
    ///         },
    ///     )
    ///     .wait(Duration::from_secs(300))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_until<'c, S, A, F, T, E>(&'c self, send: S, accept: A) -> Waiter<'c, C, S, A>
    where
        S: FnMut(&'c C) -> F,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        A: FnMut(Result<&T, &E>) -> Polled,
    {
        Waiter { client: self, send, accept, delays: Delays::SMITHY }
    }
}

impl<'c, C, S, A> Waiter<'c, C, S, A> {
    /// The shortest wait between two polls, and the longest for the first one. Default: 2 s.
    pub const fn min_delay(mut self, delay: Duration) -> Self {
        self.delays.min = delay;
        self
    }

    /// The longest wait between two polls. Default: 120 s.
    pub const fn max_delay(mut self, delay: Duration) -> Self {
        self.delays.max = delay;
        self
    }

    /// Waits for at most `max_wait`: a poll that is still in progress then is cut short, including its
    /// retries and its wait for a turn. Inside [`with_deadline`](crate::with_deadline) it does not begin a
    /// wait that would pass the deadline. The result and the error are those of the SDK's own waiters.
    ///
    /// # Errors
    /// `FailureState` if `accept` said so, `ExceededMaxWait` if it took too long, and `OperationFailed` if a
    /// poll failed, after its retries, without an answer from the service.
    pub async fn wait<F, T, E>(
        mut self,
        max_wait: Duration,
    ) -> Result<FinalPoll<T, SdkError<E, HttpResponse>>, WaiterError<T, E>>
    where
        S: FnMut(&'c C) -> F,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        A: FnMut(Result<&T, &E>) -> Polled,
        E: ProvideErrorMetadata + ProvideErrorKind + Error + 'static,
        DefaultTimer: Timer<Result<T, SdkError<E, HttpResponse>>>,
    {
        let ambient = ambient::current();
        let ambient = ambient.as_deref();
        let clock = Ambient::clock(ambient);
        let begun = clock.now();
        let deadline = ambient.and_then(|it| it.deadline).map(|at| clock.time_of(at));
        let end = clock.instant_at(begun.saturating_add(max_wait));
        let mut polls = 0_u32;
        let mut is_last = false;
        loop {
            let limit = |ambient: &mut Ambient| end.into_iter().for_each(|end| ambient.limit(end));
            let outcome = Within::new(self.client.call(&mut self.send), limit).await;
            polls = polls.saturating_add(1);
            let polled = match &outcome {
                Ok(output) => (self.accept)(Ok(output)),
                Err(SdkError::ServiceError(error)) => (self.accept)(Err(error.err())),
                Err(error) if is_late(error) => {
                    is_last = true;
                    Polled::Retry
                }
                Err(_) => Polled::Failure,
            };
            match (polled, outcome) {
                (Polled::Success, outcome) => return Ok(FinalPoll::new(outcome)),
                (Polled::Failure, Ok(output)) => return Err(failure_state(Ok(output))),
                (Polled::Failure, Err(SdkError::ServiceError(error))) => {
                    return Err(failure_state(Err(error.into_err())));
                }
                (Polled::Failure, Err(error)) => {
                    return Err(WaiterError::OperationFailed(OperationFailed::new(error)));
                }
                (Polled::Retry, _) => {}
            }
            let now = clock.now();
            let elapsed = now.saturating_sub(begun);
            let left = max_wait.saturating_sub(elapsed);
            let delay = self.delays.after(polls, left, Ambient::uniform(ambient));
            let in_time = deadline.is_none_or(|at| now.saturating_add(delay.wait) < at);
            let goes_on = !is_last && !left.is_zero() && in_time;
            is_last = delay.is_last;
            // Without a timer, too, no more time can pass.
            let pause = goes_on.then(|| clock.pause(delay.wait)).flatten();
            let Some(pause) = pause else {
                let exceeded = ExceededMaxWait::new(max_wait, elapsed, polls);
                return Err(WaiterError::ExceededMaxWait(exceeded));
            };
            pause.await;
        }
    }
}

/// Whether the time ran out before the poll had an answer.
fn is_late<E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> bool {
    let stopped = error.source().and_then(|source| source.downcast_ref::<Stopped>());
    stopped.is_some_and(|stopped| matches!(stopped.why, StopWhy::Deadline | StopWhy::NoTurn))
}

fn failure_state<T, E>(last: Result<T, E>) -> WaiterError<T, E> {
    WaiterError::FailureState(FailureState::new(FinalPoll::new(last)))
}

/// The delays of Smithy's waiters.
#[derive(Clone, Copy, Debug)]
struct Delays {
    min: Time,
    max: Time,
}

/// A wait, and whether the poll after it is the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Delay {
    wait: Time,
    is_last: bool,
}

impl Delays {
    const SMITHY: Self = Self { min: Duration::from_secs(2), max: Duration::from_secs(120) };

    /// The wait after poll number `polls`, from 1. The last poll comes one shortest wait before the end, as
    /// Smithy specifies, so that its answer can arrive in time. If less than two such waits remain, the wait
    /// is half of that time.
    fn after(self, polls: u32, left: Time, random: f64) -> Delay {
        let growth = 1_u32.checked_shl(polls.saturating_sub(1)).unwrap_or(u32::MAX);
        let most = self.min.saturating_mul(growth).min(self.max).max(self.min);
        let delay = self.min.saturating_add(most.saturating_sub(self.min).mul_f64(random));
        let is_last = left.saturating_sub(delay) <= self.min;
        let wait = if is_last { left.saturating_sub(self.min.min(left / 2)) } else { delay };
        Delay { wait, is_last }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_from_the_shortest_to_the_longest_and_leave_time_for_the_last_poll() {
        let delays = Delays::SMITHY;
        let seconds = |polls, left, random| {
            delays.after(polls, Duration::from_secs(left), random).wait.as_secs_f64()
        };
        assert_eq!(
            [1, 2, 3, 6, 7, 8, 100].map(|polls| seconds(polls, 1000, 1.0)),
            [2.0, 4.0, 8.0, 64.0, 120.0, 120.0, 120.0]
        );
        assert_eq!(seconds(7, 1000, 0.0), 2.0);
        assert_eq!(seconds(3, 8, 1.0), 6.0);
        assert_eq!(seconds(3, 9, 1.0), 7.0, "1 s would be left: too little for another wait");
        assert_eq!(seconds(1, 1, 1.0), 0.5, "the last poll gets half of a time that is too short");
        let odd = Delays { min: Duration::from_secs(5), max: Duration::from_secs(1) };
        let longest = odd.after(1, Duration::MAX, 0.5);
        assert_eq!(longest, Delay { wait: Duration::from_secs(5), is_last: false });
    }
}
