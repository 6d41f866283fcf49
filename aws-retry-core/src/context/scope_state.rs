//! A look at a scope, through the registry in force here.

use crate::context::ambient::{self, Ambient};
use crate::limits::scope::{ScopeParts, ScopeState, scope_key};

/// The state of `scope`, or `None` if no call that failed or that has a send rate has used it recently.
///
/// ```
/// use aws_retry_core::scope;
///
/// assert_eq!(scope::state(&("ec2:DescribeInstances", 123_456_789_012_u64, "eu-west-1")), None);
/// ```
#[must_use]
pub fn state<M>(scope: &(impl ScopeParts<M> + ?Sized)) -> Option<ScopeState> {
    let ambient = ambient::current();
    let clock = Ambient::clock(ambient.as_deref());
    let scope = Ambient::registry(ambient.as_deref()).find(clock.id, scope_key(scope))?;
    Some(scope.state())
}
