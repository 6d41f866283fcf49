//! A look at a scope, through the registry in force here.

use std::sync::Arc;

use crate::context::ambient::{self, Ambient};
use crate::limits::scope::{NamedScope, Scope, ScopeParts, ScopeState, scope_key};

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

/// All scopes that are remembered here, by name: those in which a call failed recently or that have a send
/// rate. Only scopes created while [`keep_scope_names`](crate::observe::keep_scope_names) is on have a name.
/// With the feature `serde` the list can be serialized, for a page of metrics or a health check.
///
/// ```
/// # use aws_retry_core as aws_retry;
/// use aws_retry::scope;
///
/// let here = ("ec2:DescribeVolumes", 123_456_789_012_u64, "eu-west-1");
/// scope::seed(&here, scope::Bucket { capacity: 100.0, refill: 20.0 });
/// assert_eq!(scope::all().len(), 1);
/// ```
#[must_use]
pub fn all() -> Vec<NamedScope> {
    let ambient = ambient::current();
    let clock = Ambient::clock(ambient.as_deref());
    let scopes = Ambient::registry(ambient.as_deref()).all(clock.id);
    let named = |scope: &Arc<Scope>| NamedScope {
        name: scope.name().map(str::to_owned),
        state: scope.state(),
    };
    let mut all: Vec<_> = scopes.iter().map(named).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}
