//! Features that affect all calls of the process but that most processes never use. One relaxed load tells a
//! call that none is on.

use std::sync::atomic::{AtomicU8, Ordering};

static ON: AtomicU8 = AtomicU8::new(0);

/// A feature that a call may have to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
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
        ON.load(Ordering::Relaxed) & self as u8 != 0
    }

    /// Whether the text of scopes is needed.
    #[inline]
    pub fn keeps_scope_text() -> bool {
        ON.load(Ordering::Relaxed) & (Self::ScopeNames as u8 | Self::Fleet as u8) != 0
    }

    pub fn set(self, on: bool) {
        if on {
            ON.fetch_or(self as u8, Ordering::Relaxed);
        } else {
            ON.fetch_and(!(self as u8), Ordering::Relaxed);
        }
    }
}

/// Whether anything is on.
#[inline]
pub(crate) fn any() -> bool {
    ON.load(Ordering::Relaxed) != 0
}
