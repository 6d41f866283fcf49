//! The code that the tests, examples and benchmarks of this workspace share. Not published.
//!
//! - [`bucket`]: the token bucket with which AWS limits calls
//! - [`endpoint`]: an HTTP endpoint on loopback that follows a script
//! - [`proxy`]: an HTTP proxy, or a service of its own, that throttles, fails and counts
//! - [`client`]: SDK clients without retries of their own
//! - [`peers`] and [`boto3`]: the Python programs that tests compare with
//! - [`plot`]: the style of pictures
//! - [`redis`]: a Redis server of its own

#![allow(missing_docs, reason = "a crate for this workspace alone")]

#[cfg(feature = "sdk")]
pub mod boto3;
pub mod bucket;
#[cfg(feature = "http")]
pub mod call;
#[cfg(feature = "sdk")]
pub mod client;
#[cfg(feature = "http")]
pub mod endpoint;
#[cfg(feature = "http")]
mod http;
mod missing;
#[cfg(feature = "sdk")]
pub mod peers;
#[cfg(feature = "plot")]
pub mod plot;
#[cfg(feature = "http")]
pub mod proxy;
pub mod redis;

#[cfg(feature = "http")]
pub use http::{Answer, Request};
pub use missing::missing;
