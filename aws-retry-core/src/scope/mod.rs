//! Scopes: calls with an equal scope share one retry quota and one send rate, whichever fn makes them.

mod key;
mod registry;

pub use key::{Key, scope_key};
pub(crate) use registry::{Registry, Scope};
