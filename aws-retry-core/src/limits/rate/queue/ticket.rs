//! A call's place in the order of arrival, and the history of its refusals.

use crate::limits::rate::{Dispatch, Repeat, SendReport};

/// A throttle concerns its call alone if this many times more of the other units passed than were throttled.
const PASSED_PER_THROTTLED: f64 = 4.0;
/// The number of times that as much as the call asks for must have passed as well; more while no quota is
/// measured.
const MIN_PASSED: f64 = 1.0;
const MIN_PASSED_UNMEASURED: f64 = 8.0;
/// Nearly all others passed if there was at most one throttle in this many answers.
const ANSWERS_PER_THROTTLE: f64 = 10.0;
/// After this many consecutive throttles that concern the call alone, all further ones do.
const KNOWN_ALONE: u32 = 2;
/// The number of times that a call refused alone is sent again at once before it backs off.
const AT_ONCE: u32 = 1;
/// A call gives up at this many consecutive throttles of its own while nearly all others pass. It gives up
/// sooner if many such calls hold back callers for which the quota has room.
const MOST_ALONE: u32 = 7;
const MOST_ALONE_CROWDED: u32 = 5;
/// Behind a shut door, a call waits as long again as the door has been shut, up to this many seconds.
const LONGEST_EVEN_WAIT: f64 = 8.0;
/// Beyond that it waits longer, so that its attempts last for this part again of the time for which the door
/// has been shut. Each wait is at most this many seconds, so that of fifty calls one probes every four
/// seconds.
const SPREAD_OVER: f64 = 0.5;
const LONGEST_WAIT: f64 = 200.0;

/// A call's place in the order of first arrival. The call keeps it over all its attempts.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// Taken when the first turn is requested.
    pub(in crate::limits::rate) place: Option<u64>,
    /// Units of the quota that the next attempt takes.
    pub(in crate::limits::rate) cost: f64,
    /// None while the call has not been refused, or was answered since.
    refusals: Option<Box<Refusals>>,
}

impl Ticket {
    /// The place is taken when the first turn is requested.
    #[must_use]
    pub const fn new() -> Self {
        Self { place: None, cost: 1.0, refusals: None }
    }

    /// The next attempt takes this many units of the quota: 0, or from a millionth to a billion. One by default.
    pub const fn set_cost(&mut self, units: f64) {
        self.cost = units;
    }

    /// The units for which there must be room at its turn. A call that is known to be refused alone is sent
    /// once there is room for two such sends, so that the quota does not refuse it.
    pub(super) fn room(&self) -> f64 {
        if self.refusals().is_known_alone() { 2.0 * self.cost } else { self.cost }
    }

    /// The history of its refusals.
    pub(super) fn refusals(&self) -> &Refusals {
        self.refusals.as_deref().unwrap_or(&Refusals::NONE)
    }

    /// The same, to add to it.
    pub(super) fn refusals_mut(&mut self) -> &mut Refusals {
        self.refusals.get_or_insert_default()
    }

    /// The call was answered: it begins again without a history.
    pub(super) fn forget_refusals(&mut self) {
        self.refusals = None;
    }
}

impl Default for Ticket {
    fn default() -> Self {
        Self::new()
    }
}

/// The answers of a scope so far in units, without the throttles that concern one call alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    answers: f64,
    throttled: f64,
    /// Throttles by limits that the service called a call's own.
    call_throttled: f64,
    /// The newest send that was accepted.
    passed: Option<u64>,
}

impl Seen {
    pub(super) const NONE: Self =
        Self { answers: 0.0, throttled: 0.0, call_throttled: 0.0, passed: None };

    pub(super) const fn throttled(&mut self, send: Dispatch) {
        self.answers += send.cost;
        self.throttled += send.cost;
    }

    pub(super) const fn call_throttled(&mut self, send: Dispatch) {
        self.call_throttled += send.cost;
    }

    pub(super) fn accepted(&mut self, send: Dispatch) {
        self.answers += send.cost;
        self.passed = self.passed.max(Some(send.id));
    }
}

/// The wait of a call outside the line, after a throttle.
#[derive(Clone, Copy, Debug)]
enum Rest {
    None,
    /// Until this second.
    Until(f64),
    /// The same, but only as long as the door has opened this many times.
    WhileShut(f64, u64),
}

/// The last throttled send of a call, and the units that the scope had sent with it.
#[derive(Clone, Copy, Debug)]
struct LastSend {
    id: u64,
    units: f64,
}

/// The consecutive throttles of a call. Any other outcome resets them.
#[derive(Clone, Copy, Debug)]
pub(in crate::limits::rate) struct Refusals {
    /// The first of these sends, and the last.
    sends: Option<(Dispatch, LastSend)>,
    /// The first one has not been counted yet.
    deferred: bool,
    /// The number of its last throttles that concern the call alone.
    alone: u32,
    /// The number of these that came while nearly all others passed.
    hopeless: u32,
    /// The scope's answers at the time of the last one.
    seen: Seen,
    rest: Rest,
}

impl Default for Refusals {
    fn default() -> Self {
        Self::NONE
    }
}

impl Refusals {
    pub(super) const NONE: Self = Self {
        sends: None,
        deferred: false,
        alone: 0,
        hopeless: 0,
        seen: Seen::NONE,
        rest: Rest::None,
    };

    /// The call was refused before, and is refused again or passes now.
    pub(super) fn repeat(&self, alone: bool) -> Option<Repeat> {
        let deferred = self.deferred;
        self.sends.map(|(first, _)| Repeat { first, deferred, times: self.alone, alone })
    }

    /// All further throttles concern the call alone.
    pub(super) const fn is_known_alone(&self) -> bool {
        self.alone >= KNOWN_ALONE
    }

    /// Whether another throttle, of a send of `cost` units, concerns the call alone: since the last one, newer
    /// sends passed that took as much, and few others were throttled.
    pub(super) fn is_alone(&self, cost: f64, seen: &Seen, measured: bool) -> bool {
        let Some((_, last)) = self.sends else { return false };
        if self.is_known_alone() {
            return true;
        }
        let throttled = seen.throttled - self.seen.throttled;
        let passed = seen.answers - self.seen.answers - throttled;
        let enough = if measured { MIN_PASSED } else { MIN_PASSED_UNMEASURED };
        seen.passed.is_some_and(|newest| newest > last.id)
            && passed >= (enough * cost).max(PASSED_PER_THROTTLED * throttled)
    }

    /// A throttle that concerns the call alone: it backs off by itself. True if it should give up.
    pub(super) fn refused_alone(
        &mut self,
        now: f64,
        send: Dispatch,
        seen: &Seen,
        report: &SendReport,
        crowded: bool,
    ) -> bool {
        let answers = seen.answers - self.seen.answers;
        let throttled = seen.throttled - self.seen.throttled;
        let nearly_all =
            answers > 0.0 && ANSWERS_PER_THROTTLE * throttled <= answers || self.is_known_alone();
        self.refused(send, seen, false);
        self.alone += 1;
        self.hopeless += u32::from(nearly_all);
        if self.alone > AT_ONCE {
            let doubled = report.base * f64::from((self.alone - AT_ONCE - 1).min(30)).exp2();
            let wait = doubled.min(report.cap) * (0.75 + 0.5 * report.random);
            self.rest = Rest::Until(now + wait);
        }
        self.hopeless >= if crowded { MOST_ALONE_CROWDED } else { MOST_ALONE }
    }

    /// A throttle by a limit that the service calls the call's own. The call itself decides how long it waits.
    /// True if it should give up: nearly all sends of the others since its last throttle have passed. Where
    /// they have not, the limit is one that the calls share after all, such as the concurrency of a function
    /// that all of them invoke: then patience helps.
    pub(super) fn refused_by_own_limit(&mut self, send: Dispatch, seen: &Seen) -> bool {
        if let Some((_, last)) = self.sends {
            // Units, like all the others.
            let others = send.units() - send.cost - last.units;
            let throttled = seen.throttled - self.seen.throttled;
            // This one is among them.
            let alone = (seen.call_throttled - self.seen.call_throttled - send.cost).max(0.0);
            if others > 0.0 && ANSWERS_PER_THROTTLE * (throttled + alone) <= others {
                self.hopeless += 1;
            }
        }
        self.refused(send, seen, false);
        self.hopeless + 1 >= MOST_ALONE
    }

    /// A throttle while nothing has passed for `blocked` seconds: from the second one on, the others probe
    /// first.
    pub(super) fn refused_while_blocked(
        &mut self,
        now: f64,
        send: Dispatch,
        seen: &Seen,
        report: &SendReport,
        (blocked, turns, openings): (f64, f64, u64),
    ) {
        let again = self.sends.is_some();
        self.refused(send, seen, false);
        if again {
            let spread = SPREAD_OVER * blocked / f64::from(report.attempts_left.max(1));
            let wait = blocked.min(LONGEST_EVEN_WAIT).max(spread.min(LONGEST_WAIT)).max(turns);
            self.rest = Rest::WhileShut(now + wait, openings);
        }
    }

    /// Any throttle.
    pub(super) fn refused(&mut self, send: Dispatch, seen: &Seen, deferred: bool) {
        self.sends = Some((
            self.sends.map_or(send, |(first, _)| first),
            LastSend { id: send.id, units: send.units() },
        ));
        self.deferred = deferred;
        self.seen = *seen;
        self.rest = Rest::None;
    }

    /// The call's rest, if it rests now: the second at which it ends, and whether the call is woken when the
    /// door opens.
    pub(super) fn rests_until(&self, now: f64, openings: u64) -> Option<(f64, bool)> {
        let (until, shut) = match self.rest {
            Rest::Until(until) => (until, false),
            Rest::WhileShut(until, opening) if opening == openings => (until, true),
            _ => return None,
        };
        (until > now).then_some((until, shut))
    }

    pub(super) const fn is_again(&self) -> bool {
        self.sends.is_some()
    }
}

#[cfg(test)]
#[path = "ticket_tests.rs"]
mod tests;
