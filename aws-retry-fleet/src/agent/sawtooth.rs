//! The rate of the whole fleet by the time since any member's last throttle, and this member's part of it. The rules
//! are those of one process (see `docs/paced.md`), plus the time that the news of a throttle takes.

/// Seconds from a throttle until the rate is back at the quota: the figures of one process, at least this
/// many seconds, and at least this many times the time that news takes.
const CYCLE: f64 = 2.2;
const SLOW: f64 = 20.0;
const LONGEST_CYCLE: f64 = 20.0;
const SHORTEST_CYCLE: f64 = 3.5;
const CYCLE_LAGS: f64 = 2.0;
/// Slow answers: as for one process.
const ROUND_TRIPS: f64 = 5.0;
const MORE_ROUND_TRIPS: f64 = 3.0;
const MOST_MORE: f64 = 1.5;
const FIRST_ROUND_TRIPS: f64 = 2.0;
/// A cycle begins this part below the quota.
const DIP: std::ops::RangeInclusive<f64> = 0.015..=0.04;
/// In cycles: a throttle that has not come by then is overdue, and the rate grows.
pub(super) const OVERDUE: f64 = 2.8;
/// The rate doubles in so many times the time that news and answers take.
const DOUBLES_IN: f64 = 1.3;
/// A measure after a growth longer than this (in cycles) may be too low.
const LATE: f64 = 0.7;
/// Each throttle too many slows a member down by this, to this at least.
const BRAKE: f64 = 0.8;
const LOWEST_BRAKE: f64 = 0.05;
/// A member that was idle begins with this part of its rate.
const RAMP_FROM: f64 = 0.3;
/// A measure that differs by no more than this, or than three of its errors, is noise in part.
const NOISE: f64 = 0.04;
const SMOOTHED: f64 = 0.5;
/// One that differs by more than this is a change of the quota.
const CHANGED: f64 = 0.15;
/// A quota that is used less than this is not tested.
const USED: f64 = 0.9;
/// The units that idle members left are spent at most at this part of the quota more.
pub(super) const MOST_EXTRA: f64 = 0.25;
/// A fleet that keeps to a share measures the quota again after these seconds.
const RELEARN_AFTER: f64 = 300.0;
/// Units per second.
pub(super) const LOWEST_RATE: f64 = 1e-3;
pub(super) const HIGHEST_RATE: f64 = 1e9;

/// Accepted units of all members, between two throttles of any member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    pub(super) accepted: f64,
    pub(super) seconds: f64,
    pub(super) rate: f64,
}

#[derive(Debug)]
pub(super) struct Sawtooth {
    /// Of all members, units per second; and the units that the bucket holds.
    pub(super) quota: f64,
    pub(super) burst: f64,
    /// The quota before the measures after which nothing was accepted.
    pub(super) trusted: f64,
    /// Seconds of this cycle in which a call waited.
    pub(super) age: f64,
    /// Cycles since the quota last changed, up to 3.
    pub(super) settled: u8,
    /// This member's part of the quota, 0 to 1.
    pub(super) part: f64,
    /// The part of the quota that the fleet may use.
    pub(super) share: f64,
    /// Seconds until all members know of a throttle.
    pub(super) lag: f64,
    pub(super) brake: f64,
    /// Units per second that all members had accepted of late.
    pub(super) usage: Option<f64>,
    /// Units per second more, of all members: idle ones have left them in the bucket.
    pub(super) extra: f64,
    /// The time at which the member came back from idling.
    pub(super) back_at: f64,
    pub(super) now: f64,
    pub(super) round_trip: f64,
    /// Units that a send takes on average.
    pub(super) per_send: f64,
    /// The last measure was close to the quota.
    steady: bool,
}

impl Sawtooth {
    pub(super) const fn new() -> Self {
        Self {
            quota: 1.0,
            burst: 1.0,
            trusted: 0.0,
            age: 0.0,
            settled: 0,
            part: 1.0,
            share: 1.0,
            lag: 0.0,
            brake: 1.0,
            usage: None,
            extra: 0.0,
            back_at: f64::NEG_INFINITY,
            now: 0.0,
            round_trip: 0.0,
            per_send: 1.0,
            steady: true,
        }
    }

    /// Begins at a quota that some member has measured.
    pub(super) fn begin(&mut self, quota: f64, burst: f64, settled: u8) {
        self.quota = quota.clamp(LOWEST_RATE, HIGHEST_RATE);
        self.trusted = self.quota;
        self.burst = burst.max(self.per_send);
        self.settled = settled;
        (self.age, self.brake, self.extra, self.usage) = (0.0, 1.0, 0.0, None);
    }

    /// Units per second that this member may send.
    pub(super) fn rate(&self) -> f64 {
        let back = (self.now - self.back_at) / self.lag.max(0.1);
        let ramp = (RAMP_FROM + (1.0 - RAMP_FROM) * back).clamp(RAMP_FROM, 1.0);
        let extra = self.extra.min(MOST_EXTRA * self.quota);
        let rate = (self.joint_rate() * self.brake + extra) * self.part * ramp;
        rate.clamp(LOWEST_RATE, HIGHEST_RATE)
    }

    /// Units per second of all members, as far as this one knows.
    pub(super) fn joint_rate(&self) -> f64 {
        let cycle = self.cycle();
        let x = self.age / cycle;
        let rise = 1.0 - self.dip(cycle) * (1.0 - x);
        let overdue = (self.age - self.due_after(cycle)).max(0.0);
        let doubled = overdue / (DOUBLES_IN * (self.lag + self.round_trip)).max(1e-3);
        let growth = (doubled * doubled.min(1.0)).min(30.0).exp2();
        let rise = if self.keeps_share() { self.share * rise.min(1.0) } else { rise };
        // No faster than twice the rate that is known to pass.
        let most = (2.0 * self.usage.unwrap_or(self.quota)).max(self.quota);
        (self.quota * rise * growth).min(most)
    }

    /// At a share of less than 1 nothing is learned: the fleet keeps to it, once the quota is known.
    fn keeps_share(&self) -> bool {
        self.share < 1.0 && self.settled > 0
    }

    /// Seconds of a cycle after which a throttle is overdue.
    fn due_after(&self, cycle: f64) -> f64 {
        if self.keeps_share() { RELEARN_AFTER } else { OVERDUE * cycle }
    }

    /// A call waited for `waited` seconds. Growth needs successes: past the due time, only as many seconds count as
    /// they have paid for. Returns the seconds that were used of those.
    pub(super) fn passed(&mut self, now: f64, waited: f64, paid: f64) -> f64 {
        self.now = now;
        let grows = self.is_overdue();
        let counted = if grows { waited.min(paid.max(0.0)) } else { waited };
        self.age += counted;
        if grows { counted } else { 0.0 }
    }

    pub(super) fn is_overdue(&self) -> bool {
        self.age > self.due_after(self.cycle())
    }

    /// Seconds until the rate is at the quota.
    pub(super) fn cycle(&self) -> f64 {
        let sends = self.quota / self.per_send;
        let alone = (CYCLE * (SLOW / sends).powf(0.4)).max(6.0 / sends);
        let alone =
            alone.clamp(CYCLE, LONGEST_CYCLE).max(SHORTEST_CYCLE).max(CYCLE_LAGS * self.lag);
        let trips = self.round_trip;
        let slow_answers = ROUND_TRIPS * trips + (MORE_ROUND_TRIPS * trips).min(MOST_MORE);
        let settling = 0.5 + f64::from(self.settled) / 6.0;
        (settling * alone.max(slow_answers)).max(FIRST_ROUND_TRIPS * trips).max(2.0 / sends)
    }

    /// The part below the quota at which a cycle of so many seconds begins.
    fn dip(&self, cycle: f64) -> f64 {
        (0.5 * self.burst / (cycle * self.quota)).clamp(*DIP.start(), *DIP.end())
    }

    /// Takes over a measure of all members. `age`: that of the cycle that it ended. `may_be_low`: in that
    /// cycle the bucket may have run over. `recent`: units per second in the last moments of it. `error`: the
    /// relative one of the measure.
    pub(super) fn learn(
        &mut self,
        it: &Measure,
        age: f64,
        may_be_low: bool,
        recent: f64,
        error: f64,
    ) {
        let now_age = std::mem::replace(&mut self.age, age);
        let cycle = self.cycle();
        let x = (age / cycle).max(0.0);
        let fits = self.stored(it, cycle, x) <= self.burst && x < OVERDUE + LATE;
        let measured = if may_be_low && !fits {
            // The quota is more than measured, and less than the last rate.
            let last = self.joint_rate().min(recent.max(1.5 * it.rate)).max(it.rate);
            (it.rate * last).sqrt()
        } else {
            it.rate
        };
        self.age = now_age;
        let news = (measured / self.quota).ln();
        let weight = if news.abs() > (3.0 * error).max(NOISE) { 1.0 } else { SMOOTHED };
        self.quota = (self.quota * (news * weight).exp()).clamp(LOWEST_RATE, HIGHEST_RATE);
        self.steady = news.abs() <= CHANGED;
        if !self.steady {
            self.settled = 0;
        }
        self.brake = 1.0;
    }

    /// A cycle has been measured.
    pub(super) fn settle(&mut self) {
        if self.steady {
            self.settled = (self.settled + 1).min(3);
        }
    }

    /// The units that a bucket of the measured quota had to store in a cycle that ended at `x`.
    fn stored(&self, it: &Measure, cycle: f64, x: f64) -> f64 {
        let dip = self.dip(cycle);
        let low = ((it.rate / self.quota - 1.0) / dip + 1.0).clamp(0.0, x);
        0.5 * cycle * self.quota * dip * low * low
    }

    /// All members had so many units per second accepted of late. If they do not use the quota, they do not
    /// test it either.
    pub(super) fn saw(&mut self, usage: f64) {
        self.usage = Some(usage);
        if usage < USED * self.quota && !self.keeps_share() {
            self.age = self.age.min(OVERDUE * self.cycle());
        }
    }

    /// Another throttle, although all members have slowed down.
    pub(super) fn slow_down(&mut self) {
        self.brake = (self.brake * BRAKE).max(LOWEST_BRAKE);
    }
}
