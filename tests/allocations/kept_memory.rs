//! The memory that scopes and waiting calls keep, as `docs/modes.md` states it.

use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use aws_retry::RetryPolicy;
use aws_smithy_types::error::ErrorMetadata;

const SCOPES: u64 = 1000;

fn lost() -> Ready<io::Result<()>> {
    ready(Err(io::ErrorKind::ConnectionReset.into()))
}

fn done() -> Ready<io::Result<()>> {
    ready(Ok(()))
}

fn throttled() -> Ready<Result<(), ErrorMetadata>> {
    let throttle = ErrorMetadata::builder().code("ThrottlingException");
    ready(Err(throttle.custom("aws_request_id", "4f2f0000-0000-4000-8000-000000000000").build()))
}

/// The bytes that a call leaves behind in its scope: the mean over many scopes.
fn left_by_scope(runtime: &tokio::runtime::Runtime, call: impl AsyncFn(u64)) -> i64 {
    let calls = async |from: u64| {
        for scope in from..from + SCOPES {
            call(scope).await;
        }
    };
    runtime.block_on(calls(0));
    let left = allocation_counter::measure(|| runtime.block_on(calls(SCOPES)));
    left.bytes_current / SCOPES.cast_signed()
}

#[test]
fn a_scope_and_a_waiter_take_about_a_kilobyte() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let once = RetryPolicy::new().max_attempts(1);
    let plain = left_by_scope(&runtime, async |scope| {
        let _ = once.run_in(&("plain", scope), lost).await;
    });
    let paced = left_by_scope(&runtime, async |scope| {
        let _ = RetryPolicy::paced().run_in(&("paced", scope), done).await;
    });
    let refused = left_by_scope(&runtime, async |scope| {
        let _ = once.run_in(&("refused", scope), throttled).await;
    });

    let slow = RetryPolicy::paced().max_rate(0.001);
    let first = slow.run_in("line", done);
    runtime.block_on(first).expect("the first is not held back");
    let mut line: Vec<_> = (0..SCOPES).map(|_| Box::pin(slow.run_in("line", done))).collect();
    let waiting = allocation_counter::measure(|| {
        let _inside = runtime.enter();
        for call in &mut line {
            let polled = Pin::new(call).poll(&mut Context::from_waker(Waker::noop()));
            assert!(matches!(polled, Poll::Pending));
        }
    });
    let waiter = waiting.bytes_current / SCOPES.cast_signed();

    println!("scopes: plain {plain}, paced {paced}, throttled {refused}; waiter {waiter} bytes");
    assert!((64..=256).contains(&plain), "a scope: {plain}");
    assert!((plain..=896).contains(&paced), "a paced one: {paced}");
    assert!((plain..=640).contains(&refused), "a throttled one: {refused}");
    assert!((128..=1280).contains(&waiter), "a waiter: {waiter}");
}

/// Each attempt fails with a body of ten megabytes. Neither reading, nor keeping, nor reporting it copies the body.
#[test]
fn of_a_long_error_body_only_the_start_is_copied() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime");
    let body = || "a".repeat(10_000_000);
    let policy = RetryPolicy::new().max_attempts(3);
    let harness = aws_retry::testing::Harness::new().no_waits();
    macro_rules! copied {
        ($error:expr) => {{
            let mut errors: Vec<_> = (0..3).map(|_| $error).collect();
            let call = policy.run(|| ready(errors.pop().map_or(Ok(()), Err)));
            let call = aws_retry::report(harness.scope(call));
            let mut made = None;
            let measured = allocation_counter::measure(|| made = Some(runtime.block_on(call)));
            let report = made.expect("an outcome").1;
            assert!(!report.failures.is_empty());
            measured.bytes_total
        }};
    }
    let metadata = || ErrorMetadata::builder().code("SlowDown").message(body()).build();
    for (of, bytes) in [
        ("metadata", copied!(metadata())),
        ("an erased error", copied!(anyhow::Error::from(metadata()).context("reading"))),
        ("an I/O error", copied!(io::Error::new(io::ErrorKind::ConnectionReset, body()))),
        ("a long code", copied!(ErrorMetadata::builder().code(body()).build())),
    ] {
        assert!(bytes < 200_000, "{of}: {bytes} bytes");
    }
}
