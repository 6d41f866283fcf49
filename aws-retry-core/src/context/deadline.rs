//! The deadline of the surroundings.

use std::future::Future;
use std::time::Instant;

use crate::context::ambient::{Ambient, Within};

/// Runs `future` with a deadline for every call inside it, as though each had `deadline = at` written
/// on it: no wait passes it, and an attempt is cut where its error type can say so. The future itself
/// is not cut. Inside another deadline the earlier one counts. Spawned tasks do not inherit it, unless by
/// [`in_call`](crate::in_call).
///
/// For a Lambda handler `at` is the invocation's deadline, less what the answer takes; for a request
/// handler, the client's time-out.
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
    at: impl Into<Instant>,
    future: F,
) -> impl Future<Output = F::Output> {
    let at = at.into();
    Within::new(future, move |ambient: &mut Ambient| {
        ambient.limit(at);
    })
}
