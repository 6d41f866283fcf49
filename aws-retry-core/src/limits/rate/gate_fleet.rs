//! The gate of a scope that takes part in a fleet.

use super::fleet::{Command, FleetState, Member, View};
use super::gate::{Gate, wake};
use crate::clock::Time;

impl Gate {
    /// Gives the paced rate a member that guides it.
    pub fn join(&self, member: Box<dyn Member>) {
        self.lock().get_or_create().join(member);
    }

    /// The rate goes on without its member.
    pub fn leave(&self, now: Time) {
        let mut guard = self.synchronized();
        let wakes = guard.get_or_create().leave_fleet(now);
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
        self.set_unthrottled(queue);
        drop(guard);
        wake(wakes);
    }

    /// The scope's part in its fleet, if it takes part in one.
    pub fn fleet_state(&self) -> Option<FleetState> {
        self.lock().get()?.fleet_state()
    }
}
