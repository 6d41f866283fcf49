//! The lesson of a throttle: the quota, or nothing.

use super::Paced;
use super::cruise::Cruise;
use super::known::{Known, MIN_ACCEPTED_FIRST};
use super::phase::Phase;
use super::search::{InitialBurst, Search};
use super::undo::Before;
use crate::limits::rate::quota_meter::Measure;
use crate::limits::rate::{Dispatch, Repeat};

/// Accepted sends between two throttles that make a measure.
const MIN_ACCEPTED: f64 = 3.0;
/// Seconds after a decrease in which most accepted requests were sent before it, perhaps into a window that
/// is shut now.
const SOON_AFTER_DECREASE: f64 = 0.1;
/// Longest pause in seconds while all requests are throttled and the door is not yet known to be shut: half a
/// window.
pub(super) const LONGEST_PAUSE: f64 = 0.5;
/// A door that is shut for the time of more sends than this, at the quota, is more than a gap between two of
/// them.
const MANY_SENDS: f64 = 8.0;
/// If too few were accepted for a measure in more than this many seconds, the quota is at most divided by
/// this.
const LONG_WITHOUT_MEASURE: f64 = 1.0;
const MOST_LOWERED: f64 = 4.0;

impl Paced {
    /// A throttle. True if it is not counted until its call gets its next answer.
    pub(super) fn refused(&mut self, now: f64, send: Dispatch, repeat: Option<Repeat>) -> bool {
        match repeat {
            Some(repeat) if repeat.alone && !self.is_unthrottled() => {
                self.refused_alone(send, repeat);
            }
            None if self.suspicious && matches!(self.phase, Phase::Cruise(_) | Phase::Fleet) => {
                // Nothing saved up is sent, and one turn is left out: if the bucket is empty, it will hold
                // enough for the call's next attempt.
                self.credit = self.credit.min(0.0) - send.cost;
                return true;
            }
            Some(repeat) if repeat.deferred => {
                self.throttled(now, repeat.first, repeat.first.id);
                self.throttled(now, send, repeat.first.id);
            }
            Some(_) if matches!(self.phase, Phase::Fleet) => self.refused_again_in_fleet(now, send),
            repeat => self.throttled(now, send, repeat.map_or(send.id, |it| it.first.id)),
        }
        false
    }

    /// A throttle by a limit that the service calls the call's own: it says nothing about the quota.
    pub(super) fn refused_by_own_limit(&mut self, send: Dispatch, repeat: Option<Repeat>) {
        let deferred = repeat.filter(|it| it.deferred).map(|it| it.first);
        deferred.into_iter().chain([send]).for_each(|send| self.not_accepted(send));
    }

    /// A throttle by a limit that the service calls the scope's: it counts at once.
    pub(super) fn refused_by_limit_of_scope(
        &mut self,
        now: f64,
        send: Dispatch,
        repeat: Option<Repeat>,
    ) {
        if let Some(Repeat { first, deferred: true, .. }) = repeat {
            self.throttled(now, first, first.id);
        }
        self.throttled(now, send, repeat.map_or(send.id, |it| it.first.id));
    }

    /// A call that was refused before passes now: its throttle was about the quota.
    pub(super) fn passed(&mut self, now: f64, repeat: Repeat) {
        if repeat.deferred {
            self.throttled(now, repeat.first, repeat.first.id);
        }
        self.resolve(repeat.first, false);
    }

    /// A throttle that speaks for the scope. `cause`: the first of its call's consecutive throttles.
    fn throttled(&mut self, now: f64, send: Dispatch, cause: u64) {
        if matches!(self.phase, Phase::Fleet) {
            return self.throttled_in_fleet(now, send);
        }
        if let Phase::Unthrottled(recent) = self.phase {
            self.begin_search(now, recent);
        } else if let Some(opening) = self.opening.take()
            && send.id < opening.until
            && let Phase::Cruise(cruise) = &mut self.phase
        {
            // The bucket was not full, or holds less.
            let accepted = self.units - opening.units;
            cruise.initial = Some(InitialBurst::new(accepted, now - opening.at));
            self.decrease(now);
        }
        let (phase, meter) = (self.phase, self.meter);
        let initial = match &mut self.phase {
            Phase::Search(search) => search.initial.as_mut(),
            Phase::Cruise(cruise) => cruise.initial.as_mut(),
            Phase::Unthrottled(_) | Phase::Fleet => None,
        };
        if send.id < self.decrease_id {
            if let Some(initial) = initial {
                initial.accepted -= send.cost;
                self.known.burst = initial.accepted.max(self.known.per_send);
            }
            return self.meter_throttled(send);
        }
        let can_undo = self.door.blocked_since.is_none() && initial.is_none();
        if initial.is_some() {
            // Sent at once, the requests arrived in any order: measure from the last of them.
            self.meter.restart();
        }
        self.meter_throttled(send);
        if self.door.blocked_since.is_some() || now >= self.quiet_until() {
            let repeated = self.before.as_ref().is_some_and(|it| it.is_caused_by(cause));
            if !repeated && !self.before.as_mut().is_some_and(|it| it.add(cause)) {
                let before = || Box::new(Before::new(cause, phase, meter));
                self.before = can_undo.then(before);
            }
            if !(repeated && self.suspicious) {
                self.learn(now);
            }
            self.decrease(now);
        }
    }

    fn meter_throttled(&mut self, send: Dispatch) {
        self.meter.throttled(send);
        if let Some(meter) = &mut self.across_doors {
            meter.throttled(send);
        }
    }

    /// A throttle of a call that is refused while others pass: it concerns that call. At the second one, a
    /// decrease that the call caused was a mistake; a single one may be chance if others use the quota, too. It
    /// took nothing from the bucket: its turn is free for another send, once that is as good as certain.
    fn refused_alone(&mut self, send: Dispatch, repeat: Repeat) {
        if repeat.deferred || repeat.times > 0 {
            // Nothing saved up is sent before the call's next attempt: it could empty the bucket.
            self.credit = self.credit.min(0.0) + send.cost;
        }
        if repeat.deferred {
            self.meter.refused_alone(repeat.first);
            // Its turn, and the one that was left out.
            self.credit += 2.0 * repeat.first.cost;
        }
        if repeat.times == 1 {
            self.resolve(repeat.first, true);
        }
        self.not_accepted(send);
    }

    /// A send was throttled, and says nothing about the bucket.
    fn not_accepted(&mut self, send: Dispatch) {
        self.meter.refused_alone(send);
        if let Some(meter) = &mut self.across_doors {
            meter.refused_alone(send);
        }
    }

    /// A call is refused alone, or passes: a decrease that it caused is undone, or was right.
    fn resolve(&mut self, cause: Dispatch, alone: bool) {
        self.suspicious = alone;
        if let Some(undo) = self.before.as_mut().and_then(|it| it.resolve(cause, alone))
            && let Some(before) = self.before.take()
            && undo
        {
            (self.phase, self.meter) = (before.phase, before.meter);
        }
    }

    /// Something sent after a decrease was accepted: sending resumes at the trusted quota.
    pub(super) fn open(&mut self, now: f64) {
        let shut_for = self.shut_for(now);
        self.door.blocked_since = None;
        self.door.probe_at = 0.0;
        if let Phase::Search(search) = &mut self.phase
            && shut_for.is_some()
        {
            search.reopen(self.known.per_send);
        }
        if let Phase::Cruise(cruise) = &mut self.phase {
            cruise.proven = true;
            if shut_for
                .is_some_and(|seconds| seconds * cruise.quota > MANY_SENDS * self.known.per_send)
            {
                cruise.age = 0.0;
                self.credit = self.credit.max(0.0);
                self.across_doors.get_or_insert_with(|| Box::new(self.meter));
                self.meter.restart();
            }
        }
    }

    fn begin_search(&mut self, now: f64, recent: Dispatch) {
        let accepted = (self.units - recent.units() + recent.cost).max(0.0);
        let initial = InitialBurst::new(accepted, now - recent.at);
        self.phase = match self.believed {
            Some(rate) => {
                let mut told = Cruise::told(rate, self.known.share);
                told.initial = Some(initial);
                Phase::Cruise(told)
            }
            None => Phase::Search(Search::new(initial, self.known.per_send)),
        };
        self.refilled_at = now;
        self.decrease(now);
    }

    /// Seconds of the present cycle.
    fn cycle(&self) -> f64 {
        match &self.phase {
            Phase::Cruise(cruise) => cruise.cycle(self.known),
            _ => 0.0,
        }
    }

    /// The second before which throttles say nothing new.
    fn quiet_until(&self) -> f64 {
        self.decrease_at + (1.5 * self.known.round_trip).max(0.1 * self.cycle())
    }

    /// A throttle that is news: at this rate, the bucket is empty.
    fn learn(&mut self, now: f64) {
        if let Phase::Cruise(cruise) = &self.phase
            && let Some(shut_for) = self.shut_for(now)
        {
            if cruise.proven || shut_for * cruise.quota <= MANY_SENDS * self.known.per_send {
                return;
            }
            // Nothing was accepted at the quota that the initial burst seemed to show.
            self.phase = Phase::Search(Search::from(cruise.quota));
        }
        let (measure, known) = (self.measure(), self.known);
        if let Phase::Cruise(cruise) = &mut self.phase
            && let Some(initial) = cruise.initial.take()
        {
            let refilled = cruise.quota * initial.seconds;
            self.known.burst = (initial.accepted - refilled).max(known.per_send);
        }
        match (&mut self.phase, measure) {
            (Phase::Unthrottled(_) | Phase::Fleet, _) => {}
            (Phase::Search(search), measure) => {
                let initial = search.initial.take();
                let quota = match &measure {
                    Some(it) if Search::is_whole(it, known) => it.rate,
                    // The bucket ran over: the quota is more than measured, and less than the last rate.
                    Some(it) => (it.rate * search.rate / known.share).sqrt(),
                    None => {
                        search.lower(&self.meter, known);
                        search.rate
                    }
                };
                if let Some(initial) = initial {
                    self.known.burst =
                        (initial.accepted - quota * initial.seconds).max(known.per_send);
                }
                search.rate = known.valid_rate(search.rate);
                if measure.is_some() {
                    self.phase = Phase::Cruise(Cruise::new(quota, search.rate, known.share));
                }
            }
            (Phase::Cruise(cruise), Some(it)) => cruise.learn(&it, known),
            (Phase::Cruise(cruise), None) => {
                if self.door.blocked_since.is_none()
                    && let Some(it) = self.across_doors.as_deref().unwrap_or(&self.meter).measure()
                    && it.seconds > LONG_WITHOUT_MEASURE
                    && it.seconds * cruise.quota > MANY_SENDS * known.per_send
                {
                    cruise.quota = it.rate.clamp(cruise.quota / MOST_LOWERED, cruise.quota);
                }
            }
        }
        if let Phase::Cruise(cruise) = &mut self.phase {
            cruise.quota = known.valid_rate(cruise.quota);
        }
        if measure.is_some() {
            self.cycles = self.cycles.saturating_add(1);
            self.learned_at = Some(now);
            self.meter.restart();
            self.across_doors = None;
        }
    }

    fn measure(&self) -> Option<Measure> {
        let Known { round_trip, per_send, .. } = self.known;
        let (accepted, seconds) = match self.phase {
            Phase::Cruise(_) => (MIN_ACCEPTED, round_trip.min(SOON_AFTER_DECREASE)),
            _ => (MIN_ACCEPTED_FIRST, 0.0),
        };
        let seconds = seconds.max(0.5 * round_trip);
        let enough = |it: &Measure| it.accepted >= accepted * per_send && it.seconds >= seconds;
        let across = || self.across_doors.as_deref()?.measure().filter(enough);
        self.meter.measure().filter(enough).or_else(across)
    }

    /// A new cycle begins. While nothing is accepted, each pause is as long as all earlier ones together,
    /// until the door counts as shut.
    pub(super) fn decrease(&mut self, now: f64) {
        self.decrease_id = self.next_id;
        self.decrease_at = now;
        let blocked = now - *self.door.blocked_since.get_or_insert(now);
        let pause = if self.shut_for(now).is_some() { 0.0 } else { blocked.min(LONGEST_PAUSE) };
        match &mut self.phase {
            Phase::Unthrottled(_) | Phase::Fleet => {}
            Phase::Search(search) => search.age = -pause,
            Phase::Cruise(cruise) => cruise.age = -pause,
        }
        self.credit = self.credit.min(0.0) - pause * self.send_rate();
    }
}

#[cfg(test)]
#[path = "learn_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "throttled_tests.rs"]
mod in_a_row;
