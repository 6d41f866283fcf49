//! Scopes named by user input do not pile up. A process of its own: the bound is the process's.
#![cfg(feature = "metrics")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_retry_core::RetryPolicy;
use aws_retry_core::observe::metrics::EVICTED_SCOPES;
use aws_retry_core::scope::{all, keep_at_most, state};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

/// Counts the scopes that were forgotten.
#[derive(Default)]
struct Evicted(Arc<AtomicU64>);

impl Recorder for Evicted {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        if key.name() == EVICTED_SCOPES {
            Counter::from_arc(Arc::clone(&self.0))
        } else {
            Counter::noop()
        }
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[tokio::test(start_paused = true)]
async fn beyond_the_bound_unused_scopes_are_forgotten_and_counted() {
    keep_at_most(160);
    let evicted = Evicted::default();
    let count = Arc::clone(&evicted.0);
    let _recorder = metrics::set_default_local_recorder(&evicted);
    let paced = RetryPolicy::paced().max_attempts(1);
    for user in 0..10_000_u64 {
        let answer = paced.run_in(&("user", user), async || Ok::<_, std::io::Error>(())).await;
        assert!(answer.is_ok());
        tokio::time::advance(Duration::from_millis(1)).await;
    }
    let left = all().len() as u64;
    assert!((100..=176).contains(&left), "{left}");
    assert!(state(&("user", 9_999)).is_some());
    // The function's own scope is another one.
    let made = count.load(Ordering::Relaxed) + left;
    assert!((10_000..=10_001).contains(&made), "{made}");
}
