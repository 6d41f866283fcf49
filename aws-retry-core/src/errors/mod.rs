//! From error types to [`Failure`](crate::Failure): one kind of error per file.

pub(crate) mod chain;
pub(crate) mod metadata;
#[cfg(feature = "sdk")]
pub(crate) mod sdk;
mod stopped;
mod text;

#[cfg(feature = "sdk")]
pub(crate) use sdk::of_attempt;
pub use stopped::{StopWhy, Stopped};
