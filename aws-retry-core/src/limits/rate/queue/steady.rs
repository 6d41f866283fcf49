//! Times that never go back.

use crate::clock::Time;

/// Seconds that never go back, even if the clock does: after a jump back they continue from where they were.
#[derive(Debug, Default)]
pub(super) struct Steady {
    pub(super) latest: f64,
    jumped: f64,
}

impl Steady {
    pub(super) fn seconds(&mut self, now: Time) -> f64 {
        let now = now.as_secs_f64();
        self.jumped = self.jumped.max(self.latest - now);
        self.latest = now + self.jumped;
        self.latest
    }

    /// The clock's time at `seconds`, rounded up: a call that asks then has finished its wait.
    pub(super) fn time(&self, seconds: f64) -> Time {
        Time::try_from_secs_f64((seconds - self.jumped).max(0.0))
            .map_or(Time::MAX, |it| it.saturating_add(Time::from_nanos(1)))
    }
}
