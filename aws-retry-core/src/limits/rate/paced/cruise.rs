//! The sawtooth: how fast to send, so long after a cut.

use super::{HIGHEST_RATE, LOWEST_RATE, Measure, Paced, Phase};

/// Seconds from a cut until the rate is at the quota, for a process that sends fast; one that sends
/// slower than [`SLOW`] takes longer, for the sake of few throttles.
const CYCLE: f64 = 2.2;
const SLOW: f64 = 20.0;
/// The same for one that shares the quota: nearly as long for the slow as for the fast, so that they
/// become equal, and never shorter.
const SHARED_CYCLE: f64 = 2.0;
const SHORTEST_SHARED_CYCLE: f64 = 1.5;
const LONGEST_CYCLE: f64 = 20.0;
/// In round trips: where these are slow, a cycle ends late, and in more throttles. So long it is at
/// least, and up to so many seconds more; and its first ones.
const ROUND_TRIPS: f64 = 5.0;
const MORE_ROUND_TRIPS: f64 = 3.0;
const MOST_MORE: f64 = 1.5;
const FIRST_ROUND_TRIPS: f64 = 2.0;
/// A cycle begins so much below the quota: what is not sent, the bucket has to store.
const DIP: std::ops::RangeInclusive<f64> = 0.015..=0.06;
/// Where many share, their dips even out: deep ones make them equal sooner.
const SHARED_DIP: f64 = 0.16;
/// In cycles: a throttle so soon after a cut is of the same empty bucket.
pub(super) const SOON: f64 = 0.2;
/// In cycles: how long after its beginning a throttle is overdue.
pub(super) const OVERDUE: f64 = 2.5;
/// In cycles: how much longer one waits who shares the quota, where throttles come by chance.
const PATIENCE: f64 = 0.5;
/// From then on, the rate doubles so many times a cycle.
const DOUBLINGS: f64 = 2.0;

impl Paced {
    pub(super) fn send_rate(&self) -> f64 {
        let rate = match self.phase {
            Phase::Calm => f64::INFINITY,
            Phase::Search => self.quota,
            Phase::Cruise => {
                let cycle = self.cycle();
                let x = self.age / cycle;
                let rise = 1.0 - self.dip(cycle) * (1.0 - x);
                if self.held.is_some() {
                    self.quota * self.share * rise.min(1.0)
                } else {
                    let overdue = (x - OVERDUE - PATIENCE * self.shared).max(0.0);
                    let doublings = DOUBLINGS * overdue * (cycle / CYCLE).max(1.0).sqrt();
                    self.quota * rise * doublings.min(30.0).exp2()
                }
            }
        };
        rate.clamp(LOWEST_RATE, HIGHEST_RATE)
    }

    /// Seconds after a cut in which throttles say nothing new.
    pub(super) fn refractory(&self) -> f64 {
        let cycle = if self.phase == Phase::Cruise { self.cycle() } else { 0.0 };
        (1.5 * self.srtt).max(0.1 * cycle)
    }

    /// Seconds until the rate is at the quota.
    pub(super) fn cycle(&self) -> f64 {
        let slow = SLOW / self.quota;
        let alone = (CYCLE * slow.powf(0.4)).max(6.0 / self.quota).clamp(CYCLE, LONGEST_CYCLE);
        let shared = SHARED_CYCLE * slow.powf(0.3);
        let shared = shared.clamp(SHORTEST_SHARED_CYCLE, LONGEST_CYCLE);
        let full = alone * (shared / alone).powf(self.others());
        let slow_answers = ROUND_TRIPS * self.srtt + (MORE_ROUND_TRIPS * self.srtt).min(MOST_MORE);
        let settling = 0.25 + 0.25 * f64::from(self.settled);
        (settling * full.max(slow_answers))
            .max(FIRST_ROUND_TRIPS * self.srtt)
            .max((2.0 - self.others()) / self.quota)
    }

    /// What a bucket of the measured quota had to store in a cycle that ended at `x`.
    pub(super) fn stored(&self, it: &Measure, cycle: f64, x: f64) -> f64 {
        let dip = self.dip(cycle);
        let low = ((it.rate / self.quota - 1.0) / dip + 1.0).clamp(0.0, x);
        0.5 * cycle * self.quota * dip * low * low
    }

    /// How far below the quota a cycle of so many seconds begins.
    fn dip(&self, cycle: f64) -> f64 {
        let alone = 0.5 * self.burst / (cycle * self.quota);
        let alone = alone.clamp(*DIP.start(), *DIP.end());
        alone + (SHARED_DIP - alone) * self.others()
    }

    /// How surely others use the quota, too.
    fn others(&self) -> f64 {
        (5.0 * (self.shared - 0.2)).clamp(0.0, 1.0)
    }
}
