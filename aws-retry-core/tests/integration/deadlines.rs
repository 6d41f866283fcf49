//! `with_deadline`: an ambient deadline, as a Lambda handler sets it.

use std::time::Duration;

use crate::support::{EXACT, Fault, failing};
use aws_retry_core::{Reason, report, with_deadline};
use tokio::time::Instant;

fn in_seconds(seconds: f64) -> Instant {
    Instant::now() + Duration::from_secs_f64(seconds)
}

#[tokio::test(start_paused = true)]
async fn no_wait_passes_an_ambient_deadline() {
    let begun = Instant::now();
    let (_, report) =
        report(with_deadline(in_seconds(2.0), failing(&EXACT, "d1", 9, Fault::Throttled))).await;
    assert_eq!(report.attempts, 3, "0.5 s and 1 s; the next wait would end at 3.5 s");
    assert_eq!(report.failures[2].reason, Some(Reason::Deadline));
    assert_eq!(begun.elapsed(), Duration::from_millis(1500));
}

#[tokio::test(start_paused = true)]
async fn the_earlier_of_two_deadlines_counts() {
    for (outer, inner) in [(1.0, 9.0), (9.0, 1.0)] {
        let call = with_deadline(in_seconds(inner), failing(&EXACT, "d2", 9, Fault::Throttled));
        let (_, report) = report(with_deadline(in_seconds(outer), call)).await;
        assert_eq!(report.attempts, 2);
    }
    let hurried = EXACT.total_timeout(Duration::from_secs(1));
    let call = failing(&hurried, "d2", 9, Fault::Throttled);
    let (_, report) = report(with_deadline(in_seconds(9.0), call)).await;
    assert_eq!(report.attempts, 2);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_with_its_future() {
    let inside = with_deadline(in_seconds(0.1), failing(&EXACT, "d3", 9, Fault::Throttled));
    let beside = failing(&EXACT, "d4", 2, Fault::Throttled);
    let (inside, beside) = tokio::join!(inside, beside);
    assert_eq!((inside, beside), (Err(Fault::Throttled), Ok(3)));
    assert_eq!(failing(&EXACT, "d3", 2, Fault::Throttled).await, Ok(3));
}
