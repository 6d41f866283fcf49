//! A call that succeeds on its first attempt allocates nothing.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use aws_retry::aws_retry;

async fn bare(id: &str) -> std::io::Result<usize> {
    std::future::ready(()).await;
    Ok(id.len())
}

#[aws_retry]
async fn plain(id: &str) -> std::io::Result<usize> {
    bare(id).await
}

#[aws_retry(max_retries = 3, base_delay = "1s", idempotent = false, on_retry = |event| println!("{:?}", event.code))]
async fn with_arguments(id: &str) -> std::io::Result<usize> {
    bare(id).await
}

#[aws_retry(scope = ("s3:PutObject", id.len(), "eu-west-1"))]
async fn in_a_scope(id: &str) -> std::io::Result<usize> {
    bare(id).await
}

#[aws_retry(retry_if_ok = |length| *length == 0)]
async fn with_retry_if_ok(id: &str) -> std::io::Result<usize> {
    bare(id).await
}

#[aws_retry(total_timeout = "60s")]
async fn within_a_minute(id: &str) -> std::io::Result<usize> {
    bare(id).await
}

#[aws_retry(attempt_timeout = "1s", total_timeout = std::time::Duration::from_secs(id.len() as u64))]
async fn each_within_a_second(id: &str) -> std::io::Result<usize> {
    bare(id).await
}

/// The allocations of a call of `f`, polled once, off any runtime.
fn allocations<'a, F>(f: impl Fn(&'a str) -> F) -> u64
where
    F: Future<Output = std::io::Result<usize>>,
{
    let call = || {
        let mut future = pin!(f("abc"));
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => assert_eq!(answer.ok(), Some(3)),
            Poll::Pending => panic!("the body is ready at once"),
        }
    };
    call(); // the keys of the scopes are made once per process
    allocation_counter::measure(call).count_total
}

#[test]
fn a_success_on_the_first_attempt_allocates_nothing() {
    assert_eq!(allocations(plain), 0);
    assert_eq!(allocations(with_arguments), 0);
    assert_eq!(allocations(in_a_scope), 0);
    assert_eq!(allocations(with_retry_if_ok), 0);
}

/// The timer is made only once the attempt is pending.
#[test]
fn a_time_out_allocates_nothing_while_no_attempt_is_pending() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _inside = runtime.enter();
    assert_eq!(allocations(within_a_minute), 0);
    assert_eq!(allocations(each_within_a_second), 0);
}

#[aws_retry(base_delay = "1ms", max_retries = 1, scope = "drained")]
async fn lost() -> std::io::Result<()> {
    Err(std::io::ErrorKind::ConnectionReset.into())
}

/// A retry that failed keeps its tokens, for as long as its scope has no success.
#[test]
fn a_success_allocates_nothing_while_another_scope_lacks_retry_tokens() {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    assert!(runtime.block_on(lost()).is_err());
    assert_eq!(allocations(plain), 0);
    assert_eq!(allocations(in_a_scope), 0);
}

#[test]
fn the_allocation_counter_counts() {
    let boxed = async |id| Ok(*std::hint::black_box(Box::new(bare(id).await?)));
    assert_eq!(allocations(boxed), 1);
}
