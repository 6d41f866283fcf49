//! The real loop on a paused clock: what it waits, when it stops, what it leaves behind.

use std::cell::RefCell;
use std::time::Duration;

use crate::support::Fault;
use aws_retry_core::{Codes, Jitter, RetryPolicy, scope};
use tokio::time::Instant;

/// Runs under `policy` in the scope `name` and fails as `faults` say, then succeeds; returns the outcome
/// and the waits between the attempts.
async fn waits(
    policy: &RetryPolicy,
    name: &str,
    faults: impl IntoIterator<Item = Fault>,
) -> (Result<u32, Fault>, Vec<Duration>) {
    let started = RefCell::new(Vec::new());
    let faults = RefCell::new(faults.into_iter());
    let outcome = policy
        .run_in(name, || {
            started.borrow_mut().push(Instant::now());
            let fault = faults.borrow_mut().next();
            let attempt = aws_retry_core::attempt();
            async move { fault.map_or(Ok(attempt), Err) }
        })
        .await;
    let waits = started.borrow().windows(2).map(|pair| pair[1] - pair[0]).collect();
    (outcome, waits)
}

fn seconds(waits: &[Duration]) -> Vec<f64> {
    waits.iter().map(Duration::as_secs_f64).collect()
}

#[tokio::test(start_paused = true)]
async fn the_delays_are_those_of_the_python_decorator() {
    let python = RetryPolicy::new().codes(Codes::Python).quota(false);
    let table = [(0.375, 0.625), (0.75, 1.25), (1.5, 2.5), (3.0, 5.0), (6.0, 10.0)];
    for _ in 0..50 {
        let (outcome, waits) = waits(&python, "python", [Fault::Throttled; 6]).await;
        assert_eq!(outcome, Err(Fault::Throttled), "the last error comes back");
        assert_eq!(waits.len(), 5);
        for (wait, (low, high)) in waits.iter().zip(table) {
            // A timer ends on the next whole millisecond.
            assert!((low..=high + 0.001).contains(&wait.as_secs_f64()), "{waits:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_delay_exceeds_the_cap() {
    let policy = RetryPolicy::new().max_retries(9);
    let (_, waits) = waits(&policy, "cap", [Fault::Throttled; 10]).await;
    assert!(seconds(&waits)[6..].iter().all(|wait| (22.5..=37.501).contains(wait)), "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn a_success_ends_the_call() {
    let policy = RetryPolicy::new().jitter(Jitter::None);
    let (outcome, waits) = waits(&policy, "success", [Fault::Throttled, Fault::Down]).await;
    assert_eq!(outcome, Ok(3), "the body knows its attempt");
    assert_eq!(seconds(&waits), [0.5, 1.0]);
}

#[tokio::test(start_paused = true)]
async fn a_permanent_failure_is_not_retried() {
    let (outcome, waits) = waits(&RetryPolicy::new(), "permanent", [Fault::Gone]).await;
    assert_eq!((outcome, waits.len()), (Err(Fault::Gone), 0));
}

#[tokio::test(start_paused = true)]
async fn no_wait_passes_the_deadline() {
    let policy = RetryPolicy::new().jitter(Jitter::None).total_timeout(Duration::from_secs(4));
    let begun = Instant::now();
    let (outcome, waits) = waits(&policy, "deadline", [Fault::Throttled; 9]).await;
    assert_eq!(outcome, Err(Fault::Throttled));
    assert_eq!(seconds(&waits), [0.5, 1.0, 2.0], "the next wait would end at 7.5 s");
    assert!(begun.elapsed() < Duration::from_secs(4), "and so it comes back at once");
}

#[tokio::test(start_paused = true)]
async fn an_outage_empties_the_tokens_and_the_reserve() {
    let policy = RetryPolicy::new().jitter(Jitter::None).max_delay(Duration::from_millis(500));
    let mut retries = 0;
    for _ in 0..100 {
        retries += waits(&policy, "outage", [Fault::Down; 9]).await.1.len();
    }
    // A transient retry costs 14 of 500 tokens. The reserve pays for the five retries of 33 calls more, as
    // the later ones cost more, and for four.
    assert_eq!(retries, 500 / 14 + 33 * 5 + 4);
    assert_eq!(scope::state("outage").unwrap().retry_tokens, 500 % 14);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_calls_at_once_that_lose_a_connection_each_succeed() {
    let policy = RetryPolicy::new();
    let calls = (0..100).map(|_| waits(&policy, "blip", [Fault::Down]));
    let outcomes = futures::future::join_all(calls).await;
    assert!(outcomes.iter().all(|(outcome, _)| outcome.is_ok()));
    assert_eq!(scope::state("blip").unwrap().retry_tokens, 500, "and their tokens are back");
}

#[tokio::test(start_paused = true)]
async fn one_bad_account_of_twenty_takes_no_retries_from_the_others() {
    let policy = RetryPolicy::new();
    let call = async |account: u32, second: u32| {
        let faults = match account {
            0 => vec![Fault::Down; 9],
            // A tenth of the others' calls loses a connection.
            _ if (account + second).is_multiple_of(10) => vec![Fault::Down],
            _ => vec![],
        };
        waits(&policy, &format!("account {account}"), faults).await.0.is_ok()
    };
    let mut lost = 0;
    for second in 0..120 {
        let calls = (0..20).flat_map(|account| [(account, second), (account, second + 5)]);
        let call = &call;
        let calls =
            calls.map(|(account, second)| async move { (account, call(account, second).await) });
        let ended = futures::future::join_all(calls).await;
        lost += ended.iter().filter(|(account, saved)| *account > 0 && !saved).count();
    }
    assert_eq!(lost, 0);
    assert_eq!(scope::state("account 0").unwrap().retry_tokens, 500 % 14);
    assert_eq!(scope::state("account 1").unwrap().retry_tokens, 500);
}

#[tokio::test(start_paused = true)]
async fn throttles_are_free_only_while_something_gets_through() {
    let policy = RetryPolicy::new().jitter(Jitter::None).max_delay(Duration::from_millis(500));
    let left = || scope::state("closed").unwrap().retry_tokens;
    // At 0, 0.5, 1.0, .. seconds: free for the first one.
    assert_eq!(waits(&policy, "closed", [Fault::Throttled; 9]).await.1.len(), 5);
    assert_eq!(left(), 500 - 2 * 14);
    // Another call is accepted, and throttles are free again.
    waits(&policy, "closed", []).await.0.unwrap();
    let before = left();
    assert_eq!(waits(&policy, "closed", [Fault::Throttled; 9]).await.1.len(), 5);
    assert_eq!(left(), before);
}

#[tokio::test(start_paused = true)]
async fn answers_of_a_healthy_service_give_tokens_back() {
    let policy = RetryPolicy::new();
    for _ in 0..100 {
        let (outcome, waits) = waits(&policy, "healthy", [Fault::Down, Fault::Gone]).await;
        assert_eq!((outcome, waits.len()), (Err(Fault::Gone), 1), "each call has its retry");
    }
    while waits(&policy, "healthy", [Fault::Down; 9]).await.1.len() == 5 {}
    for _ in 0..10_000 {
        waits(&policy, "healthy", [Fault::Gone]).await.0.unwrap_err();
    }
    assert_eq!(scope::state("healthy").unwrap().retry_tokens, 500);
    // AWS's modes are exact: only a success gives tokens back.
    let standard = RetryPolicy::standard();
    waits(&standard, "exact", [Fault::Down, Fault::Gone]).await.0.unwrap_err();
    waits(&standard, "exact", [Fault::Gone]).await.0.unwrap_err();
    assert_eq!(scope::state("exact").unwrap().retry_tokens, 500 - 14);
}

#[tokio::test(start_paused = true)]
async fn successes_give_retry_tokens_back() {
    let policy = RetryPolicy::new();
    waits(&policy, "refill", [Fault::Down; 9]).await.0.unwrap_err();
    let left = || scope::state("refill").unwrap().retry_tokens;
    assert_eq!(left(), 500 - 5 * 14);
    waits(&policy, "refill", []).await.0.unwrap();
    assert_eq!(left(), 500 - 5 * 14 + 1, "a success on the first attempt gives 1");
    waits(&policy, "refill", [Fault::Down]).await.0.unwrap();
    assert_eq!(left(), 500 - 5 * 14 + 1, "a later one gives what its retry took");
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_in_its_wait_gives_its_tokens_back() {
    let policy = RetryPolicy::new();
    let call = waits(&policy, "dropped", [Fault::Down; 9]);
    tokio::time::timeout(Duration::from_millis(300), call).await.unwrap_err();
    assert_eq!(scope::state("dropped").unwrap().retry_tokens, 500);
}

#[tokio::test(start_paused = true)]
async fn paused_clocks_do_not_share_scopes() {
    let policy = RetryPolicy::new();
    waits(&policy, "shared?", [Fault::Down; 9]).await.0.unwrap_err();
    let elsewhere = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async { scope::state("shared?") })
    });
    assert_eq!(elsewhere.join().unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn the_adaptive_mode_slows_down_after_throttles() {
    let policy = RetryPolicy::adaptive().max_attempts(4);
    for _ in 0..20 {
        let _ = waits(&policy, "adaptive", [Fault::Throttled]).await;
    }
    let rate = scope::state("adaptive").unwrap().adaptive.unwrap();
    assert_eq!(rate.throttles, 20);
    assert!(rate.rate.unwrap() >= 0.5, "{rate:?}");
}

#[test]
fn blocking_code_waits_on_its_thread() {
    let policy = RetryPolicy::new().base_delay(Duration::from_micros(1)).jitter(Jitter::None);
    let mut tries = 0;
    let outcome = policy.run_blocking(|| {
        tries += 1;
        if tries < 4 { Err(Fault::Throttled) } else { Ok(aws_retry_core::attempt()) }
    });
    assert_eq!((outcome, tries), (Ok(4), 4));
}

#[tokio::test(start_paused = true)]
async fn a_report_has_the_time_in_the_queue_apart_from_the_backoff() {
    let policy = RetryPolicy::paced().max_rate(2.0).jitter(Jitter::None);
    let calls = async {
        for _ in 0..3 {
            waits(&policy, "queued", []).await.0.unwrap();
        }
        waits(&policy, "queued", [Fault::Down]).await.0.unwrap();
    };
    let ((), report) = aws_retry_core::report(calls).await;
    assert_eq!(report.attempts, 5);
    assert_eq!(report.total_wait.as_secs_f64(), 0.5, "one backoff");
    // Five sends, half a second apart, of which one went by in the backoff.
    let queued = report.total_queued.as_secs_f64();
    assert!((1.4..=2.0).contains(&queued), "{queued}");
}
