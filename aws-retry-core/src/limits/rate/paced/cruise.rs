//! The sawtooth around the measured quota: the send rate by the time since the last decrease.

use super::super::quota_meter::Measure;
use super::bounded::Bounded;
use super::cycle::{CYCLE, WholeCycle, doubled};
use super::known::Known;
use super::search::InitialBurst;

/// If round trips are slow, a cycle ends late and with more throttles. So it lasts at least this many round
/// trips, plus further round trips capped at this many seconds; the first cycles last this many round trips.
const ROUND_TRIPS: f64 = 5.0;
const MORE_ROUND_TRIPS: f64 = 3.0;
const MOST_MORE: f64 = 1.5;
const FIRST_ROUND_TRIPS: f64 = 2.0;
/// A cycle begins this part below the quota: the bucket has to store the requests that are not sent.
const DIP: std::ops::RangeInclusive<f64> = 0.015..=0.06;
/// Where many share, their dips even out: deep dips make them equal sooner.
const SHARED_DIP: f64 = 0.16;
/// In cycles: a throttle this soon after a decrease comes from the same empty bucket.
const SAME_BUCKET: f64 = 0.2;
/// In cycles: a throttle that has not come this long after the beginning is overdue.
const OVERDUE: f64 = 2.5;
/// In cycles: the additional wait of a process that shares the quota, since its throttles come by chance.
const PATIENCE: f64 = 0.5;
/// From then on, the rate doubles this many times per cycle.
const DOUBLINGS: f64 = 2.0;
/// In cycles: a throttle outside this range did not come at a time at which the process's own sends would
/// have caused it. A process notices an empty bucket when it sends next, half an interval later on average: a
/// throttle may come so much later.
const REGULAR: std::ops::Range<f64> = 1.2..3.0;
/// Accepted sends at which a measure moves the quota half of the way.
const HALF_WEIGHT_AT: f64 = 6.0;
/// Seconds of waiting after which the quota is measured again if `share` is below 1: at the share itself,
/// nothing is learned.
const RELEARN_AFTER: f64 = 300.0;
/// A quota that was told is measured after this many seconds of waiting already.
const CHECK_TOLD_AFTER: f64 = 10.0;
/// By then the unused part of the quota has filled the bucket. The rate therefore grows at this part of the
/// usual speed; otherwise the bucket would not be empty before the rate is twice the quota.
const RELEARN_SPEED: f64 = 0.15;

/// Around the quota.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cruise {
    /// Units per second, as measured.
    pub(super) quota: f64,
    /// Seconds of this cycle in which a call waited.
    pub(super) age: f64,
    /// Cycles since the quota last changed, up to 3: the first ones are shorter.
    settled: u8,
    /// The degree to which throttles come irregularly, 0 to 1: others use the quota, too.
    shared: f64,
    /// Seconds for which the share has been kept; none while learning.
    share_held_for: Option<f64>,
    /// Something was accepted at this quota; until then it is on trial.
    pub(super) proven: bool,
    /// The quota was not measured by this process: it was told.
    told: bool,
    /// The sends before the first throttle, until a later one has come; only of a quota that was told.
    pub(super) initial: Option<InitialBurst>,
    /// The length of its cycles: each turn asks for it.
    kept: WholeCycle,
}

impl Cruise {
    pub(super) fn new(quota: f64, tried: f64, share: f64) -> Self {
        let mut it = Self { told: false, share_held_for: None, ..Self::told(quota, share) };
        it.settle(tried, share);
        it
    }

    /// The degree to which throttles come irregularly, 0 to 1.
    pub(super) const fn shared(&self) -> f64 {
        self.shared
    }

    /// A quota that was measured before. `shared`: others use it, too.
    pub(super) const fn resumed(quota: f64, shared: bool) -> Self {
        let shared = if shared { 1.0 } else { 0.0 };
        Self {
            quota,
            age: 0.0,
            settled: 1,
            shared,
            share_held_for: None,
            proven: true,
            told: false,
            initial: None,
            kept: WholeCycle::NONE,
        }
    }

    /// Around a quota that another process measured, or AWS published.
    pub(super) fn told(quota: f64, share: f64) -> Self {
        Self {
            quota,
            age: 0.0,
            settled: 0,
            shared: 0.0,
            share_held_for: (share < 1.0).then_some(RELEARN_AFTER - CHECK_TOLD_AFTER),
            proven: false,
            told: true,
            initial: None,
            kept: WholeCycle::NONE,
        }
    }

    /// Units per second, at present.
    pub(super) fn send_rate(&self, known: Known) -> f64 {
        let cycle = self.cycle(known);
        let x = self.age / cycle;
        let rise = 1.0 - self.dip(cycle, known) * (1.0 - x);
        if self.share_held_for.is_some() {
            return self.quota * known.share * rise.at_most(1.0);
        }
        let overdue = x - OVERDUE - PATIENCE * self.shared;
        if overdue <= 0.0 {
            return self.quota * rise;
        }
        let doublings = DOUBLINGS * overdue * (cycle / CYCLE).max(1.0).sqrt();
        self.quota * rise * doubled(doublings.min(30.0))
    }

    /// Keeps the length of a cycle for the turns to come.
    pub(super) fn keep_cycle(&mut self, known: Known) {
        let (quota, others) = (self.quota, self.others());
        if self.kept.is_stale(known.per_send, quota, others) {
            self.kept = WholeCycle::new(known.per_send, quota, others);
        }
    }

    /// Takes over a measure that a throttle has ended.
    pub(super) fn learn(&mut self, it: &Measure, known: Known) {
        let cycle = self.cycle(known);
        let x = (self.age / cycle).max(0.0);
        let in_time = self.stored(it, cycle, x, known) <= known.burst && x < OVERDUE + 0.7;
        let measured = match self.share_held_for {
            // A process that keeps to a share is throttled by others: only a much lower measure is news.
            Some(_) if it.rate > 0.9 * known.share * self.quota => self.quota,
            _ if in_time || self.shared > 0.3 => it.rate,
            // The bucket ran over: the quota is more than measured, and less than the last rate.
            _ => (it.rate * self.send_rate(known) / known.share).sqrt(),
        };
        let before = self.quota;
        let weight = it.accepted / (it.accepted + HALF_WEIGHT_AT * known.per_send);
        // Each end of a measure is wrong by a send at most.
        let wrong = (measured / before - 1.0).abs() * it.accepted > 2.0 * known.per_send;
        let whole = std::mem::take(&mut self.told) && wrong;
        self.quota = before * (measured / before).powf(if whole { 1.0 } else { weight });
        if x >= SAME_BUCKET {
            let latest = REGULAR.end + 0.5 * known.per_send / (self.quota * cycle);
            let irregular = if (REGULAR.start..latest).contains(&x) { 0.0 } else { 1.0 };
            self.shared += 0.25 * (irregular - self.shared);
        }
        self.settle(before, known.share);
    }

    /// Whether the quota has changed much from `before`.
    fn settle(&mut self, before: f64, share: f64) {
        // If others use the quota, a process's part of it changes by chance.
        let steady = (self.quota / before).ln().abs() < 0.15 + 0.6 * self.shared;
        self.settled = if steady { (self.settled + 1).min(3) } else { 0 };
        if share < 1.0 && self.settled > 0 && self.share_held_for.is_none() {
            self.share_held_for = Some(0.0);
        }
    }

    /// A call waited for `seconds`, and successes have paid for `paid` seconds of growth. True if the quota
    /// is to be measured again.
    pub(super) fn waited(&mut self, seconds: f64, paid: &mut f64, known: Known) -> bool {
        let mut step = seconds;
        if self.grows(known) {
            if known.share < 1.0 {
                step *= RELEARN_SPEED;
            }
            step = step.min(*paid);
            *paid -= step;
        }
        self.age += step;
        let relearn = self.share_held_for.as_mut().is_some_and(|held| {
            *held += seconds;
            *held > RELEARN_AFTER
        });
        if relearn {
            self.share_held_for = None;
            self.settled = 0;
            self.age = self.age_at(known.share, known);
        }
        relearn
    }

    /// A throttle is overdue: the rate grows until one comes.
    fn grows(&self, known: Known) -> bool {
        let overdue = OVERDUE + PATIENCE * self.shared;
        self.share_held_for.is_none() && self.age > overdue * self.cycle(known)
    }

    /// The age at which a cycle sends at this part of the quota.
    fn age_at(&self, part: f64, known: Known) -> f64 {
        let cycle = self.cycle(known);
        cycle * (1.0 - (1.0 - part) / self.dip(cycle, known))
    }

    /// Seconds until the rate is at the quota.
    pub(super) fn cycle(&self, known: Known) -> f64 {
        let others = self.others();
        let whole = if self.kept.is_stale(known.per_send, self.quota, others) {
            WholeCycle::new(known.per_send, self.quota, others)
        } else {
            self.kept
        };
        let round_trip = known.round_trip;
        let slow_answers =
            ROUND_TRIPS * round_trip + (MORE_ROUND_TRIPS * round_trip).at_most(MOST_MORE);
        let settling = 0.25 + 0.25 * f64::from(self.settled);
        (settling * whole.seconds.at_least(slow_answers))
            .at_least(FIRST_ROUND_TRIPS * round_trip)
            .at_least((2.0 - others) * whole.interval)
    }

    /// The units that a bucket of the measured quota had to store in a cycle that ended at `x`.
    fn stored(&self, it: &Measure, cycle: f64, x: f64, known: Known) -> f64 {
        let dip = self.dip(cycle, known);
        let low = ((it.rate / self.quota - 1.0) / dip + 1.0).clamp(0.0, x);
        0.5 * cycle * self.quota * dip * low * low
    }

    /// The part below the quota at which a cycle of this many seconds begins.
    fn dip(&self, cycle: f64, known: Known) -> f64 {
        let alone = 0.5 * known.burst / (cycle * self.quota);
        let alone = alone.clamp(*DIP.start(), *DIP.end());
        alone + (SHARED_DIP - alone) * self.others()
    }

    /// The certainty that others use the quota, too: 0 to 1.
    fn others(&self) -> f64 {
        (5.0 * (self.shared - 0.2)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
#[path = "cruise_tests.rs"]
mod tests;
