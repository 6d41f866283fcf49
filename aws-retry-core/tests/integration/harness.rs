//! `testing::Harness`: what it controls, and what it leaves alone.

use std::time::Duration;

use crate::support::{EXACT, Fault, failing, lost};
use aws_retry_core::testing::Harness;
use aws_retry_core::{Reason, RetryPolicy, report, scope};

#[tokio::test(start_paused = true)]
async fn a_harness_has_scopes_of_its_own() {
    let harness = Harness::new().no_waits();
    let left = async || scope::state("h1").map(|state| state.retry_tokens);
    harness.scope(failing(&EXACT, "h1", 9, Fault::Down)).await.unwrap_err();
    assert_eq!(harness.scope(left()).await, Some(500 - 5 * 14));
    assert_eq!(left().await, None);
    assert_eq!(Harness::new().scope(left()).await, None, "another test");
}

#[tokio::test(start_paused = true)]
async fn time_passes_in_a_harness_though_nothing_waits() {
    let harness = Harness::new().no_waits();
    let begun = tokio::time::Instant::now();
    let policy = EXACT.total_timeout(Duration::from_secs(4));
    let call = harness.scope(report(failing(&policy, "h2", 9, Fault::Throttled)));
    let (_, report) = call.await;
    assert_eq!(report.failures[3].reason, Some(Reason::Deadline));
    assert_eq!(harness.waits().len(), 3, "the next wait would end at 7.5 s");
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn attempts_in_a_harness_take_their_own_time() {
    let policy = RetryPolicy::new().attempt_timeout(Duration::from_secs(1));
    let slow = policy.run_in("h3", || async {
        tokio::time::sleep(Duration::from_millis(900)).await;
        Ok::<_, std::io::Error>(7)
    });
    assert_eq!(Harness::new().no_waits().scope(slow).await.unwrap(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_paced_job_in_a_harness_takes_no_time() {
    let policy = RetryPolicy::paced().max_rate(1.0);
    let job = async {
        for _ in 0..50 {
            failing(&policy, "h4", 1, Fault::Throttled).await.unwrap();
        }
        scope::state("h4").unwrap().paced.unwrap().throttles
    };
    let begun = tokio::time::Instant::now();
    assert_eq!(Harness::new().no_waits().scope(job).await, 50);
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_harness_reaches_neither_the_calls_beside_it_nor_other_threads() {
    let harness = Harness::new().no_retries();
    let (inside, beside) = tokio::join!(
        harness.scope(failing(&EXACT, "h5", 1, Fault::Throttled)),
        failing(&EXACT, "h6", 1, Fault::Throttled),
    );
    assert_eq!((inside, beside), (Err(Fault::Throttled), Ok(2)));
    let _rules = harness.enter();
    let elsewhere = std::thread::spawn(|| {
        let quick = RetryPolicy::new().base_delay(Duration::from_micros(1));
        let mut tries = 0;
        quick.run_blocking(|| {
            tries += 1;
            if tries < 3 { Err(lost()) } else { Ok(tries) }
        })
    });
    assert_eq!(elsewhere.join().unwrap().unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_thread_is_in_a_harness_until_the_guard_is_dropped() {
    let (once, twice) = (Harness::new().no_retries(), Harness::new().max_attempts(2));
    let attempts = async || report(failing(&EXACT, "h7", 9, Fault::Throttled)).await.1.attempts;
    {
        let _outer = once.enter();
        assert_eq!(attempts().await, 1);
        {
            let _inner = twice.enter();
            assert_eq!(attempts().await, 2);
        }
        assert_eq!(attempts().await, 1);
        let spawned = tokio::spawn(failing(&EXACT, "h8", 1, Fault::Throttled));
        assert_eq!(spawned.await.unwrap(), Err(Fault::Throttled), "the same thread");
        assert_eq!(twice.scope(attempts()).await, 2, "the future's rules come first");
    }
    assert_eq!(attempts().await, 6);
}
