//! The code that the tests of the run time share.
#![allow(dead_code, reason = "each test uses a part of it")]

#[cfg(feature = "sdk")]
pub mod steps;

use std::io::{Error, ErrorKind};

use aws_retry_core::{AsFailure, Failure, Jitter, RetryPolicy};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    Throttled,
    Down,
    Gone,
}

impl AsFailure for Fault {
    fn as_failure(&self) -> Failure<'_> {
        match self {
            Self::Throttled => Failure::new()
                .with_code("ThrottlingException")
                .with_message("Rate exceeded for arn:aws:x")
                .with_status(400)
                .with_request_id("id-1"),
            Self::Down => Failure::new().with_status(503),
            Self::Gone => Failure::new().with_code("ResourceNotFoundException").with_status(400),
        }
    }
}

/// The decorator's mode without a spread: 0.5 s, 1 s, 2 s, ..
pub const EXACT: RetryPolicy = RetryPolicy::new().jitter(Jitter::None);

/// Runs in the scope `scope`, fails the given number of times with `fault`, and then succeeds with the number of the
/// attempt.
pub async fn failing(
    policy: &RetryPolicy,
    scope: &str,
    times: u32,
    fault: Fault,
) -> Result<u32, Fault> {
    let body = || async move {
        let attempt = aws_retry_core::attempt();
        if attempt <= times { Err(fault) } else { Ok(attempt) }
    };
    policy.run_in(scope, body).await
}

/// A lost connection.
pub fn lost() -> Error {
    ErrorKind::ConnectionReset.into()
}
