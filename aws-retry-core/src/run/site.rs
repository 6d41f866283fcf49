//! What is known of an annotated fn at compile time: one static a fn.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::clock::Time;
use crate::decision::policy::{Mode, RetryPolicy};
use crate::limits::scope::Key;
#[cfg(feature = "metrics")]
use crate::observe::SiteMetrics;

/// An annotated fn: its name and the arguments written on it. Its generic instances share it.
#[derive(Debug)]
#[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "what only the log reads"))]
pub struct Site {
    pub(crate) name: &'static str,
    pub(crate) module: &'static str,
    pub(crate) policy: RetryPolicy,
    /// The written policy needs something before the first attempt: a clock, a timer, a turn.
    pub(crate) eager: bool,
    pub(crate) log_limit: LogLimit,
    /// It was warned that a wait of this fn blocked an async runtime.
    pub(crate) blocked: AtomicBool,
    #[cfg(feature = "metrics")]
    pub(crate) metrics: SiteMetrics,
}

impl Site {
    /// The static of one fn.
    #[must_use]
    pub const fn new(name: &'static str, module: &'static str, policy: RetryPolicy) -> Self {
        let eager = is_eager(&policy);
        Self {
            name,
            module,
            policy,
            eager,
            log_limit: LogLimit::new(),
            blocked: AtomicBool::new(false),
            #[cfg(feature = "metrics")]
            metrics: SiteMetrics::new(),
        }
    }

    /// The scope of the fn itself.
    pub(crate) fn key(&'static self) -> Key {
        Key::of_address(std::ptr::from_ref(self) as usize)
    }
}

/// Whether a call under `policy` has something to do before its first attempt.
pub(crate) const fn is_eager(policy: &RetryPolicy) -> bool {
    policy.total_timeout.is_some()
        || policy.deadline.is_some()
        || policy.attempt_timeout.is_some()
        || matches!(policy.mode, Some(Mode::Adaptive | Mode::Paced))
}

/// At most ten log lines of retries a second and fn at the level asked for: a storm of throttles must
/// not become a storm of lines. The rest goes out at trace level.
#[derive(Debug)]
#[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "what only the log reads"))]
pub(crate) struct LogLimit {
    /// The second, and above it the lines written in it.
    window: AtomicU64,
}

#[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "what only the log reads"))]
impl LogLimit {
    const LINES: u64 = 10;
    const SECOND_BITS: u32 = 48;

    const fn new() -> Self {
        Self { window: AtomicU64::new(0) }
    }

    /// Whether one more line may be written at `now`.
    pub fn admits(&self, now: Time) -> bool {
        let second = now.as_secs() & ((1 << Self::SECOND_BITS) - 1);
        let count = |window: u64| match window >> Self::SECOND_BITS {
            lines if window & ((1 << Self::SECOND_BITS) - 1) == second => lines,
            _ => 0,
        };
        let update = |window| {
            let lines = count(window);
            (lines < Self::LINES).then(|| (lines + 1) << Self::SECOND_BITS | second)
        };
        self.window.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn ten_lines_a_second_then_silence_until_the_next() {
        let limit = LogLimit::new();
        let admitted = |at: f64| limit.admits(Duration::from_secs_f64(at));
        assert_eq!((0..100).filter(|_| admitted(7.5)).count(), 10);
        assert!(!admitted(7.9));
        assert!(admitted(8.0));
    }
}
