//! What can be seen of a scope.

use super::{Registry, ScopeParts, scope_key};
use crate::clock::Clock;
use crate::context::ambient;
use crate::limits::rate;

/// The state of a scope at one moment. Reading it changes nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct State {
    /// Tokens left in the retry quota, of 500.
    pub quota_left: u32,
    /// Throttled attempts seen, in every mode.
    pub throttles: u64,
    /// The adaptive mode's send rate; `None` where no adaptive call has used the scope.
    pub adaptive: Option<rate::State>,
    /// The paced mode's send rate; `None` where no paced call has used the scope.
    pub paced: Option<rate::State>,
}

/// The state of `scope`, or `None` if no call that failed, and none with a send rate, has used it lately.
///
/// ```
/// use aws_retry_core::scope;
///
/// assert_eq!(scope::state(&("ec2:DescribeInstances", 123_456_789_012_u64, "eu-west-1")), None);
/// ```
#[must_use]
pub fn state<M>(scope: &(impl ScopeParts<M> + ?Sized)) -> Option<State> {
    let ambient = ambient::current();
    let clock = Clock::current(ambient.as_deref());
    let scope = Registry::of(ambient.as_deref()).find(clock.id, scope_key(scope))?;
    Some(scope.state())
}
