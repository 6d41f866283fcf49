//! The facts about an annotated function that are known at compile time: one static per function.

use std::time::Duration;

use crate::decision::policy::{Mode, RetryPolicy};
use crate::limits::scope::{self, Element, Key, ScopeId};
use crate::observe::PerSite;

/// An annotated function: its name and the arguments written on it. Its generic instances share it.
#[derive(Debug)]
pub struct Site {
    pub(crate) name: &'static str,
    pub(crate) module: &'static str,
    pub(crate) policy: RetryPolicy,
    /// The written policy needs something before the first attempt: a clock, a timer, a turn.
    pub(crate) needs_setup: bool,
    pub(crate) observed: PerSite,
}

impl Site {
    /// The static of one function.
    #[must_use]
    pub const fn new(name: &'static str, module: &'static str, policy: RetryPolicy) -> Self {
        let needs_setup = needs_setup(&policy);
        Self { name, module, policy, needs_setup, observed: PerSite::new() }
    }

    /// The scope that `scope = (fn, ..)` names: `elements` within this function.
    pub fn scope(&'static self, elements: &[Element<'_>]) -> ScopeId {
        scope::named_within(self.key(), (self.module, self.name), elements)
    }

    /// The scope of the function itself.
    pub(crate) fn key(&'static self) -> Key {
        Key::of_address(std::ptr::from_ref(self) as usize)
    }
}

/// Whether a call under `policy` has something to do before its first attempt.
pub(crate) const fn needs_setup(policy: &RetryPolicy) -> bool {
    policy.total_timeout.is_some() || policy.attempt_timeout.is_some() || needs_state(policy)
}

/// The same, and time-outs that pass later do not count: until the first attempt is pending, a call needs no
/// more than its start for them.
pub(crate) const fn needs_state(policy: &RetryPolicy) -> bool {
    matches!(policy.total_timeout, Some(Duration::ZERO))
        || policy.deadline.is_some()
        || matches!(policy.mode, Some(Mode::Adaptive | Mode::Paced))
}
