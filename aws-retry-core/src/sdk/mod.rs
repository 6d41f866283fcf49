//! With the AWS SDK for Rust: the interceptor.

mod interceptor;

pub use interceptor::Interceptor;
