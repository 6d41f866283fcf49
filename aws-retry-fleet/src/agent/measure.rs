//! The joint ledger: the quota from the units that all members had accepted between two throttles of any member.

use super::ledger::ANSWERED_AFTER;
use super::peers::count;
use super::sawtooth::Measure;
use super::{Agent, Mode};

/// A measure spans at least this many seconds, and a settled fleet's measure up to this many.
const SHORTEST_SPAN: f64 = 0.8;
const LONG_SPAN: f64 = 8.0;
/// It spans at least this many accepted sends, and this many times the root of the number of members.
const MIN_ACCEPTED: f64 = 4.0;
const MIN_PER_ROOT: f64 = 1.5;
/// A door is shut if nothing was accepted for this many seconds, and for the time of this many sends.
const SHUT_AFTER: f64 = 1.0;
const SHUT_SENDS: f64 = 8.0;
/// After so many seconds it is more than a window that is used up.
const LONG_SHUT: f64 = 10.0;
/// The longest wait for the counts of all members: this many intervals.
const PATIENCE: f64 = 2.5;

impl Agent {
    /// Units that all members had accepted at this time, if that is still known.
    fn total(&self, at: f64) -> Option<f64> {
        Some(self.own.at(at)? + self.peers.accepted(at))
    }

    /// Measures the quota by the newest throttle that the counts of all members cover.
    pub(super) fn evaluate(&mut self, now: f64) {
        let (every, trips) = (self.every(), self.saw.round_trip);
        let answered = now - ANSWERED_AFTER * trips;
        let counted = self.peers.alive(now).map(|(_, it)| it.counted_until());
        let counted = counted.fold(f64::INFINITY, f64::min);
        let counted = counted.max(answered - PATIENCE * every).min(answered);
        let least = SHORTEST_SPAN.max(trips);
        let Some(end) = self.ledger.marks.iter().rev().copied().find(|it| *it <= counted) else {
            return;
        };
        if end <= self.ledger.evaluated + 0.25 * least {
            return;
        }
        // Measures after which nothing was accepted were made while the door was being shut: they are taken back.
        let nothing_since = !self.has_accepted(self.ledger.evaluated, end);
        if self.is_shut(end) {
            if nothing_since && !self.has_accepted(end - LONG_SHUT, end) {
                self.saw.quota = self.saw.quota.max(self.saw.trusted);
            }
            return;
        }
        let Some(measure) = self.measure(end, least) else { return };
        if !nothing_since {
            self.saw.trusted = self.saw.quota;
        }
        self.ledger.evaluated = end;
        let first_of_cycle = std::mem::replace(&mut self.ledger.epoch, self.epoch) != self.epoch;
        let roots = self.members().sqrt();
        // Within a flood of throttles, nothing ran over.
        let within = end - measure.seconds >= self.ledger.cut - 0.05;
        let moments = (2.0 * trips).max(0.5);
        let recent = self.total(end - moments).zip(self.total(end));
        let recent = recent.map_or(f64::INFINITY, |(from, to)| (to - from) / moments);
        let error = (1.0 + 0.3 * roots) * self.saw.per_send / measure.accepted;
        self.saw.learn(&measure, self.cut_age, first_of_cycle && !within, recent, error);
        if first_of_cycle {
            self.saw.settle();
        }
    }

    /// Nothing was accepted for some time before the throttle at `end`: a door is shut, which tells nothing about the
    /// quota.
    fn is_shut(&self, end: f64) -> bool {
        let gap = SHUT_SENDS * self.saw.per_send / self.saw.quota;
        let seconds = gap.max(SHUT_AFTER).max(2.0 * self.saw.round_trip);
        !self.has_accepted(end - seconds, end)
    }

    /// All members together had something accepted between these times, as far as is known.
    fn has_accepted(&self, from: f64, until: f64) -> bool {
        let totals = self.total(from).zip(self.total(until));
        totals.is_none_or(|(from, until)| until - from >= 0.5 * self.saw.per_send)
    }

    /// The measure that ends with the throttle at `end`. Once the quota is settled, it reaches back as far as
    /// the rate stays the same.
    fn measure(&self, end: f64, least: f64) -> Option<Measure> {
        let until = self.total(end)?;
        let per_send = self.saw.per_send;
        let enough = per_send * (MIN_PER_ROOT * self.members().sqrt()).max(MIN_ACCEPTED);
        let mut found: Option<(Measure, Measure)> = None;
        for begin in self.ledger.marks.iter().rev().filter(|it| end - **it >= least) {
            let seconds = end - begin;
            let Some(from) = self.total(*begin) else { break };
            let accepted = (until - from).max(0.0);
            if accepted < enough {
                if seconds > 20.0 * least {
                    break;
                }
                continue;
            }
            let it = Measure { accepted, seconds, rate: (accepted + 0.5 * per_send) / seconds };
            let Some((first, _)) = found else {
                found = Some((it, it));
                if self.saw.settled < 2 {
                    break;
                }
                continue;
            };
            if (it.rate / first.rate).ln().abs() > 3.0 * per_send / first.accepted + 0.01 {
                break;
            }
            found = Some((first, it));
            if seconds > LONG_SPAN {
                break;
            }
        }
        found.map(|(_, longest)| longest)
    }

    /// Units that the bucket has surely stored since the last throttle.
    pub(super) fn stored(&self, now: f64) -> Option<f64> {
        let since = *self.ledger.marks.back()?;
        let seconds = now - since;
        if self.saw.settled < 2 || seconds < 1.5 * self.every() + 2.0 * self.saw.round_trip {
            return None;
        }
        let accepted = self.total(now)? - self.total(since)?;
        let unsure = self.saw.per_send * (1.0 + 0.5 * self.members().sqrt())
            + 0.02 * self.saw.quota * seconds.min(30.0);
        let stored = self.saw.share * self.saw.quota * seconds - accepted - unsure;
        (self.saw.burst >= 3.0 * unsure).then_some(stored.clamp(0.0, 0.8 * self.saw.burst))
    }

    /// Units per second that all members had accepted of late.
    pub(super) fn usage(&self, now: f64) -> Option<f64> {
        let every = self.every();
        let until = now - ANSWERED_AFTER * self.saw.round_trip - 0.75 * every;
        let from = until - 1.5 * every;
        if from < self.guided_since + 0.5 * self.saw.round_trip {
            return None;
        }
        Some((self.total(until)? - self.total(from)?).max(0.0) / (until - from))
    }

    /// Members that are alive, this one included.
    pub(super) fn members(&self) -> f64 {
        count(self.members)
    }

    pub(super) fn is_guided(&self) -> bool {
        self.mode == Mode::Guided
    }
}
