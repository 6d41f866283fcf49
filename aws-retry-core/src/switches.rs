//! Features that affect all calls of the process but that most processes never use, and whether any scope is in
//! trouble. One relaxed load tells a call that none is on, and another one that its success concerns nobody.

use crate::sync::{AtomicUsize, Ordering};

/// The low byte holds the switches, the rest the number of troubles.
#[cfg(not(aws_retry_loom))]
static ON: AtomicUsize = AtomicUsize::new(0);
#[cfg(aws_retry_loom)]
loom::lazy_static! {
    static ref ON: AtomicUsize = AtomicUsize::new(0);
}

const SWITCHES: usize = 0xff;
const ONE_TROUBLE: usize = 0x100;

/// A feature that a call may have to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switch {
    /// Some future or thread has (or had) its own settings: a deadline, a report, a test's harness.
    Ambient = 1,
    /// An override needs something before the first attempt.
    OverrideNeedsSetup = 1 << 1,
    /// An observer is set.
    Observer = 1 << 2,
    /// The text of scopes is kept.
    ScopeNames = 1 << 3,
    /// The SDK's interceptor is in use: a call shows its policy to the operations inside it.
    Interceptor = 1 << 4,
    /// This process has joined a fleet.
    Fleet = 1 << 5,
}

impl Switch {
    #[inline]
    pub fn is_on(self) -> bool {
        ON.load(Ordering::Relaxed) & self as usize != 0
    }

    /// Whether the text of scopes is needed.
    #[inline]
    pub fn keeps_scope_text() -> bool {
        ON.load(Ordering::Relaxed) & (Self::ScopeNames as usize | Self::Fleet as usize) != 0
    }

    pub fn set(self, on: bool) {
        if on {
            ON.fetch_or(self as usize, Ordering::Relaxed);
        } else {
            ON.fetch_and(!(self as usize), Ordering::Relaxed);
        }
    }
}

/// Whether any switch is on.
#[inline]
pub(crate) fn any() -> bool {
    ON.load(Ordering::Relaxed) & SWITCHES != 0
}

/// Whether a success on the first attempt may concern an observer or a scope in trouble.
#[inline]
pub(crate) fn successes_count() -> bool {
    ON.load(Ordering::Relaxed) & (Switch::Observer as usize | !SWITCHES) != 0
}

/// Whether any scope is in trouble.
pub(crate) fn any_trouble() -> bool {
    ON.load(Ordering::Relaxed) & !SWITCHES != 0
}

/// A budget is no longer full, or a scope is throttled.
pub(crate) fn trouble_begins() {
    ON.fetch_add(ONE_TROUBLE, Ordering::Relaxed);
}

/// The end of one such trouble.
pub(crate) fn trouble_ends() {
    ON.fetch_sub(ONE_TROUBLE, Ordering::Relaxed);
}
