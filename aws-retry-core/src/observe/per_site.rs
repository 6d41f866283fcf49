//! The part of an annotated function's static that belongs to observers: limits of its log lines, and metric
//! keys.

#[cfg(feature = "metrics")]
use std::sync::OnceLock;
#[cfg(feature = "tracing")]
use std::sync::atomic::AtomicBool;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::decision::timestamp::Time;

/// The memory of the observers for one annotated function.
#[derive(Debug)]
#[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "only the log reads it"))]
pub(crate) struct PerSite {
    pub retry_limit: LogLimit,
    pub give_up_limit: LogLimit,
    /// A warning has said that a wait of this function blocked an async runtime.
    #[cfg(feature = "tracing")]
    pub blocked: AtomicBool,
    /// A warning has said that no limit can end a call of this function early.
    #[cfg(feature = "tracing")]
    pub unstoppable: AtomicBool,
    /// The key of its attempts if neither its scope nor a recorded service adds to it: created once.
    #[cfg(feature = "metrics")]
    pub attempts_key: OnceLock<metrics::Key>,
}

impl PerSite {
    pub const fn new() -> Self {
        Self {
            retry_limit: LogLimit::new(),
            give_up_limit: LogLimit::new(),
            #[cfg(feature = "tracing")]
            blocked: AtomicBool::new(false),
            #[cfg(feature = "tracing")]
            unstoppable: AtomicBool::new(false),
            #[cfg(feature = "metrics")]
            attempts_key: OnceLock::new(),
        }
    }
}

/// At most ten log lines of a kind per second and function at the requested level: a storm of throttles must
/// not become a storm of lines. The rest go out at trace level.
#[derive(Debug)]
#[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "only the log reads it"))]
pub(crate) struct LogLimit {
    /// The second, and in the higher bits the number of lines written in it.
    window: AtomicU64,
}

#[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "only the log reads it"))]
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
    fn ten_lines_per_second_then_silence_until_the_next() {
        let limit = LogLimit::new();
        let admitted = |at: f64| limit.admits(Duration::from_secs_f64(at));
        assert_eq!((0..100).filter(|_| admitted(7.5)).count(), 10);
        assert!(!admitted(7.9));
        assert!(admitted(8.0));
    }
}
