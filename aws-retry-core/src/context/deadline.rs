//! The deadline of the surroundings.

use std::future::Future;
use std::time::{Duration, Instant, SystemTime};

use crate::context::ambient::{self, Ambient, Within};

/// A point in time for [`with_deadline`]: an [`Instant`], tokio's or the standard library's, or a
/// [`SystemTime`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(At);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Instant(Instant),
    SystemTime(SystemTime),
}

impl From<Instant> for Deadline {
    fn from(at: Instant) -> Self {
        Self(At::Instant(at))
    }
}

#[cfg(feature = "tokio")]
impl From<tokio::time::Instant> for Deadline {
    fn from(at: tokio::time::Instant) -> Self {
        Self(At::Instant(at.into_std()))
    }
}

impl From<SystemTime> for Deadline {
    fn from(at: SystemTime) -> Self {
        Self(At::SystemTime(at))
    }
}

/// Runs `future` with a deadline for every call inside it, as if each had the argument `deadline = at`: no
/// wait passes it, and an attempt is cut short if its error type can hold a `Stopped`. The future itself is
/// not cut short. Inside another deadline the earlier one counts. Spawned tasks do not inherit it, except
/// through [`in_call`](crate::in_call). [`time_left`] returns the remaining time.
///
/// For a Lambda handler, `at` is the `SystemTime` of the invocation's deadline, less the time that sending
/// the answer takes; for a request handler, it is the client's time-out. A `SystemTime` is compared with the
/// clock once, when the future is first polled: later changes of the wall clock do not move the deadline. On
/// `wasm32-unknown-unknown`, which has no `Instant`, it does not set a deadline.
///
/// ```
/// use aws_retry_core::{Reason, RetryPolicy, report, with_deadline};
/// use std::io::{Error, ErrorKind::ConnectionReset};
/// use std::time::{Duration, Instant};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // 100 ms are left: too few for the first wait, so the first error comes back at once.
/// let at = Instant::now() + Duration::from_millis(100);
/// let policy = RetryPolicy::new();
/// let call = policy.run(|| async { Err::<(), _>(Error::from(ConnectionReset)) });
/// let (outcome, report) = report(with_deadline(at, call)).await;
/// assert!(outcome.is_err());
/// assert_eq!(report.failures[0].reason, Some(Reason::Deadline));
/// # }
/// ```
pub fn with_deadline<F: Future>(
    at: impl Into<Deadline>,
    future: F,
) -> impl Future<Output = F::Output> {
    let Deadline(at) = at.into();
    Within::new(future, move |ambient: &mut Ambient| {
        let at = match at {
            At::Instant(at) => Some(at),
            At::SystemTime(at) => Ambient::clock(Some(ambient)).instant_of(at),
        };
        if let Some(at) = at {
            ambient.limit(at);
        }
    })
}

/// The remaining time until the deadline of the surrounding [`with_deadline`], zero once it has passed;
/// `None` if there is no such deadline. A deadline of the call itself (`total_timeout`, `deadline`) does not
/// count.
///
/// ```
/// use aws_retry_core::{time_left, with_deadline};
/// use std::time::{Duration, SystemTime};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(time_left(), None);
/// let at = SystemTime::now() + Duration::from_secs(60);
/// let left = with_deadline(at, async { time_left() }).await;
/// assert!(left.is_some_and(|left| left > Duration::from_secs(59)));
/// # }
/// ```
#[must_use]
pub fn time_left() -> Option<Duration> {
    let ambient = ambient::current()?;
    let clock = Ambient::clock(Some(&ambient));
    Some(clock.time_of(ambient.deadline?).saturating_sub(clock.now()))
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use super::*;
    use crate::{Reason, RetryPolicy, StopWhy, in_call, report, stopped};

    const FAR: Duration = Duration::from_secs(600);
    const NEAR: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn the_time_that_is_left_is_that_until_the_earliest_deadline_around() {
        let now = tokio::time::Instant::now();
        let inner = async {
            let left = time_left();
            tokio::time::sleep(NEAR / 2).await;
            let spawned = tokio::spawn(in_call(async { time_left() })).await.unwrap();
            assert_eq!(spawned, time_left());
            (left, spawned, with_deadline(now, async { time_left() }).await)
        };
        let inside = with_deadline(now + FAR, with_deadline((now + NEAR).into_std(), inner)).await;
        assert_eq!(inside, (Some(NEAR), Some(NEAR / 2), Some(Duration::ZERO)));
        assert_eq!(time_left(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_system_time_is_a_deadline_too() {
        let at = SystemTime::now() + NEAR;
        let left = with_deadline(at, async { time_left() }).await.unwrap();
        assert!(left <= NEAR && left > NEAR / 2, "{left:?}");
        let past = SystemTime::now() - NEAR;
        let policy = RetryPolicy::new();
        let call = policy.run(|| async { Err::<(), _>(std::io::ErrorKind::BrokenPipe.into()) });
        let (outcome, report) = report(with_deadline(past, call)).await;
        let error: std::io::Error = outcome.unwrap_err();
        assert_eq!(stopped(&error).map(|it| it.why), Some(StopWhy::Deadline));
        assert!(report.give_ups().all(|it| it.reason == Some(Reason::Deadline)));
        let never = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40);
        assert!(with_deadline(never, async { time_left() }).await.is_none_or(|left| left > FAR));
    }
}
