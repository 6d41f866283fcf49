//! Nobody starves in the queue of a scope, in either mode that has one: not behind calls that are never
//! polled again, not by calls that come after, not under throttles.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use crate::support::Fault;
use aws_retry_core::{Mode, RetryPolicy};
use aws_retry_testkit::bucket::{Quota, TokenBucket};
use futures::future::{join_all, poll_fn};
use proptest::prelude::*;
use tokio::time::Instant;

fn paused<T>(test: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().expect("a runtime");
    runtime.block_on(test)
}

/// Whether it has ended.
async fn poll_once(future: &mut (impl Future + Unpin)) -> bool {
    let mut future = Pin::new(future);
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await
}

/// A service that throttles what exceeds `rate` calls per second.
struct Service {
    latency: Duration,
    bucket: RefCell<TokenBucket>,
    began: Instant,
}

impl Service {
    fn new(rate: f64, latency: Duration) -> Self {
        let bucket = TokenBucket::full(Quota { burst: rate.max(1.0), rate });
        Self { latency, bucket: RefCell::new(bucket), began: Instant::now() }
    }

    async fn answer(&self) -> Result<(), Fault> {
        tokio::time::sleep(self.latency).await;
        let served = self.bucket.borrow_mut().take(self.began.elapsed().as_secs_f64());
        if served { Ok(()) } else { Err(Fault::Throttled) }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Calls that come at any time, some of which are polled a few times and then never again, the first
    /// in line among them: all others come to their end, and succeed.
    #[test]
    fn calls_that_nobody_polls_starve_nobody_behind_them(
        mode in proptest::sample::select(vec![Mode::Adaptive, Mode::Paced]),
        rate in 0.5..50.0_f64,
        latency in prop_oneof![Just(0), 0..200_u64],
        calls in proptest::collection::vec((0..3000_u64, proptest::option::weighted(0.3, 1..6_u32)), 2..40),
    ) {
        let policy = RetryPolicy::new().mode(mode).max_attempts(1000).quota(false);
        // At worst the lowest rate of the adaptive mode, and a lease for each that is parked.
        let patience = Duration::from_secs(20 * calls.len() as u64 + 60);
        let ended = paused(async {
            let service = Service::new(rate, Duration::from_millis(latency));
            let parked = RefCell::new(Vec::new());
            let all = join_all(calls.iter().map(async |(begins, polls)| {
                tokio::time::sleep(Duration::from_millis(*begins)).await;
                let mut call = Box::pin(policy.run_in("line", || service.answer()));
                let Some(polls) = polls else { return Some(call.await.is_ok()) };
                for _ in 0..*polls {
                    if poll_once(&mut call).await {
                        return None;
                    }
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                // Neither polled nor dropped.
                parked.borrow_mut().push(call);
                None
            }));
            tokio::time::timeout(patience, all).await
        });
        prop_assert!(ended.is_ok(), "some starve");
        let ended = ended.unwrap_or_default();
        let polled: Vec<_> = ended.iter().flatten().collect();
        prop_assert!(polled.iter().all(|ok| **ok));
        prop_assert_eq!(polled.len(), calls.iter().filter(|(_, polls)| polls.is_none()).count());
    }
}
