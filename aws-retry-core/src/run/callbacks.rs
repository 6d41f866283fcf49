//! The functions that the attribute's arguments supply: predicates and hooks.

use crate::decision::classify::OfSuccess;
use crate::observe::Event;

/// A hook.
pub(super) type Hook<'a> = Option<&'a dyn Fn(&Event<'_>)>;

/// Predicates over the outcome, and hooks. They are created again after each attempt, so that they borrow the
/// function's arguments only between attempts.
#[allow(missing_debug_implementations, reason = "closures")]
pub struct Callbacks<'a, T, E> {
    /// `retry_if`.
    pub retry_if: Option<&'a dyn Fn(&E) -> bool>,
    /// `unless`.
    pub unless: Option<&'a dyn Fn(&E) -> bool>,
    /// `retry_if_ok`.
    pub retry_if_ok: Option<&'a dyn Fn(&T) -> bool>,
    /// `throttled_if_ok`.
    pub throttled_if_ok: Option<&'a dyn Fn(&T) -> bool>,
    /// `on_attempt`.
    pub on_attempt: Hook<'a>,
    /// `on_retry`.
    pub on_retry: Hook<'a>,
    /// `on_give_up`.
    pub on_give_up: Hook<'a>,
}

/// Callbacks of which only the hooks are left: the predicates have been asked.
pub(super) type Hooks<'a> = Callbacks<'a, (), ()>;

impl<'a, T, E> Callbacks<'a, T, E> {
    /// Neither predicates nor hooks.
    pub const NONE: Self = Self {
        retry_if: None,
        unless: None,
        retry_if_ok: None,
        throttled_if_ok: None,
        on_attempt: None,
        on_retry: None,
        on_give_up: None,
    };

    /// Whether a success is to be retried, and whether it counts as a throttle.
    #[inline]
    pub(super) fn of_success(&self, output: &T) -> Option<OfSuccess> {
        let asks = |predicate: Option<&dyn Fn(&T) -> bool>| predicate.is_some_and(|it| it(output));
        if asks(self.throttled_if_ok) {
            Some(OfSuccess::Throttled)
        } else {
            asks(self.retry_if_ok).then_some(OfSuccess::Retried)
        }
    }

    /// The hooks alone, which know nothing of the outcome's types.
    pub(super) const fn hooks(&self) -> Hooks<'a> {
        let Self { on_attempt, on_retry, on_give_up, .. } = *self;
        Hooks { on_attempt, on_retry, on_give_up, ..Hooks::NONE }
    }
}
