//! Scopes: calls with an equal scope share one retry quota and one send rate, whichever fn makes them.
//!
//! A scope should name what AWS throttles: action, account, region. Its identity is the text of its
//! elements. It is forgotten once nobody waits and it was idle for ten minutes, or for an hour where its
//! quota is not full. It takes some 150 bytes, with a paced send rate 700, and each call in its queue 1,000
//! beside its future. A scope belongs to a clock: in a tokio runtime whose clock is paused it is that runtime's own.

mod key;
mod name;
mod registry;
mod state;

pub use key::{Key, ScopeParts, scope_key};
pub use name::{Named, named};
pub(crate) use registry::{Registry, Scope};
pub use state::{State, state};
