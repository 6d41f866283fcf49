//! Processes that stand still for some time, as a Lambda does between two invocations.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use tokio::time::{Duration, Instant, sleep_until};

/// Runs a task, except between these seconds.
pub async fn frozen<T>(
    origin: Instant,
    between: Option<(f64, f64)>,
    task: impl Future<Output = T>,
) -> T {
    let Some((from, until)) = between else { return task.await };
    let [from, until] = [from, until].map(|at| origin + Duration::from_secs_f64(at));
    let (mut task, mut thaw) = (pin!(task), pin!(sleep_until(until)));
    poll_fn(|cx| {
        if Instant::now() >= from && thaw.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        task.as_mut().poll(cx)
    })
    .await
}
