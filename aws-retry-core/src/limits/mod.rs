//! The state that calls share: the retry tokens, the send rate with its queue, and the map from a scope to
//! both.

pub(crate) mod rate;
pub(crate) mod retry_tokens;
pub mod scope;
