//! The gate of a scope that takes part in a fleet.

use std::task::Waker;

use super::fleet::{Command, FleetState, Member, View};
use super::gate::{Gate, wake};
use super::queue::Queue;
use crate::clock::Time;
use crate::sync::Ordering;

impl Gate {
    /// Gives the paced rate a member that guides it.
    pub fn join(&self, member: Box<dyn Member>) {
        let mut guard = self.synchronized();
        let queue = guard.get_or_create();
        queue.join(member);
        self.set_unthrottled(queue);
    }

    /// The rate goes on without its member.
    pub fn leave(&self, now: Time) {
        let mut guard = self.synchronized();
        let queue = guard.get_or_create();
        let wakes = queue.leave_fleet(now);
        self.count_sends(now, queue);
        self.set_unthrottled(queue);
        drop(guard);
        wake(wakes);
    }

    /// Lets the member speak, if there is one.
    pub fn ask_member(
        &self,
        now: Time,
        ask: impl FnOnce(&mut dyn Member, f64, &View) -> Option<Command>,
    ) {
        let mut guard = self.synchronized();
        let queue = guard.get_or_create();
        let wakes = queue.ask_member(now, ask);
        self.count_sends(now, queue);
        self.set_unthrottled(queue);
        drop(guard);
        wake(wakes);
    }

    /// Counts the sends that the queue has let go, if others may pass it by now.
    pub(super) fn count_sends(&self, now: Time, queue: &Queue<Waker>) {
        let (sends, surplus) = queue.sends();
        let known = self.sends.load(Ordering::Relaxed);
        if sends > known && queue.is_unthrottled() {
            self.sends.store(sends, Ordering::Relaxed);
            self.surplus.store(surplus.to_bits(), Ordering::Relaxed);
            self.recent.remember(known, now, surplus);
        }
    }

    /// The scope's part in its fleet, if it takes part in one.
    pub fn fleet_state(&self) -> Option<FleetState> {
        self.lock().get()?.fleet_state()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::rate::{Dispatch, Kind, Ticket};

    #[test]
    fn a_send_is_remembered_and_a_word_of_a_member_is_not() {
        let gate = Gate::new(Kind::Paced, f64::INFINITY, 1.0);
        let _ = gate.at_once(&mut Ticket::new(), || Time::from_secs(5)).unwrap();
        for second in [10, 12, 14] {
            gate.ask_member(Time::from_secs(second), |_, _, _| None);
            let only_send = Dispatch { id: 0, at: 5.0, cost: 1.0, surplus: 0.0 };
            assert_eq!(gate.recent.send(), only_send);
        }
    }
}
