//! Costs in the closure forms and in `RetryClient`: they count units, whoever writes them.

use std::io;
use std::time::Duration;

use aws_retry_core::testing::Harness;
use aws_retry_core::{AsFailure, Failure, RetryPolicy, scope, spent};
use tokio::time::Instant;

#[derive(Debug)]
struct Throttled;

impl AsFailure for Throttled {
    fn as_failure(&self) -> Failure<'_> {
        Failure::throttled()
    }
}

/// The seconds at which these calls of the given costs begin, at ten units per second.
async fn times<F: Future<Output = ()>>(costs: &[f64], call: impl Fn(f64) -> F) -> Vec<f64> {
    let began = Instant::now();
    let mut times = Vec::new();
    for cost in costs {
        call(*cost).await;
        times.push((began.elapsed().as_secs_f64() * 10.0).round() / 10.0);
    }
    times
}

const COSTS: [f64; 5] = [5.0, 20.0, 0.0, 1.0, 1.0];
const TIMES: [f64; 5] = [0.0, 0.5, 2.5, 2.5, 2.6];

#[tokio::test(start_paused = true)]
async fn the_closure_forms_count_units() {
    let policy = RetryPolicy::paced().max_rate(10.0);
    let call = async |cost| {
        let policy = policy.clone().cost(cost);
        policy.run_in("closure forms", async || Ok::<_, io::Error>(())).await.unwrap();
    };
    assert_eq!(times(&COSTS, call).await, TIMES);
}

#[cfg(feature = "sdk")]
#[tokio::test(start_paused = true)]
async fn a_client_counts_units() {
    let policy = RetryPolicy::paced().max_rate(10.0);
    let client = aws_retry_core::RetryClient::new((), policy).in_scope("client");
    let call = async |cost| {
        client.cost(cost).call(async |()| Ok::<_, io::Error>(())).await.unwrap();
    };
    assert_eq!(times(&COSTS, call).await, TIMES);
    // Named calls share a given scope.
    let named = async |cost| {
        let cost = client.cost(cost);
        cost.call_named("write", async |()| Ok::<_, io::Error>(())).await.unwrap();
    };
    assert_eq!(times(&[3.0, 1.0], named).await, [0.1, 0.4]);
}

/// A throttled scope: its rate, and the time that five calls take which spend `units` each.
async fn spending(units: &[f64]) -> Duration {
    let harness = Harness::new().seed(1);
    let policy = RetryPolicy::paced().cost(100.0);
    let calls = async {
        let mut refused = true;
        let call = policy.run_in("spending", || {
            let refused = std::mem::take(&mut refused);
            async move { if refused { Err(Throttled) } else { Ok(()) } }
        });
        call.await.unwrap();
        let began = Instant::now();
        for _ in 0..5 {
            let call = policy.run_in("spending", async || {
                units.iter().for_each(|units| spent(*units));
                Ok::<_, Throttled>(())
            });
            call.await.unwrap();
        }
        assert!(scope::state("spending").is_some_and(|it| it.throttles == 1));
        began.elapsed()
    };
    harness.scope(calls).await
}

#[tokio::test(start_paused = true)]
async fn what_is_spent_adds_up_and_replaces_the_cost() {
    let planned = spending(&[]).await;
    assert_eq!(spending(&[100.0]).await, planned);
    assert_eq!(spending(&[60.0, 40.0]).await, planned);
    assert_eq!(spending(&[f64::NAN, -1.0, f64::INFINITY]).await, planned, "no numbers of units");
    assert!(spending(&[1.0]).await < planned / 2);
    assert!(spending(&[100.0, 200.0]).await > planned);
    spent(1.0); // Outside every call: nothing.
}
