//! Advice from real runs of paced mode against a token bucket, alone and beside others, on a paused clock.

use std::cell::RefCell;
use std::time::Duration;

use crate::support::Fault;
use aws_retry_core::RetryPolicy;
use aws_retry_core::scope::{self, Advice, Hint};
use aws_retry_testkit::bucket::{Quota, TokenBucket};
use futures::future::join_all;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use tokio::time::{Instant, sleep};

const HERE: (&str, &str, &str) = ("ec2:DescribeInstances", "123456789012", "eu-west-1");
const QUOTA: Quota = Quota { burst: 40.0, rate: 20.0 };

/// The advice after callers of paced mode have used the quota for a minute, while others take as many of its units per
/// second as `others` draws.
fn after_a_minute(policy: &RetryPolicy, others: impl FnMut() -> f64) -> Option<Advice> {
    begun_by(|| {}, policy, others)
}

fn begun_by(
    begin: impl FnOnce(),
    policy: &RetryPolicy,
    mut others: impl FnMut() -> f64,
) -> Option<Advice> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        begin();
        let began = Instant::now();
        let bucket = RefCell::new(TokenBucket::full(QUOTA));
        let take = |units| bucket.borrow_mut().take_units(began.elapsed().as_secs_f64(), units);
        let answer = async || {
            sleep(Duration::from_millis(50)).await;
            if take(1.0) { Ok(()) } else { Err(Fault::Throttled) }
        };
        let minute = Duration::from_secs(60);
        let caller = async || {
            while began.elapsed() < minute {
                let _ = policy.run_in(&HERE, answer).await;
            }
        };
        let others = async {
            while began.elapsed() < minute {
                sleep(Duration::from_millis(100)).await;
                take(0.1 * others());
            }
        };
        tokio::join!(join_all((0..30).map(|_| caller())), others);
        scope::advice_for(&HERE)
    })
}

#[test]
fn a_quota_that_a_process_has_to_itself_is_measured_and_told() {
    let advice = after_a_minute(&RetryPolicy::paced(), || 0.0).expect("it was throttled");
    let quota = advice.quota.expect("a measure");
    assert!((18.0..=22.0).contains(&quota.refill), "{quota:?}");
    let attempts = advice.attempts.expect("paced mode counts them");
    assert!((1_200..1_400).contains(&attempts), "{attempts}: 40, and 20 per second");
    assert!(advice.throttles > 4 && advice.throttles < attempts / 10, "{}", advice.throttles);
    assert_eq!(advice.action.as_deref(), Some("ec2:DescribeInstances"));
    assert_eq!(advice.request_id.as_deref(), Some("id-1"));
    assert!(matches!(advice.hints[..], [Hint::KnownRate { .. }]), "{advice}");

    let told = RetryPolicy::paced().known_rate(20.0).known_burst(40.0);
    let told = after_a_minute(&told, || 0.0).expect("it was throttled");
    assert_eq!(told.hints, [], "{told}");

    let bucket = scope::Bucket { capacity: QUOTA.burst, refill: QUOTA.rate };
    let seeded = || scope::seed(&HERE, bucket);
    let seeded = begun_by(seeded, &RetryPolicy::paced(), || 0.0).expect("it was throttled");
    assert_eq!(seeded.hints, [], "{seeded}");
}

#[test]
fn others_that_use_the_same_quota_are_noticed() {
    let mut random = SmallRng::seed_from_u64(7);
    let advice = after_a_minute(&RetryPolicy::paced(), || random.random_range(0.0..20.0));
    let advice = advice.expect("it was throttled");
    assert!(matches!(advice.hints[..], [Hint::SharedQuota { .. }]), "{advice}");
}

#[test]
fn calls_that_do_not_pace_are_advised_to() {
    let advice = after_a_minute(&RetryPolicy::new(), || 0.0).expect("it was throttled");
    assert!(matches!(advice.hints[..], [Hint::Pace { retries: 10.., again: 3.., .. }]), "{advice}");
    assert_eq!((advice.quota, advice.attempts), (None, None), "nothing measures them");
}

/// No measure, no advice.
#[test]
fn a_scope_that_was_not_throttled_has_none() {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let once = RetryPolicy::paced().max_attempts(1);
        once.run_in(&HERE, async || Err::<(), _>(Fault::Down)).await.unwrap_err();
        assert!(scope::state(&HERE).is_some());
        assert_eq!(scope::advice_for(&HERE), None);
        assert_eq!(scope::advice(), []);
    });
}

#[test]
fn the_advice_on_all_scopes_begins_with_the_one_that_was_throttled_most() {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let policy = RetryPolicy::new();
        for (scope, attempts) in [("once", 1), ("three times", 3), ("twice", 2)] {
            let policy = policy.clone().max_attempts(attempts);
            policy.run_in(scope, async || Err::<(), _>(Fault::Throttled)).await.unwrap_err();
        }
        policy.run_in("never", async || Ok::<_, Fault>(())).await.unwrap();
        let all = scope::advice();
        assert_eq!(all.iter().map(|it| it.throttles).collect::<Vec<_>>(), [3, 2, 1]);
        assert_eq!(all[0].throttles, scope::advice_for("three times").unwrap().throttles);
    });
}
