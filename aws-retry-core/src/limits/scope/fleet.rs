//! Fleets: which of them this process has joined, and the scopes that take part.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crate::clock::{Clock, ClockId};
use crate::limits::rate::Gate;
use crate::limits::rate::fleet::{Command, FleetState, Member, View};
use crate::switches::Switch;

/// A fleet that this process has joined.
pub trait Hub: Send + Sync {
    /// A scope is used for the first time since then. `elements`: the texts of its elements, each followed by
    /// the byte 0xff. Returns the member that guides the scope's rate, if it is to take part.
    fn attach(&self, elements: &[u8], scope: FleetScope) -> Option<Box<dyn Member>>;
}

/// A scope that takes part in a fleet. It does not keep the scope alive.
#[derive(Clone)]
pub struct FleetScope {
    gate: Weak<Gate>,
    clock: Clock,
}

impl FleetScope {
    /// The scope was forgotten: it was not used for a long time.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.gate.strong_count() == 0
    }

    /// Seconds of its clock.
    #[must_use]
    pub fn now(&self) -> f64 {
        self.clock.now().as_secs_f64()
    }

    /// The time until its member wants to exchange records. `None` if it does not.
    #[must_use]
    pub fn due_in(&self) -> Option<Duration> {
        let mut due = f64::INFINITY;
        self.ask(|member, now, _| {
            due = (member.due_at() - now).max(0.0);
            None
        });
        Duration::try_from_secs_f64(due).ok()
    }

    /// The record to put, at the beginning of an exchange.
    #[must_use]
    pub fn publish(&self) -> Option<Vec<u8>> {
        let mut record = None;
        self.ask(|member, now, view| {
            record = Some(member.publish(now, view));
            None
        });
        record
    }

    /// The exchange has brought these records. Returns the members whose records can be removed.
    #[must_use]
    pub fn read(&self, records: &[(u64, Vec<u8>)]) -> Vec<u64> {
        let mut forgotten = Vec::new();
        self.ask(|member, now, view| {
            let command = member.read(now, view, records);
            forgotten = member.forgotten();
            command
        });
        forgotten
    }

    /// The exchange has failed.
    pub fn failed(&self) {
        self.ask(|member, now, view| member.failed(now, view));
    }

    /// Its state, unless it was forgotten.
    #[must_use]
    pub fn state(&self) -> Option<FleetState> {
        self.gate.upgrade()?.fleet_state()
    }

    /// The rate goes on without the fleet.
    pub fn leave(&self) {
        if let Some(gate) = self.gate.upgrade() {
            gate.leave(self.clock.now());
        }
    }

    fn ask(&self, ask: impl FnOnce(&mut dyn Member, f64, &View) -> Option<Command>) {
        if let Some(gate) = self.gate.upgrade() {
            gate.ask_member(self.clock.now(), ask);
        }
    }
}

impl fmt::Debug for FleetScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FleetScope").field("is_gone", &self.is_gone()).finish_non_exhaustive()
    }
}

struct Hubs {
    /// With the number of its joining. Each clock has one at most.
    list: Vec<(ClockId, u32, Arc<dyn Hub>)>,
}

static HUBS: Mutex<Hubs> = Mutex::new(Hubs { list: Vec::new() });
/// Fleets joined so far.
static JOINED: AtomicU32 = AtomicU32::new(0);

fn hubs() -> MutexGuard<'static, Hubs> {
    // Nothing panics under the lock.
    HUBS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The membership of this process in a fleet; dropping it ends it for scopes that are new.
#[derive(Debug)]
pub struct Installed(ClockId);

impl Drop for Installed {
    fn drop(&mut self) {
        let mut hubs = hubs();
        hubs.list.retain(|(clock, ..)| *clock != self.0);
        Switch::Fleet.set(!hubs.list.is_empty());
    }
}

/// Joins a fleet with all scopes of the present clock. `None` if one is joined already.
pub fn install(hub: Arc<dyn Hub>) -> Option<Installed> {
    let clock = Clock::current(None).id;
    let mut hubs = hubs();
    if hubs.list.iter().any(|(other, ..)| *other == clock) {
        return None;
    }
    let number = JOINED.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
    hubs.list.push((clock, number, hub));
    Switch::Fleet.set(true);
    Some(Installed(clock))
}

/// The fleets that a scope has seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Fleets joined when it last looked.
    joined: AtomicU32,
    /// The number of the fleet that it takes part in.
    fleet: AtomicU32,
}

impl Seen {
    /// Lets the scope's rate take part in the fleet of its clock, unless it was asked before.
    pub fn attach(&self, clock: &Clock, elements: &[u8], gate: &Arc<Gate>) {
        let joined = JOINED.load(Ordering::Relaxed);
        if self.joined.swap(joined, Ordering::Relaxed) == joined {
            return;
        }
        let found = hubs().list.iter().find(|(id, ..)| *id == clock.id).cloned();
        let Some((_, number, hub)) = found else { return };
        if self.fleet.swap(number, Ordering::Relaxed) == number {
            return;
        }
        let scope = FleetScope { gate: Arc::downgrade(gate), clock: clock.clone() };
        if let Some(member) = hub.attach(elements, scope) {
            gate.join(member);
        }
    }
}

#[cfg(test)]
#[path = "fleet_tests.rs"]
pub(super) mod tests;
