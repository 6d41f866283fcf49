//! `report`: what became of the calls inside a future.

use std::time::Duration;

use crate::support::{EXACT, Fault, failing};
use aws_retry_core::testing::Harness;
use aws_retry_core::{Kind, Reason, report};

#[tokio::test(start_paused = true)]
async fn a_report_has_every_attempt_and_every_failure_with_its_time() {
    let calls = async {
        failing(&EXACT, "r1", 2, Fault::Throttled).await.unwrap();
        failing(&EXACT, "r1", 0, Fault::Down).await.unwrap();
        failing(&EXACT, "r1", 1, Fault::Gone).await.unwrap_err();
    };
    let ((), report) = report(calls).await;
    assert_eq!((report.calls, report.attempts, report.retries()), (3, 5, 2));
    assert_eq!(report.total_wait, Duration::from_millis(1500));
    let at: Vec<_> = report.failures.iter().map(|failure| failure.at.as_millis()).collect();
    assert_eq!(at, [0, 500, 1500]);
    let first = &report.failures[0];
    assert_eq!(first.code.as_deref(), Some("ThrottlingException"));
    assert_eq!(first.request_id.as_deref(), Some("id-1"));
    assert_eq!((first.status, first.kind), (Some(400), Kind::Throttled));
    assert_eq!((first.delay, first.reason), (Duration::from_millis(500), None));
    let given_up: Vec<_> = report.give_ups().map(|failure| failure.reason).collect();
    assert_eq!(given_up, [Some(Reason::Permanent)]);
}

#[tokio::test(start_paused = true)]
async fn reports_count_side_by_side_and_inside_each_other() {
    let (outer, ((_, left), (_, right))) = {
        let ((left, right), outer) = report(async {
            tokio::join!(
                report(failing(&EXACT, "r2", 1, Fault::Throttled)),
                report(failing(&EXACT, "r3", 3, Fault::Throttled)),
            )
        })
        .await;
        (outer, (left, right))
    };
    assert_eq!((left.retries(), right.retries(), outer.retries()), (1, 3, 4));
    assert_eq!(outer.calls, 2);
}

#[tokio::test(start_paused = true)]
async fn calls_outside_a_report_do_not_count() {
    let spawned = async {
        tokio::spawn(async { failing(&EXACT, "r4", 1, Fault::Throttled).await }).await.unwrap()
    };
    let (outcome, inside) = report(spawned).await;
    assert_eq!((outcome, inside.attempts), (Ok(2), 0));
    let beside = failing(&EXACT, "r5", 2, Fault::Throttled);
    let (_, (_, inside)) = tokio::join!(beside, report(failing(&EXACT, "r6", 0, Fault::Down)));
    assert_eq!(inside.attempts, 1);
}

#[test]
fn a_report_and_a_harness_work_together_on_any_executor() {
    let harness = Harness::new().no_waits();
    let call = harness.scope(report(failing(&EXACT, "r7", 2, Fault::Throttled)));
    let (outcome, report) = futures::executor::block_on(call);
    assert_eq!((outcome, report.attempts), (Ok(3), 3));
    assert_eq!(harness.waits(), [Duration::from_millis(500), Duration::from_secs(1)]);
    assert!(report.failures[1].at >= Duration::from_millis(500), "time passes without a wait");
}
