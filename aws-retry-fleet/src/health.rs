//! Log lines about the store: one for each change of its state, not one for each failure.

use std::time::Duration;

use tokio::time::Instant;

use crate::StoreError;

/// Intervals without an answer after which the store counts as failing, and without a failure after which it
/// counts as sound again.
const INTERVALS: u32 = 3;

#[derive(Debug)]
pub(crate) struct Health {
    patience: Duration,
    failing: bool,
    /// The exchanges have failed, or have succeeded, since then.
    since: Option<(bool, Instant)>,
    /// No exchange has succeeded yet.
    fresh: bool,
}

impl Health {
    pub(crate) fn new(interval: Duration) -> Self {
        Self { patience: INTERVALS * interval, failing: false, since: None, fresh: true }
    }

    /// An exchange has ended.
    pub(crate) fn exchanged(&mut self, error: Option<&StoreError>) {
        let (now, fails) = (Instant::now(), error.is_some());
        let since = match self.since {
            Some((failed, since)) if failed == fails => since,
            _ => now,
        };
        self.since = Some((fails, since));
        let sure = now - since >= self.patience || self.fresh && fails;
        self.fresh &= fails;
        if fails == self.failing || !sure {
            return;
        }
        self.failing = fails;
        match error {
            Some(error) => tracing::event!(
                tracing::Level::WARN,
                { exception.message = error.line() },
                "the fleet's store does not answer: this process paces its calls as if it were alone"
            ),
            None => tracing::info!("the fleet's store answers again"),
        }
    }
}
