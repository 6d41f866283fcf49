//! The report on the calls inside a future.

use std::future::Future;
use std::sync::Arc;

use crate::context::ambient::{self, Ambient, Within};
use crate::observe::{Collector, Report};

/// Runs `future`, and returns its output and the results of the retried calls inside it. Spawned tasks do not
/// count.
///
/// ```
/// # use aws_retry_core as aws_retry;
/// use aws_retry::{RetryPolicy, report};
/// use std::io::{Error, ErrorKind::ConnectionReset};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let policy = RetryPolicy::new().base_delay(Duration::from_millis(1));
/// let call = policy.run(|| async {
///     if aws_retry::attempt() < 3 { Err(Error::from(ConnectionReset)) } else { Ok(42) }
/// });
/// let (answer, report) = report(call).await;
/// assert_eq!(answer.unwrap(), 42);
/// assert_eq!((report.attempts, report.retries()), (3, 2));
/// assert_eq!(report.failures.len(), 2);
/// assert!(report.total_wait >= Duration::from_micros(2250));
/// # }
/// ```
pub async fn report<F: Future>(future: F) -> (F::Output, Report) {
    let clock = Ambient::clock(ambient::current().as_deref());
    let collector = Arc::new(Collector::new(clock));
    let inside = Arc::clone(&collector);
    let output = Within::new(future, |ambient: &mut Ambient| ambient.reports.push(inside)).await;
    (output, collector.take())
}
