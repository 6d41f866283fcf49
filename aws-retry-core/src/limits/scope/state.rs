//! The part of a scope that users see.

use crate::limits::rate;

/// The state of a scope at one moment. Reading it changes nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
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
