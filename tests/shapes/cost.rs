//! `cost`: evaluated before each attempt, with the arguments at hand, and corrected by `spent`.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_retry::{RetryPolicy, aws_retry};
use tokio::time::Instant;

use crate::support::{ErrorMetadata, throttled};

fn scope(name: &str) -> (&str, &str) {
    ("cost", name)
}

/// The items are moved into the attempt.
#[aws_retry(mode = "paced", scope = scope("of an argument"), max_rate = 10.0, cost = items.len())]
async fn of_an_argument(items: Vec<u8>) -> io::Result<usize> {
    Ok(items.into_iter().count())
}

#[tokio::test(start_paused = true)]
async fn max_rate_counts_units() {
    let began = Instant::now();
    for (items, at) in [(20, 0), (5, 2000), (0, 2500), (1, 2500), (1, 2600)] {
        assert_eq!(of_an_argument(vec![0; items]).await.unwrap(), items);
        let late = began.elapsed().as_millis().abs_diff(at);
        assert!(late <= 10, "{items} items at {:?}", began.elapsed());
    }
}

static EVALUATED: AtomicU32 = AtomicU32::new(0);

struct Table {
    units: f64,
}

impl Table {
    fn units(&self) -> f64 {
        EVALUATED.fetch_add(1, Ordering::Relaxed);
        self.units
    }

    /// `self` is at hand too.
    #[aws_retry(mode = "paced", scope = scope("per attempt"), base_delay = "1ms", cost = self.units() * 2.0)]
    async fn write(&self, tries: &mut u32) -> io::Result<()> {
        *tries += 1;
        if *tries < 3 { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

#[tokio::test(start_paused = true)]
async fn a_cost_is_evaluated_before_each_attempt() {
    Table { units: 12.5 }.write(&mut 0).await.unwrap();
    assert_eq!(EVALUATED.load(Ordering::Relaxed), 3);
}

/// Where nothing counts units, an expression is evaluated for nothing.
#[aws_retry(policy = policy, cost = items.len())]
async fn of_a_policy(policy: &RetryPolicy, items: &[u8]) -> io::Result<usize> {
    Ok(items.len())
}

#[tokio::test(start_paused = true)]
async fn a_mode_without_a_rate_ignores_it() {
    let (policy, began) = (RetryPolicy::standard().max_rate(0.1), Instant::now());
    for _ in 0..10 {
        assert_eq!(of_a_policy(&policy, &[1, 2]).await.unwrap(), 2);
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[aws_retry(policy = policy, cost = 5)]
fn sync(policy: &RetryPolicy) -> io::Result<()> {
    Ok(())
}

#[test]
fn a_sync_fn_has_a_cost_too() {
    let policy = RetryPolicy::paced().max_rate(50.0);
    let began = std::time::Instant::now();
    (0..2).for_each(|_| sync(&policy).unwrap());
    assert!(began.elapsed() >= Duration::from_millis(90), "{:?}", began.elapsed());
}

/// Throttled once, so that its scope has a rate.
#[aws_retry(mode = "paced", scope = scope("spent"), cost = 100, base_delay = "1ms")]
async fn spends(throttle: &mut bool, units: f64) -> Result<(), ErrorMetadata> {
    if std::mem::take(throttle) {
        return Err(throttled());
    }
    aws_retry::spent(units);
    Ok(())
}

async fn took(units: f64) -> Duration {
    let harness = aws_retry::testing::Harness::new().seed(1).enter();
    spends(&mut true, units).await.unwrap();
    let began = Instant::now();
    for _ in 0..5 {
        spends(&mut false, units).await.unwrap();
    }
    drop(harness);
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn spent_corrects_the_cost() {
    let (planned, less) = (took(100.0).await, took(1.0).await);
    assert!(less < planned / 3, "{less:?} of {planned:?}");
}
