//! The controller as a member of a fleet: it tells the member what happens, and does what the member says.

use super::Paced;
use super::cruise::Cruise;
use super::door::Door;
use super::learn::LONGEST_PAUSE;
use super::phase::Phase;
use crate::limits::rate::fleet::{Command, FleetState, Member, Throttled, View};
use crate::limits::rate::{Dispatch, Repeat, SendReport};

/// The least part of `max_rate` that a member may use.
const LEAST_PART: f64 = 1e-3;
/// Seconds before the first throttle whose sends are its initial burst.
const RECENT: f64 = 2.0;
/// Seconds of sends at the member's rate that its credit holds, at least one send: the bucket's burst belongs
/// to all members.
const CREDIT: f64 = 0.01;

impl Paced {
    pub(in crate::limits::rate) fn join(&mut self, member: Box<dyn Member>) {
        self.fleet = Some(member);
    }

    /// Goes on without the member, at its part of the quota.
    pub(in crate::limits::rate) fn leave_fleet(&mut self, now: f64) {
        let Some(member) = self.fleet.take() else { return };
        if matches!(self.phase, Phase::Fleet) {
            let FleetState { part, quota, .. } = member.state();
            let burst = self.known.burst * part;
            let quota = quota.unwrap_or(1.0) * part;
            self.obey(now, Some(Command::Alone { quota, burst, shared: true }));
        }
    }

    pub(in crate::limits::rate) fn member(&self) -> Option<&dyn Member> {
        self.fleet.as_deref()
    }

    /// [`Paced::ready_at`], and the member hears of the wait.
    pub(in crate::limits::rate) fn turn_at(&mut self, now: f64, cost: f64) -> f64 {
        let ready = self.ready_at(now, cost);
        if self.wanted
            && let Some(member) = &mut self.fleet
        {
            member.waits(now, true);
        }
        ready
    }

    /// [`Paced::sent`] or [`Paced::sent_beside`], and the member counts the send.
    pub(in crate::limits::rate) fn sent_by_member(&mut self, send: Dispatch, beside: bool) {
        if beside {
            self.sent_beside(send);
        } else {
            self.sent(send);
        }
        let Some(member) = &mut self.fleet else { return };
        if let Phase::Unthrottled(recent) = &mut self.phase {
            if send.id == 0 || send.at - recent.at > RECENT {
                *recent = send;
            }
            member.sent(send.at, send.cost);
        } else {
            member.sent(send.at, send.cost);
            if !beside {
                member.waits(send.at, false);
            }
        }
    }

    /// [`Paced::answered`], and the member decides what follows from it.
    pub(in crate::limits::rate) fn answered_to_member(
        &mut self,
        now: f64,
        send: Dispatch,
        report: &SendReport,
        repeat: Option<Repeat>,
    ) -> bool {
        let deferred = self.answered(now, send, report, repeat);
        let Some(mut member) = self.fleet.take() else { return deferred };
        // The last of the requests is the one that was throttled.
        let throttled = if report.outcome.is_throttle() { send.cost } else { 0.0 };
        let planned = (send.cost * report.requests - throttled).max(0.0);
        let more = report.spent.unwrap_or(planned) - send.cost;
        if more != 0.0 {
            member.corrected(send.at, more);
        }
        let command = member.answered(now, &self.view());
        self.fleet = Some(member);
        self.obey(now, command);
        deferred
    }

    /// Lets the member speak.
    pub(in crate::limits::rate) fn ask_member(
        &mut self,
        now: f64,
        (waiting, max_rate): (usize, Option<f64>),
        ask: impl FnOnce(&mut dyn Member, &View) -> Option<Command>,
    ) -> Option<Command> {
        let mut member = self.fleet.take()?;
        let command = ask(member.as_mut(), &View { waiting, max_rate, ..self.view() });
        self.fleet = Some(member);
        self.obey(now, command);
        command
    }

    /// The time before which the fleet lets nothing go out.
    pub(super) fn held_until(&self) -> f64 {
        self.fleet.as_ref().map_or(0.0, |it| it.held_until())
    }

    /// The fleet has not told yet whether it knows the quota.
    pub(in crate::limits::rate) fn is_starting(&self) -> bool {
        self.fleet.as_ref().is_some_and(|it| it.is_starting())
    }

    /// Units per second that the fleet allows.
    pub(super) fn guided_rate(&self) -> f64 {
        self.fleet.as_ref().map_or(0.0, |it| it.rate())
    }

    /// The part of `max_rate` that is this process's.
    pub(in crate::limits::rate) fn part(&self) -> f64 {
        self.fleet.as_ref().map_or(1.0, |it| it.state().part.clamp(LEAST_PART, 1.0))
    }

    /// The most sends that may go at once while the fleet guides the rate.
    pub(super) fn guided_credit(&self, rate: f64) -> f64 {
        (CREDIT * rate).max(self.known.per_send).max(self.needed)
    }

    /// A throttle that speaks for the scope, while the fleet guides the rate.
    pub(super) fn throttled_in_fleet(&mut self, now: f64, send: Dispatch) {
        let throttled = Throttled {
            sent_at: send.at,
            fresh: send.id >= self.decrease_id,
            decrease_at: self.decrease_at,
            round_trip: self.known.round_trip,
        };
        if self.fleet.as_mut().is_some_and(|it| it.throttled(now, throttled)) {
            self.decrease(now);
        } else {
            self.refused_again_in_fleet(now, send);
        }
    }

    /// The same of a call that was refused before. All members would hear of each throttle of a call that is refused
    /// alone, and this process sends too little to tell those apart: it slows down only itself. While nothing is
    /// accepted, each pause is as long as all earlier ones together.
    pub(super) fn refused_again_in_fleet(&mut self, now: f64, send: Dispatch) {
        let since = *self.door.blocked_since.get_or_insert(now);
        if send.id >= self.decrease_id && now > since {
            self.decrease_id = self.next_id;
            let pause =
                if self.shut_for(now).is_some() { 0.0 } else { (now - since).min(LONGEST_PAUSE) };
            self.credit = self.credit.min(0.0) - pause * self.send_rate();
        }
    }

    fn view(&self) -> View {
        let initial_burst = match &self.phase {
            Phase::Search(search) => search.initial.map_or(0.0, |it| it.accepted),
            _ => 0.0,
        };
        View {
            unthrottled: matches!(self.phase, Phase::Unthrottled(_)),
            sends: self.units,
            per_send: self.known.per_send,
            initial_burst,
            round_trip: self.known.round_trip,
            quota: self.quota(),
            burst: self.known.burst,
            cycles: self.cycles,
            share: self.known.share,
            waiting: 0,
            max_rate: None,
        }
    }

    fn obey(&mut self, now: f64, command: Option<Command>) {
        match command {
            None | Some(Command::Wake) => {}
            Some(Command::Guided { credit }) => {
                if matches!(self.phase, Phase::Fleet) {
                    // Another member began a cycle: older throttles are old news.
                    self.refill(now);
                    self.credit = self.credit.min(credit);
                } else {
                    self.phase = Phase::Fleet;
                    self.refilled_at = now;
                    self.credit = credit;
                    self.paced_from = self.paced_from.max(self.next_id);
                    self.door = Door::default();
                    self.opening = None;
                    self.forget();
                }
                self.decrease_id = self.next_id;
                self.decrease_at = now;
            }
            Some(Command::Alone { quota, burst, shared }) => {
                self.refill(now);
                self.known.burst = burst.max(self.known.per_send);
                self.phase = Phase::Cruise(Cruise::resumed(quota, shared));
                self.forget();
            }
            Some(Command::Search { accepted }) => {
                self.refilled_at = now;
                self.credit = self.credit.min(0.0);
                if let Phase::Search(search) = &mut self.phase
                    && let Some(initial) = &mut search.initial
                {
                    initial.accepted = accepted;
                    search.age = search.age.max(self.known.round_trip);
                }
            }
        }
    }

    /// The meter's span says nothing any more.
    fn forget(&mut self) {
        self.meter.forget();
        self.across_doors = None;
        self.before = None;
    }
}

#[cfg(test)]
#[path = "fleet_tests.rs"]
mod tests;
