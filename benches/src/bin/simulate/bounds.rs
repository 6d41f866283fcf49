//! The promises of paced mode, which follow by one rule from any scenario, tuned or not.

use crate::{figures::Figures, server::Counts, world::Scenario};

/// The bounds of a run of paced mode.
pub struct Bounds {
    /// At least this share of the oracle's speed.
    share: f64,
    /// At most this many throttled requests, in per cent of the calls: in all, and beyond the first burst.
    throttled: f64,
    avoidable: f64,
    slowest: f64,
    /// If the oracle's slowest calls are above that: this many times the oracle's.
    beyond_oracle: f64,
    attempts: f64,
    learned: f64,
    relearned: f64,
    jain_workers: f64,
    jain_processes: f64,
}

impl Bounds {
    pub fn of(it: &Scenario) -> Self {
        let &Scenario { rate, processes, .. } = it;
        let one = processes == 1;
        let bucket = it.counts == Counts::Bucket;
        let quick = it.latency <= 0.5;
        let steady = it.idle_every.is_none() && it.change.is_none();
        // The number of times that the quota doubles or is halved.
        let (doublings, grown) =
            it.change.map_or((0.0, 0.0), |(_, to)| ((to / rate).log2(), to - rate));
        let relearned = if doublings > 0.0 { 7.0 * doublings } else { -1.1 * doublings };
        let share = match it {
            _ if !bucket => 0.91,
            _ if processes > 5 && rate / whole(processes) < 10.0 => 0.93,
            _ if !one => 0.985,
            _ if rate < 5.0 => 0.93,
            _ if !quick => 0.98,
            // The last call may have to back off.
            _ if it.error_rate > 0.0 => 0.98,
            // A pause fills the bucket, whose size is not known for sure.
            _ if it.idle_every.is_some() => 0.9,
            // The part of a grown quota that is lost until it is known.
            _ => 0.995 - relearned * grown.max(0.0) / whole(it.calls),
        };
        let avoidable = match rate {
            _ if !one || !quick || !bucket || rate < 5.0 => f64::INFINITY,
            _ if it.idle_every.is_some() => 6.0,
            _ if doublings < 0.0 => 3.0,
            1000.0.. => 0.4,
            50.0.. => 0.8,
            20.0.. => 1.5,
            _ => 3.5,
        };
        let where_known = |known: bool, bound: f64, none: f64| if known { bound } else { none };
        let learns = one && bucket && quick && rate >= 5.0 && it.idle_every.is_none();
        Self {
            share,
            throttled: where_known((2..=5).contains(&processes) && bucket, 6.5, f64::INFINITY),
            avoidable,
            slowest: where_known(
                one && steady,
                if rate < 1000.0 { 1.05 } else { 1.25 },
                f64::INFINITY,
            ),
            beyond_oracle: 1.05,
            attempts: where_known(one && rate >= 5.0 && it.error_rate == 0.0, 5.0, 10.0),
            // 0.7 s up to 50 per second, 2.6 s at 1000.
            learned: where_known(learns, 0.7 * (rate / 50.0).max(1.0).powf(0.438), f64::INFINITY),
            relearned: where_known(it.change.is_some(), relearned, f64::INFINITY),
            jain_workers: where_known(one && steady, 0.998, 0.0),
            jain_processes: where_known((2..=5).contains(&processes) && bucket, 0.93, 0.0),
        }
    }

    /// For few seeds, as a check for regressions. The slowest calls in fixed windows miss their bound by far,
    /// as the scoreboard says, so a check of them would find nothing.
    pub fn with_slack(self, it: &Scenario) -> Self {
        let windows = it.counts == Counts::FixedWindow;
        Self {
            share: self.share - 0.02,
            throttled: 1.75 * self.throttled,
            avoidable: 1.5 * self.avoidable,
            slowest: if windows { f64::INFINITY } else { 1.25 * self.slowest },
            beyond_oracle: 1.25 * self.beyond_oracle,
            attempts: self.attempts + 2.0,
            learned: 3.0 * self.learned + 1.0,
            relearned: 1.5 * self.relearned + 1.0,
            jain_workers: self.jain_workers - 0.005,
            jain_processes: self.jain_processes - 0.08,
        }
    }

    /// Each bound, and whether it is kept. If even the oracle misses a bound, the slowest 1 % may be 5 % above
    /// the oracle's, and the workers as unequal as its own.
    pub fn check(&self, it: &Figures, oracle: &Figures) -> Vec<Check> {
        let share = it.speed / oracle.speed;
        let slowest = if oracle.slowest > self.slowest {
            self.beyond_oracle * oracle.slowest
        } else {
            self.slowest
        };
        let below =
            |name, value, bound| Check { name, value, bound, sign: '≤', ok: value <= bound };
        let above =
            |name, value, bound| Check { name, value, bound, sign: '≥', ok: value >= bound };
        let checks = [
            below("failed", it.failed, 0.0),
            above("share", share, self.share),
            below("throttled %", it.throttled, self.throttled),
            below("beyond first burst %", it.avoidable, self.avoidable),
            below("slowest", it.slowest, slowest),
            below("attempts", it.attempts, self.attempts),
            below("learned", it.learned, self.learned),
            below("relearned", it.relearned, self.relearned),
            above("Jain workers", it.jain_workers, self.jain_workers.min(oracle.jain_workers)),
            above("Jain processes", it.jain_processes, self.jain_processes),
        ];
        // Some scenarios lack the figure, and some the bound.
        let told = |it: &Check| {
            !it.value.is_nan() && it.bound.is_finite() && (it.sign == '≤' || it.bound > 0.0)
        };
        checks.into_iter().filter(told).collect()
    }
}

/// A figure beside its bound.
pub struct Check {
    name: &'static str,
    value: f64,
    bound: f64,
    sign: char,
    pub ok: bool,
}

impl std::fmt::Display for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, value, bound, sign, ok } = self;
        let sign = match (ok, sign) {
            (true, sign) => sign,
            (false, '≤') => &'>',
            (false, _) => &'<',
        };
        write!(f, "{name} {} {sign} {}", short(*value), short(*bound))
    }
}

/// Three digits after the point, without trailing zeros.
fn short(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[expect(clippy::cast_precision_loss, reason = "counts of a simulation")]
const fn whole(number: u64) -> f64 {
    number as f64
}
