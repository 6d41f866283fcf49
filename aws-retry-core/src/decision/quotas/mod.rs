//! Quotas that AWS publishes, as starting beliefs for paced mode: for the arguments `known_rate` and
//! `known_burst`, and for [`scope::seed`](crate::scope::seed).
//!
//! They are the defaults of an account in a region. **A support case can change them**, and AWS can; where a
//! number here is wrong for an account, paced mode corrects it by what it measures.
//!
//! ```
//! use aws_retry_core::{RetryPolicy, quotas::ec2};
//!
//! const VOLUMES: RetryPolicy = RetryPolicy::paced()
//!     .known_rate(ec2::NON_MUTATING.refill)
//!     .known_burst(ec2::NON_MUTATING.capacity);
//! ```

pub mod ec2;

/// A token bucket: it holds `capacity` units when it is full, and `refill` flow in per second.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[allow(clippy::exhaustive_structs, reason = "a token bucket has no third number")]
pub struct Bucket {
    /// Units: those that go out at once after a pause.
    pub capacity: f64,
    /// Units per second.
    pub refill: f64,
}
