//! Tests of code that retries: they are fast and repeatable, and check the waits.
//!
//! `cargo run --example testing` runs them; in your crate they are `#[tokio::test]`s.

use std::time::Duration;

use aws_retry::testing::Harness;
use aws_retry::{aws_retry, report};
use aws_smithy_types::error::ErrorMetadata;

/// The code under test: a page of an inventory, from a service that throttles twice.
#[aws_retry(max_retries = 4, base_delay = "1s", total_timeout = "60s")]
async fn page() -> Result<Vec<&'static str>, ErrorMetadata> {
    if aws_retry::attempt() < 3 {
        return Err(ErrorMetadata::builder().code("ThrottlingException").build());
    }
    Ok(vec!["i-1", "i-2"])
}

/// The caller's reaction to a failure, which a test checks too.
async fn size() -> String {
    page().await.map_or_else(|_| "try later".to_owned(), |ids| format!("{} instances", ids.len()))
}

async fn retries_without_waiting() {
    let harness = Harness::new().no_waits();
    assert_eq!(harness.scope(size()).await, "2 instances");
    assert_eq!(harness.waits().len(), 2);
}

async fn the_failure_path() {
    assert_eq!(Harness::new().no_retries().scope(size()).await, "try later");
}

async fn fewer_attempts() {
    let (answer, report) = report(Harness::new().no_waits().max_attempts(2).scope(size())).await;
    assert_eq!((answer.as_str(), report.attempts), ("try later", 2));
}

async fn the_same_jitter_in_every_run() {
    let waits = async || {
        let harness = Harness::new().no_waits().seed(42);
        harness.scope(size()).await;
        harness.waits()
    };
    let first = waits().await;
    println!("  waits under seed 42: {first:?}");
    assert_eq!(first, waits().await);
    assert!(first[0] >= Duration::from_millis(750), "1 s times uniform(0.75, 1.25)");
}

async fn a_paused_clock() {
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    assert_eq!(Harness::new().scope(size()).await, "2 instances");
    println!("  {:?} on the paused clock", begun.elapsed());
    assert!(begun.elapsed() >= Duration::from_millis(2250));
    tokio::time::resume();
}

async fn the_whole_test_under_rules() {
    let _rules = Harness::new().no_waits().enter();
    let spawned = tokio::spawn(size());
    assert_eq!(spawned.await.expect("no panic"), "2 instances");
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("retries without waiting");
    retries_without_waiting().await;
    println!("the failure path");
    the_failure_path().await;
    println!("fewer attempts");
    fewer_attempts().await;
    println!("the same jitter in every run");
    the_same_jitter_in_every_run().await;
    println!("a paused clock");
    a_paused_clock().await;
    println!("the whole test under rules");
    the_whole_test_under_rules().await;
    println!("6 of 6 hold");
}
