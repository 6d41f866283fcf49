//! Fleets for [`aws-retry`](https://docs.rs/aws-retry): many processes that share one AWS quota share what they
//! learn of it.
//!
//! Each process that calls [`join`] puts a small record of each scope into a [`Store`] about once per second,
//! and reads those of the others. From all records it computes the joint quota and its own part of it.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod agent;
mod fingerprint;
mod health;
mod join;
mod linked;
mod node;
mod record;
pub mod store;

pub use fingerprint::Fingerprint;
pub use join::{Fleet, Join, JoinError, join};
#[cfg(feature = "dynamodb")]
#[cfg_attr(docsrs, doc(cfg(feature = "dynamodb")))]
pub use store::DynamoDbStore;
#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub use store::RedisStore;
pub use store::{MemberId, MemoryStore, Store, StoreError};

/// The parts that the project's own simulator and fuzz targets use. Not part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::agent::Agent;
    pub use crate::fingerprint::FingerprintKey;
    pub use crate::node::Node;
    pub use crate::record::{Progress, Record};
}
