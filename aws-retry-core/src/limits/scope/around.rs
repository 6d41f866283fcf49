//! A call's scope, and the function around it.

use std::sync::Arc;

use super::{Key, Registry, Scope};
use crate::clock::{ClockId, Time};
use crate::limits::retry_tokens::Budgets;

/// The scope of a call, and its parent: the annotated function, whose budget covers all its scopes. A call
/// whose scope is a place in the source has no parent.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    pub own: Option<Arc<Scope>>,
    function: Option<Arc<Scope>>,
}

impl Scopes {
    /// The ones that exist: a scope in which no call ever failed and that has no rate does not.
    pub fn existing(registry: &Registry, clock: ClockId, key: Key, function: Key) -> Self {
        let function = key.parent(function).and_then(|key| registry.find(clock, key));
        Self { own: registry.find(clock, key), function }
    }

    /// Both, created if they are new, and the scope itself.
    pub fn made(
        registry: &Registry,
        clock: ClockId,
        key: Key,
        function: Key,
        now: Time,
        name: impl FnOnce() -> Option<Box<str>>,
    ) -> (Self, Arc<Scope>) {
        let make = |key| registry.find_or_insert(clock, key, now);
        let own = registry.find_or_insert_named(clock, key, now, name);
        (Self { own: Some(Arc::clone(&own)), function: key.parent(function).map(make) }, own)
    }

    /// Whether neither exists.
    pub const fn is_none(&self) -> bool {
        self.own.is_none() && self.function.is_none()
    }

    /// The budgets that retries are charged to.
    pub fn budgets(&self) -> Budgets<'_> {
        Budgets {
            scope: self.own.as_deref().map(|scope| &scope.tokens),
            function: self.function.as_deref().map(|scope| &scope.tokens),
        }
    }
}
