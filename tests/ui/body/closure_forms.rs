//! The closure forms cannot read an error type that only the attribute can: the answer is the derive.

use aws_retry::{RetryClient, RetryPolicy};

#[derive(Debug)]
enum ScanError {
    Failed,
}

impl std::fmt::Display for ScanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failed")
    }
}

impl std::error::Error for ScanError {}

struct Page;

async fn page(_: &()) -> Result<Page, ScanError> {
    Err(ScanError::Failed)
}

async fn call(client: &RetryClient<()>) -> Result<Page, ScanError> {
    client.call(|client| page(client)).await
}

fn blocking(policy: &RetryPolicy) -> Result<Page, ScanError> {
    policy.run_blocking(|| Err(ScanError::Failed))
}

fn main() {}
