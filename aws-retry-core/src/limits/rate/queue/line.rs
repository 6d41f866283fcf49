//! The line: which calls leave it, which are woken, and how many are ahead.

use super::Queue;

/// The place up to which the exact position in the line is counted.
const COUNTED: usize = 16;
/// The number of waiters that are checked after each send for a wait that has become far too long.
const SWEEP: usize = 4;

impl<W: Clone> Queue<W> {
    /// Calls ahead of `ticket` that did not ask when they should have leave the line.
    pub(super) fn pass_over(&mut self, now: f64, ticket: u64, wakers: &mut Vec<W>) -> bool {
        let lease = self.lease();
        let mut passed = false;
        while let Some(head) = self.line.first_entry()
            && *head.key() < ticket
            && head.get().due + lease < now
        {
            wakers.push(head.remove().waker);
            passed = true;
        }
        passed
    }

    /// The head should ask now; the lease of its turn begins.
    pub(super) fn call_head(&mut self, now: f64) -> Option<W> {
        let mut head = self.line.first_entry()?;
        head.get_mut().due = now;
        Some(head.get().waker.clone())
    }

    /// The rate has grown since a waiter's time to ask again was computed: that waiter would notice too late
    /// that everyone ahead of it is gone. A few are checked after each send, so that all are checked from
    /// time to time, at a constant cost.
    pub(super) fn sweep(&mut self, now: f64, stale: &mut Vec<W>) {
        let Some((&first, head)) = self.line.first_key_value() else {
            return;
        };
        let (from, rate, lease) = (head.due.max(now), self.rate(), self.lease());
        let len = count(self.line.len());
        let start = self.swept.max(first) + 1;
        self.swept = first;
        for (index, (&ticket, it)) in self.line.range_mut(start..).take(SWEEP).enumerate() {
            if index + 1 == SWEEP {
                self.swept = ticket;
            }
            let patience = lease + places(ticket - first).min(len) / rate;
            if it.due > from + 2.0 * patience {
                it.due = from + 2.0 * patience;
                stale.push(it.waker.clone());
            }
        }
    }

    pub(super) fn ahead(&self, ticket: u64) -> Ahead {
        let len = self.line.len();
        if self.line.last_key_value().is_none_or(|(&last, _)| last < ticket) {
            return Ahead { at_least: count(len), at_most: count(len) };
        }
        let exact = self.line.range(..ticket).take(COUNTED).count();
        let first = self.line.first_key_value().map_or(ticket, |(&first, _)| first);
        let at_most = if exact < COUNTED {
            count(exact)
        } else {
            places(ticket.saturating_sub(first)).min(count(len))
        };
        Ahead { at_least: count(exact), at_most }
    }
}

/// The number of calls ahead in the line.
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
