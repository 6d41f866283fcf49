//! The line: which calls leave it, which are woken, and how much is ahead.

use super::Queue;

/// The place up to which the exact position in the line is counted.
const COUNTED: usize = 16;
/// The number of waiters that are checked after each send for a wait that has become far too long.
const SWEEP: usize = 4;

impl<W: Clone> Queue<W> {
    /// Calls ahead of `ticket` that did not ask when they should have leave the line.
    pub(super) fn pass_over(&mut self, now: f64, ticket: u64, wakers: &mut Vec<W>) -> bool {
        let mut passed = false;
        while let Some((&place, head)) = self.line.first()
            && place < ticket
            && head.due < now
            && head.due + self.lease() < now
        {
            wakers.extend(self.line.remove(place).map(|it| it.waker));
            passed = true;
        }
        passed
    }

    /// The head should ask now; the lease of its turn begins.
    pub(super) fn call_head(&mut self, now: f64) -> Option<W> {
        let head = self.line.first_mut()?;
        head.due = now;
        Some(head.waker.clone())
    }

    /// The rate has grown since a waiter's time to ask again was computed: that waiter would notice too late
    /// that everyone ahead of it is gone. A few are checked after each send, so that all are checked from
    /// time to time, at a constant cost.
    pub(super) fn sweep(&mut self, now: f64, stale: &mut Vec<W>) {
        let Some((&first, head)) = self.line.first() else {
            return;
        };
        let (from, lease) = (head.due.max(now), self.lease());
        let (rate, per_send) = (self.rate(), self.pace.per_send());
        let len = count(self.line.len());
        let start = self.swept.max(first) + 1;
        self.swept = first;
        for (index, (&ticket, it)) in self.line.range_mut(start..).take(SWEEP).enumerate() {
            if index + 1 == SWEEP {
                self.swept = ticket;
            }
            let patience = lease + places(ticket - first).min(len) * per_send / rate;
            if it.due > from + 2.0 * patience {
                it.due = from + 2.0 * patience;
                stale.push(it.waker.clone());
            }
        }
    }

    pub(super) fn ahead(&self, ticket: u64) -> Ahead {
        if self.line.last().is_none_or(|last| last < ticket) {
            return Ahead { at_least: self.line.units, at_most: self.line.units };
        }
        let (mut exact, mut units) = (0, 0.0);
        for it in self.line.calls.range(..ticket).take(COUNTED).map(|(_, it)| it) {
            exact += 1;
            units += it.cost;
        }
        let first = self.line.first().map_or(ticket, |(&first, _)| first);
        let at_most = if exact < COUNTED {
            units
        } else {
            let calls = places(ticket.saturating_sub(first)).min(count(self.line.len()));
            calls * self.pace.per_send()
        };
        Ahead { at_least: units, at_most }
    }
}

/// The units that the calls ahead in the line take.
pub(super) struct Ahead {
    pub(super) at_least: f64,
    pub(super) at_most: f64,
}

#[expect(clippy::cast_precision_loss, reason = "a line is not 2^52 long")]
pub(super) const fn count(len: usize) -> f64 {
    len as f64
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
const fn places(tickets: u64) -> f64 {
    tickets as f64
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
