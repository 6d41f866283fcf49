//! From error types to [`Failure`](crate::Failure): one kind of error per file.
//!
//! Arrows point downward only: `sdk`, then `chain`, then `metadata` and `connector`, then the readers of I/O
//! errors, of messages, of a throttle's limit and of printed type names, and at the bottom the walk along a
//! chain of sources.

pub(crate) mod chain;
mod connection;
#[cfg(feature = "sdk")]
mod connector;
mod fields;
pub(crate) mod metadata;
mod printed;
#[cfg(feature = "sdk")]
pub(crate) mod sdk;
mod source_chain;
mod stopped;
mod text;
mod throttle;

#[cfg(feature = "sdk")]
pub(crate) use sdk::of_attempt;
pub use stopped::{StopWhy, Stopped};
