//! The thin loops over the state machine: the attribute's ([`Call`]) and the closure forms. Retries wait only
//! here.

mod attempt;
mod batch;
mod block;
mod blocking_attempt;
mod call;
mod callbacks;
mod closure;
mod decide;
mod late_timer;
pub mod overrides;
mod queue_slot;
pub(crate) mod site;
mod state;

pub use attempt::Attempt;
pub use batch::{Batch, Batcher, Chunk, FailedItem, Incomplete, Part, batch};
pub use call::Call;
pub use callbacks::Callbacks;
#[cfg(feature = "sdk")]
pub(crate) use closure::{run, run_page};
