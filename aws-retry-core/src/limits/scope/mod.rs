//! Scopes: their names, their state and the registry that finds them.

mod advice;
mod around;
mod bound;
mod element;
mod fade;
mod fingerprint;
pub mod fleet;
mod key;
mod learned;
mod mixer;
mod name;
mod registry;
mod shared;
mod state;
mod throttled;

pub use advice::Advice;
pub(crate) use around::Scopes;
pub use bound::keep_at_most;
pub use element::{Element, KnownElement};
pub use key::{Key, ScopeParts, scope_key};
pub use learned::{LearnedQuotas, NotLearnedQuotas};
pub(crate) use name::here;
pub(crate) use name::named_within;
pub use name::{ScopeId, elements_named, named};
#[cfg(aws_retry_loom)]
pub use registry::model::MODELS;
pub(crate) use registry::{Imported, Registry};
pub(crate) use shared::Scope;
pub use state::{NamedScope, ScopeState};
pub(crate) use throttled::Throttled;
