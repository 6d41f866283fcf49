//! A member that wakes the exchanging task when it becomes due earlier than it had told.

use std::cell::Cell;
use std::sync::Arc;

use aws_retry_core::__fleet::{Command, Member, Throttled, View};
use aws_retry_core::FleetState;
use tokio::sync::Notify;

use crate::agent::Agent;

/// Seconds; an exchange that becomes due earlier by less than this is not worth a wake-up.
const WORTH_IT: f64 = 0.001;

#[derive(Debug)]
pub(crate) struct Linked {
    agent: Agent,
    wake: Arc<Notify>,
    /// The due time that the task knows.
    told: Cell<f64>,
}

impl Linked {
    pub(crate) const fn new(agent: Agent, wake: Arc<Notify>) -> Self {
        Self { agent, wake, told: Cell::new(f64::INFINITY) }
    }

    fn tell(&self) {
        let due = self.agent.due_at();
        if due < self.told.get() - WORTH_IT {
            self.told.set(due);
            self.wake.notify_one();
        }
    }
}

impl Member for Linked {
    fn sent(&mut self, now: f64, units: f64) {
        self.agent.sent(now, units);
        self.tell();
    }

    fn waits(&mut self, now: f64, waiting: bool) {
        self.agent.waits(now, waiting);
        self.tell();
    }

    fn corrected(&mut self, sent_at: f64, units: f64) {
        self.agent.corrected(sent_at, units);
    }

    fn throttled(&mut self, now: f64, throttle: Throttled) -> bool {
        let news = self.agent.throttled(now, throttle);
        self.tell();
        news
    }

    fn answered(&mut self, now: f64, view: &View) -> Option<Command> {
        let command = self.agent.answered(now, view);
        self.tell();
        command
    }

    fn passed(&mut self, now: f64, waited: f64, paid: f64) -> f64 {
        self.agent.passed(now, waited, paid)
    }

    fn held_until(&self) -> f64 {
        self.agent.held_until()
    }

    fn is_starting(&self) -> bool {
        self.agent.is_starting()
    }

    fn rate(&self) -> f64 {
        self.agent.rate()
    }

    fn due_at(&self) -> f64 {
        let due = self.agent.due_at();
        self.told.set(due);
        due
    }

    fn publish(&mut self, now: f64, view: &View) -> Vec<u8> {
        self.agent.publish(now, view)
    }

    fn read(&mut self, now: f64, view: &View, records: &[(u64, Vec<u8>)]) -> Option<Command> {
        self.agent.read(now, view, records)
    }

    fn forgotten(&mut self) -> Vec<u64> {
        self.agent.forgotten()
    }

    fn failed(&mut self, now: f64, view: &View) -> Option<Command> {
        self.agent.failed(now, view)
    }

    fn state(&self) -> FleetState {
        self.agent.state()
    }
}
