//! The part of a scope that users see.

use crate::limits::rate;

/// The state of a scope at one moment. Reading it changes nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ScopeState {
    /// Retry tokens left, of 500.
    pub retry_tokens: u32,
    /// Throttled attempts seen, in every mode.
    pub throttles: u64,
    /// The adaptive mode's send rate; `None` if no adaptive call has used the scope.
    pub adaptive: Option<rate::RateState>,
    /// The paced mode's send rate; `None` if no paced call has used the scope.
    pub paced: Option<rate::RateState>,
    /// The scope's part in the fleet that this process has joined; `None` if it takes part in none.
    pub fleet: Option<rate::fleet::FleetState>,
}

/// A scope and its state.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NamedScope {
    /// Its elements with `/` between them, or `module::function` for a function that is its own scope, if
    /// [`keep_scope_names`](crate::observe::keep_scope_names) was on when the scope was created.
    pub name: Option<String>,
    /// Its state.
    pub state: ScopeState,
}
