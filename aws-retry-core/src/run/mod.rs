//! The thin loops over the state machine: the attribute's ([`Call`]), and the closure forms. The only
//! place that sleeps.

mod attempt;
mod call;
mod closure;
pub mod overrides;
mod queue_slot;
pub(crate) mod site;
mod state;

pub use attempt::Attempt;
pub use call::{Call, Extras};
#[cfg(feature = "sdk")]
pub(crate) use closure::run;
