//! The beginning, when no member knows the quota.

use aws_retry_core::__fleet::{Command, View};

use super::sawtooth::OVERDUE;
use super::{Agent, LONGEST_HOLD, Mode, SearchForAll};
use crate::record::Progress;

/// A search is over once this many units were accepted in a cycle, or after this many seconds. With less, it ends
/// with the known figures after these seconds and round trips.
const SEARCHED: f64 = 15.0;
const SEARCHED_AFTER: f64 = 1.5;
const LONGEST_SEARCH: f64 = 3.0;
const LONGEST_SEARCH_TRIPS: f64 = 8.0;
const MIN_CYCLES: u32 = 2;
/// Seconds of its quota that a bucket commonly holds.
const USUAL_BURST: f64 = 5.0;
/// Two members that have searched for as long, within these seconds.
const AS_LONG: f64 = 0.05;

impl Agent {
    /// Nobody knows the quota: one member searches, and the others wait for it.
    pub(super) fn who_searches(&mut self, now: f64, view: &View, first: bool) -> Option<Command> {
        let lead = self.leads(now, first);
        if !lead {
            if self.mode != Mode::Holding
                && (first || self.mode == Mode::Searching || self.searchers(now).next().is_some())
            {
                self.enter(Mode::Holding, now);
            }
            return None;
        }
        if self.mode != Mode::Searching {
            let others = self.peers.alive(now).map(|(_, it)| it.record.accepted).sum::<f64>();
            let accepted = self.own.total() + others;
            self.search = SearchForAll {
                first_cycle: view.cycles,
                cycle: view.cycles,
                accepted_until: self.own.total(),
                accepted: 0.0,
                initial: accepted,
            };
            self.enter(Mode::Searching, now);
            self.schedule.by(now);
            return Some(Command::Search { accepted });
        }
        let too_long = LONGEST_SEARCH.max(LONGEST_SEARCH_TRIPS * view.round_trip);
        let idle = self.demand.idle_for(now) > 2.0 * view.round_trip;
        if now - self.since > too_long || idle {
            return self.publish_what_it_has(now, view);
        }
        self.searched(now, view)
    }

    fn searchers(&self, now: f64) -> impl Iterator<Item = (f64, u64)> {
        self.peers
            .alive(now)
            .filter(|(_, it)| it.record.progress == Progress::Searching)
            .map(move |(id, it)| (it.record.searching + (now - it.seen_at), id))
    }

    /// Whether this member is the one to search: the one that has searched longest; else the one with the
    /// largest burst, of those that wait.
    fn leads(&self, now: f64, first: bool) -> bool {
        let mut searchers = self.searchers(now).peekable();
        if self.mode == Mode::Searching {
            let own = now - self.since;
            return searchers.all(|(other, id)| {
                own > other + AS_LONG || (own > other - AS_LONG && self.id < id)
            });
        }
        if searchers.peek().is_some() {
            return false;
        }
        let waits_for_loose = now < self.throttled_at + LONGEST_HOLD
            && self.peers.measured_alone(now).any(|it| it > 0.0);
        let rank = rank(self.burst_sends, self.id);
        !first
            && !waits_for_loose
            && now >= self.throttled_at + 0.7 * self.saw.round_trip
            && self
                .peers
                .alive(now)
                .filter(|(_, it)| it.record.progress == Progress::Joining)
                .all(|(id, it)| rank > self::rank(it.record.burst_sends, id))
    }

    /// The search may have ended with a measure.
    pub(super) fn searched(&mut self, now: f64, view: &View) -> Option<Command> {
        let search = &mut self.search;
        if view.cycles != search.cycle {
            search.cycle = view.cycles;
            search.accepted = self.own.total() - search.accepted_until;
            search.accepted_until = self.own.total();
        }
        let cycles = search.cycle.saturating_sub(search.first_cycle);
        let measured =
            search.accepted >= SEARCHED * view.per_send || now - self.since > SEARCHED_AFTER;
        let quota = view.quota.filter(|_| cycles >= MIN_CYCLES && measured)?;
        Some(self.found(now, view, quota))
    }

    /// It cannot search on: too long, or it has no work. The fleet goes on from what it really sent.
    fn publish_what_it_has(&mut self, now: f64, view: &View) -> Option<Command> {
        let span = (3.0 * view.round_trip).max(0.3);
        // While it had work.
        let until = now - self.demand.idle_for(now);
        let sent = self.own.at(until).zip(self.own.at(until - span));
        let sent = sent.map_or(f64::INFINITY, |(all, before)| (all - before) / span);
        let least = (self.search.initial / USUAL_BURST).max(view.per_send);
        let quota = view.quota.unwrap_or(f64::INFINITY).min(sent.max(least));
        let quota = if quota.is_finite() { quota } else { least };
        let command = self.found(now, view, quota);
        // It may be far more.
        self.saw.age = OVERDUE * self.saw.cycle();
        Some(command)
    }

    fn found(&mut self, now: f64, view: &View, quota: f64) -> Command {
        self.epoch = self.epoch.wrapping_add(1).max(1);
        self.ledger.mark(now);
        (self.ledger.cut, self.ledger.evaluated) = (now, now);
        self.saw.begin(self.joined(now, view, quota), view.burst, 0);
        let command = self.guide(now);
        self.schedule.by(now);
        command
    }
}

/// Larger bursts first, by powers of two; then the larger id.
#[expect(clippy::cast_possible_truncation, reason = "a logarithm")]
fn rank(burst: f64, id: u64) -> (i64, u64) {
    (if burst > 0.0 { burst.log2().floor() as i64 } else { -99 }, id)
}
