//! For the AWS SDK for Rust: the interceptor, a client that retries, pages, waiters.

mod client;
mod interceptor;
mod pages;
mod stream;
mod waiter;

pub use client::{RetryClient, RetryClientAtCost};
pub use interceptor::Interceptor;
pub use pages::{Interrupted, Paginator, paginate};
pub use waiter::{Polled, Waiter};
