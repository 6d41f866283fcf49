//! The figures of a run.

use crate::world::{Log, Scenario};

/// The figures of one run. For several runs: the medians, but the worst of failed calls and attempts.
#[derive(Clone, Debug)]
pub struct Figures {
    pub failed: f64,
    /// Calls that succeeded, per second.
    pub speed: f64,
    /// Seconds from the first send to the last answer.
    pub seconds: f64,
    /// All requests, per cent of the calls.
    pub throttled: f64,
    /// Those sent after their process knew of the throttling.
    pub avoidable: f64,
    /// The slowest 1 % of the calls begins at this many times the median.
    pub slowest: f64,
    pub slowest_seconds: f64,
    pub jain_workers: f64,
    pub jain_processes: f64,
    pub attempts: f64,
    /// Seconds from the first throttled answer until the believed quota is within a quarter of the real one,
    /// and stays so for one second. With several processes: the first one's, against its fair part.
    pub learned: f64,
    /// The same from the change of the quota.
    pub relearned: f64,
}

/// Their names, in order.
pub const NAMES: [&str; 12] = [
    "failed_calls",
    "calls_per_second",
    "seconds",
    "throttled_percent",
    "throttled_beyond_the_first_burst_percent",
    "slowest_1_percent_by_median",
    "slowest_call_seconds",
    "jain_index_of_workers",
    "jain_index_of_processes",
    "most_attempts",
    "learned_after_seconds",
    "relearned_after_seconds",
];

impl Figures {
    pub fn of(log: &Log, scenario: &Scenario) -> Self {
        let calls = count(log.calls.len());
        let mut seconds: Vec<f64> = log.calls.iter().map(|it| it.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        let workers = (scenario.workers / scenario.processes).max(1);
        let workers = scenario.members.workers(0, workers);
        let mut by_worker = vec![0.0; index(workers)];
        let mut ended = vec![0.0_f64; index(scenario.processes)];
        for call in &log.calls {
            if call.process == 0 {
                by_worker[index(call.worker)] += 1.0;
            }
            let last = &mut ended[index(call.process)];
            *last = last.max(call.ended_at);
        }
        // While all of them still run: afterwards, the remaining ones have more.
        let all_run = ended.iter().copied().filter(|it| *it > 0.0).fold(f64::INFINITY, f64::min);
        let all_run = scenario.members.die.map_or(all_run, |(_, at)| all_run.min(at));
        let mut by_process = vec![0.0; index(scenario.processes)];
        for call in log.calls.iter().filter(|it| it.ended_at <= all_run) {
            by_process[index(call.process)] += 1.0;
        }
        let share = scenario.rate / float(scenario.processes);
        let learned =
            log.first_throttle.map_or(f64::NAN, |from| Self::settled(&log.rates, from, share));
        let relearned = scenario.change.map_or(f64::NAN, |(from, rate)| {
            Self::settled(&log.rates, from, rate / float(scenario.processes))
        });
        let failed = count(log.calls.iter().filter(|it| it.failed).count());
        let took = ended.iter().copied().fold(0.0, f64::max);
        Self {
            failed,
            speed: (calls - failed) / took,
            seconds: took,
            throttled: 100.0 * float(log.throttled) / calls,
            avoidable: 100.0 * float(log.avoidable) / calls,
            slowest: quantile(&seconds, 0.99) / quantile(&seconds, 0.5),
            slowest_seconds: quantile(&seconds, 1.0),
            jain_workers: jain(&by_worker),
            jain_processes: jain(&by_process),
            attempts: log.calls.iter().map(|it| f64::from(it.attempts)).fold(0.0, f64::max),
            learned,
            relearned,
        }
    }

    /// Seconds after `from` until the belief is within a quarter of the quota for one second.
    pub fn settled(rates: &[(f64, f64)], from: f64, quota: f64) -> f64 {
        let mut since = None;
        for &(at, rate) in rates.iter().filter(|it| it.0 >= from) {
            if (0.75 * quota..=1.25 * quota).contains(&rate) {
                let since = *since.get_or_insert(at);
                if at - since >= 1.0 {
                    return since - from;
                }
            } else {
                since = None;
            }
        }
        since.map_or(f64::INFINITY, |since| since - from)
    }

    /// All of them, as [`NAMES`] has them.
    pub const fn list(&self) -> [f64; 12] {
        [
            self.failed,
            self.speed,
            self.seconds,
            self.throttled,
            self.avoidable,
            self.slowest,
            self.slowest_seconds,
            self.jain_workers,
            self.jain_processes,
            self.attempts,
            self.learned,
            self.relearned,
        ]
    }

    /// The median of each figure, or the worst if one bad run breaks a promise.
    pub fn of_all(runs: &[Self]) -> Self {
        let lists: Vec<[f64; 12]> = runs.iter().map(Self::list).collect();
        let median = |figure: usize| {
            let mut values: Vec<f64> = lists.iter().map(|it| it[figure]).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
        };
        let worst = |figure: usize| lists.iter().map(|it| it[figure]).fold(0.0, f64::max);
        Self {
            failed: worst(0),
            speed: median(1),
            seconds: median(2),
            throttled: median(3),
            avoidable: median(4),
            slowest: median(5),
            slowest_seconds: median(6),
            jain_workers: median(7),
            jain_processes: median(8),
            attempts: worst(9),
            learned: median(10),
            relearned: median(11),
        }
    }
}

/// Jain's index: 1 if all have the same.
fn jain(parts: &[f64]) -> f64 {
    let sum: f64 = parts.iter().sum();
    let squares: f64 = parts.iter().map(|it| it * it).sum();
    sum * sum / (count(parts.len()) * squares)
}

fn quantile(sorted: &[f64], part: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of a length"
    )]
    let at = (part * count(sorted.len())) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

#[expect(clippy::cast_precision_loss, reason = "counts of a simulation")]
const fn count(len: usize) -> f64 {
    len as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts of a simulation")]
const fn float(number: u64) -> f64 {
    number as f64
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
