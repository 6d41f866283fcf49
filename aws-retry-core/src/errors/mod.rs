//! From error types to [`Failure`](crate::Failure), and from [`Stopped`] to error types. One kind of
//! error a file; `tiers` and `stops` pick among them for the attribute, `function` for the closure forms.

mod chain;
mod function;
mod metadata;
#[cfg(feature = "sdk")]
mod sdk;
mod stopped;
mod stops;
mod text;
pub mod tiers;

pub use function::{Classify, by};
#[cfg(feature = "sdk")]
pub(crate) use sdk::of_attempt;
pub use stopped::{StopWhy, Stopped};
pub(crate) use stops::StopAs;
pub(crate) use tiers::Via;
