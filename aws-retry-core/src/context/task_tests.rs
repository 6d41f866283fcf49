//! Tasks that a poll drives in turn are part of neither the call nor its surroundings.

use std::future::Future;
use std::io::{Error, ErrorKind};
use std::time::{Duration, Instant};

use tokio::task::{LocalSet, spawn, spawn_local};

use crate::testing::Harness;
use crate::{RetryPolicy, attempt, client_token, in_call, report, with_deadline};

type Seen = (u32, String);

fn seen() -> Seen {
    (attempt(), client_token())
}

async fn lost() -> Result<(), Error> {
    RetryPolicy::new().run(|| async { Err(ErrorKind::BrokenPipe.into()) }).await
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn assert_apart((own, own_token): &Seen, (other, other_token): &Seen) {
    assert_eq!((*own, *other), (1, 0));
    assert_ne!(own_token, other_token);
}

#[test]
fn a_task_that_a_blocking_call_drives_is_not_in_the_call() {
    let runtime = runtime();
    let unrelated = runtime.spawn(async { seen() });
    let policy = RetryPolicy::new();
    let own = policy.run_blocking(|| {
        let root = runtime.block_on(async {
            tokio::task::yield_now().await;
            seen()
        });
        assert_eq!(root, seen(), "the code inside `block_on` itself is in the call");
        Ok::<_, Error>(root)
    });
    assert_apart(&own.unwrap(), &runtime.block_on(unrelated).unwrap());
}

#[tokio::test]
async fn a_task_of_a_local_set_is_not_in_the_call_that_runs_the_set() {
    let set = LocalSet::new();
    let unrelated = set.spawn_local(async {
        // It is polled again while the call is in progress.
        tokio::task::yield_now().await;
        (seen(), RetryPolicy::new().run(|| async { Ok::<_, Error>(attempt()) }).await.unwrap())
    });
    let policy = RetryPolicy::new();
    let run = policy.run(|| async {
        let inside = set.run_until(async {
            spawn_local(async {}).await.unwrap();
            tokio::task::yield_now().await;
            seen()
        });
        let inside = inside.await;
        assert_eq!(inside, seen());
        Ok::<_, Error>(inside)
    });
    let own = run.await.unwrap();
    let (unrelated, its_own_call) = set.run_until(unrelated).await.unwrap();
    assert_apart(&own, &unrelated);
    assert_eq!(its_own_call, 1);
}

#[tokio::test]
async fn a_task_of_a_local_set_is_under_no_deadline_report_or_harness_of_its_driver() {
    let set = LocalSet::new();
    let unrelated = set.spawn_local(lost());
    let told = async { spawn_local(in_call(lost())).await.unwrap() };
    let harness = Harness::new().no_waits().max_attempts(2);
    let driven = set.run_until(async {
        let _ = told.await;
    });
    let at = Instant::now() + Duration::from_secs(600);
    let ((), report) = report(with_deadline(at, harness.scope(driven))).await;
    assert_eq!(report.attempts, 2, "only those of the task that was told");
    unrelated.abort();
}

#[tokio::test]
async fn a_harness_that_is_entered_holds_for_the_tasks_of_its_thread() {
    let harness = Harness::new().no_waits();
    let _rules = harness.enter();
    assert!(spawn(lost()).await.unwrap().is_err());
    assert_eq!(harness.waits().len(), 5);
    let at = Instant::now() + Duration::from_millis(1);
    // It also holds under its own deadline.
    let _ = spawn(with_deadline(at, lost())).await.unwrap();
    drop(_rules);
    assert_eq!(attempts_of(Harness::new().no_waits().scope(lost())).await, 6);
    assert_eq!(harness.waits().len(), 5);
}

async fn attempts_of<T>(call: impl Future<Output = T>) -> u32 {
    report(call).await.1.attempts
}

#[tokio::test]
async fn a_spawned_task_is_under_what_surrounds_the_place_of_in_call() {
    let harness = Harness::new().no_waits().max_attempts(3);
    let spawned = async { spawn(in_call(lost())).await.unwrap() };
    assert_eq!(
        attempts_of(harness.scope(spawned)).await,
        3,
        "directly inside a harness and a report"
    );

    let past = Instant::now();
    let spawned = async { spawn(in_call(lost())).await.unwrap() };
    let (_, late) = report(with_deadline(past, spawned)).await;
    assert!(late.give_ups().all(|it| it.reason == Some(crate::Reason::Deadline)), "{late:?}");

    let inside_out = async {
        let told = in_call(lost());
        spawn(async move {
            let (_, inner) = report(Harness::new().no_waits().max_attempts(2).scope(told)).await;
            inner.attempts
        })
        .await
        .unwrap()
    };
    let (inner, outer) = report(inside_out).await;
    assert_eq!((inner, outer.attempts), (2, 2), "both reports count, and the nearer harness holds");

    let at = Instant::now();
    let later = at + Duration::from_secs(600);
    let told = async { spawn(with_deadline(later, in_call(lost()))).await.unwrap() };
    let (_, cut) = report(with_deadline(at, told)).await;
    assert!(cut.give_ups().all(|it| it.reason == Some(crate::Reason::Deadline)), "{cut:?}");
}

#[tokio::test]
async fn a_task_that_outlives_its_call_is_on_its_own() {
    let (over, is_over) = tokio::sync::oneshot::channel::<()>();
    let policy = RetryPolicy::new();
    let mut channel = Some(is_over);
    let call = policy.run(|| {
        let is_over = channel.take();
        async move {
            let late = spawn(in_call(async move {
                let during = attempt();
                is_over.unwrap().await.unwrap();
                (during, seen())
            }));
            tokio::task::yield_now().await;
            Ok::<_, Error>((late, client_token()))
        }
    });
    let (late, token) = call.await.unwrap();
    over.send(()).unwrap();
    let (during, (after, its_token)) = late.await.unwrap();
    assert_eq!((during, after), (1, 0));
    assert_ne!(token, its_token);
}
