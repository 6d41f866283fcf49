//! The pure rules: from a policy, a failure, the time and a random number to the next step. Nothing here
//! knows a clock, a sleep, a random source or I/O, and nothing is imported from outside this module.

pub(crate) mod advice;
pub mod attempts;
pub mod backoff;
pub mod batch;
pub mod budget;
pub mod classify;
pub mod codes;
pub(crate) mod endpoint;
pub mod failure;
pub mod policy;
pub mod quotas;
pub mod reason;
pub mod retry_after;
#[cfg_attr(not(feature = "sdk"), allow(dead_code, reason = "only the interceptor asks"))]
pub mod sdk_retry;
pub(crate) mod shown;
pub mod throttle;
pub mod timestamp;
pub(crate) mod transport;
pub(crate) mod units;
