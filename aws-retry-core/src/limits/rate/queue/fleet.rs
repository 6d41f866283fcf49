//! The queue of a scope that takes part in a fleet.

use super::{Limit, Queue, Wakes};
use crate::clock::Time;
use crate::limits::rate::fleet::{Command, FleetState, Member, View};
use crate::limits::rate::pace::Pace;

impl<W: Clone> Queue<W> {
    /// Gives the paced rate a member that guides it.
    pub(in crate::limits::rate) fn join(&mut self, member: Box<dyn Member>) {
        if let Pace::Paced(it) = &mut self.pace {
            it.join(member);
        }
    }

    /// The rate goes on without its member, at its part of the quota.
    pub(in crate::limits::rate) fn leave_fleet(&mut self, now: Time) -> Wakes<W> {
        let now = self.steady.seconds(now);
        if let Pace::Paced(it) = &mut self.pace {
            it.leave_fleet(now);
        }
        self.follow_part();
        self.wake()
    }

    /// Lets the member speak, if there is one.
    pub(in crate::limits::rate) fn ask_member(
        &mut self,
        now: Time,
        ask: impl FnOnce(&mut dyn Member, f64, &View) -> Option<Command>,
    ) -> Wakes<W> {
        let now = self.steady.seconds(now);
        let waiting = self.waiting();
        let max_rate = self.limit.as_ref().map(|it| it.max_rate);
        let Pace::Paced(it) = &mut self.pace else { return Wakes::none() };
        let told = it.ask_member(now, (waiting, max_rate), |member, view| ask(member, now, view));
        let mut wakes = Wakes::none();
        if self.follow_part() || told.is_some() {
            wakes.head = self.call_head(now);
            self.sweep(now, &mut wakes.stale);
        }
        wakes
    }

    /// Keeps to this process's part of `max_rate`. Says whether that has changed.
    pub(super) fn follow_part(&mut self) -> bool {
        let Some(limit) = &self.limit else { return false };
        let part = self.pace.part();
        let changed = part.total_cmp(&limit.part).is_ne();
        if changed {
            self.limit = Limit::changed(Some(limit), limit.max_rate, part);
        }
        changed
    }

    pub(in crate::limits::rate) fn fleet_state(&self) -> Option<FleetState> {
        match &self.pace {
            Pace::Paced(it) => it.member().map(Member::state),
            Pace::Adaptive(_) => None,
        }
    }
}
