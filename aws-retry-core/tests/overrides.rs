//! `overrides`: policies changed in a running process. One test, since there is one process.

mod support;

use std::time::Duration;

use aws_retry_core::overrides::{self, Override};
use aws_retry_core::testing::Harness;
use aws_retry_core::{Mode, RetryPolicy, report, scope};
use support::{EXACT, Fault, failing};
use tokio::time::Instant;

async fn attempts(policy: &RetryPolicy) -> u32 {
    let (_, report) = report(failing(policy, "overridden", u32::MAX, Fault::Throttled)).await;
    report.attempts
}

#[tokio::test(start_paused = true)]
async fn overrides_beat_the_written_policy_until_they_are_removed() {
    assert_eq!(attempts(&EXACT).await, 6);
    overrides::set("RetryPolicy::*", RetryPolicy::new().max_attempts(2));
    assert_eq!(attempts(&EXACT.max_retries(9)).await, 2);
    assert_eq!(Harness::new().max_attempts(1).scope(attempts(&EXACT)).await, 1, "a test's cap");
    overrides::set("RetryPolicy::*", Override::off());
    assert_eq!(attempts(&EXACT).await, 1);
    overrides::set("another_fn", RetryPolicy::new().max_attempts(9));
    assert_eq!(attempts(&EXACT).await, 1);
    overrides::clear();
    assert_eq!(attempts(&EXACT).await, 6);

    // A call in progress follows, from its next failure on: the first wait is 0.5 s.
    let begun = Instant::now();
    let operator = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        overrides::set("RetryPolicy::run", Override::off());
    };
    let (sent, ()) = tokio::join!(attempts(&EXACT), operator);
    assert_eq!((sent, begun.elapsed()), (2, Duration::from_millis(500)));

    // A mode with a rate applies before the first attempt.
    overrides::set("RetryPolicy::run", RetryPolicy::new().mode(Mode::Paced).max_rate(2.0));
    let begun = Instant::now();
    for _ in 0..20 {
        failing(&EXACT, "paced by an override", 0, Fault::Throttled).await.unwrap();
    }
    assert!(begun.elapsed() > Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(scope::state("paced by an override").unwrap().paced.is_some());
    // A scope that has a rate already follows, and goes back.
    let hundred = async |policy: &RetryPolicy| {
        let begun = Instant::now();
        for _ in 0..100 {
            failing(policy, "paced as written", 0, Fault::Throttled).await.unwrap();
        }
        begun.elapsed()
    };
    overrides::clear();
    let paced = RetryPolicy::paced();
    assert_eq!(hundred(&paced).await, Duration::ZERO);
    overrides::set("RetryPolicy::run", RetryPolicy::new().max_rate(10.0));
    assert!(hundred(&paced).await > Duration::from_secs(9));
    assert!(overrides::remove("RetryPolicy::run").is_some());
    assert_eq!(hundred(&paced).await, Duration::ZERO);
    assert_eq!(attempts(&EXACT).await, 6);

    // Calls that wait in the queue follow as well, and so does the next call of the scope.
    for (name, raised, until) in [
        ("raised", Some(10.0), Duration::from_secs(3)),
        ("lifted", None, Duration::from_millis(1001)),
    ] {
        overrides::set("RetryPolicy::run", RetryPolicy::new().max_rate(0.01));
        let begun = Instant::now();
        let call = || failing(&paced, name, 0, Fault::Throttled);
        let calls = futures::future::join_all((0..10).map(|_| call()));
        let operator = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            match raised {
                Some(rate) => overrides::set("RetryPolicy::run", RetryPolicy::new().max_rate(rate)),
                None => overrides::clear(),
            }
        };
        let _ = tokio::join!(calls, operator);
        call().await.unwrap();
        assert!(begun.elapsed() < until, "{name}: {:?}", begun.elapsed());
    }
    overrides::clear();
}
