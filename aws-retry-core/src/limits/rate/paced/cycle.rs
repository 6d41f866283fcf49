//! The length of a cycle. Each turn asks for it, and it takes powers: it is kept as long as the quota stays.

/// Seconds from a decrease until the rate is back at the quota, for a process that sends fast. A process that
/// sends slower than `SLOW` per second takes longer, to cause fewer throttles.
pub(super) const CYCLE: f64 = 2.2;
const SLOW: f64 = 20.0;
/// The same for a process that shares the quota: nearly as long for slow processes as for fast ones, so that
/// their shares even out, and never shorter.
const SHARED_CYCLE: f64 = 2.0;
const SHORTEST_SHARED_CYCLE: f64 = 1.5;
const LONGEST_CYCLE: f64 = 30.0;
/// A length is kept until the cost of a send has changed by this part. It is wrong by as much at most.
const SAME_COST: f64 = 0.05;

/// A settled cycle where answers are fast.
#[derive(Clone, Copy, Debug)]
pub(super) struct WholeCycle {
    pub(super) seconds: f64,
    /// Seconds between two sends at the quota.
    pub(super) interval: f64,
    quota: f64,
    /// The certainty that others use the quota, too.
    others: f64,
}

impl WholeCycle {
    /// Stale for every quota.
    pub(super) const NONE: Self = Self { seconds: 0.0, interval: 0.0, quota: 0.0, others: 0.0 };

    pub(super) fn new(per_send: f64, quota: f64, others: f64) -> Self {
        let interval = per_send / quota;
        let slow = SLOW * interval;
        let alone = (CYCLE * slow.powf(0.4)).max(6.0 * interval).clamp(CYCLE, LONGEST_CYCLE);
        let shared = SHARED_CYCLE * slow.powf(0.3);
        let shared = shared.clamp(SHORTEST_SHARED_CYCLE, LONGEST_CYCLE);
        let seconds = alone * (shared / alone).powf(others);
        Self { seconds, interval, quota, others }
    }

    /// Whether it is another one by now.
    pub(super) fn is_stale(&self, per_send: f64, quota: f64, others: f64) -> bool {
        let before = self.interval * self.quota;
        (quota, others) != (self.quota, self.others)
            || (per_send - before).abs() > SAME_COST * before
    }
}

/// Two to the power of `times`, which is 0 to 30: exact at whole numbers, and within 0.3 % between them.
pub(super) fn doubled(times: f64) -> f64 {
    let whole = times.floor();
    let part = times - whole;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 30")]
    let power = 1_u32 << whole as u32;
    f64::from(power) * (1.0 + part * (0.66 + 0.34 * part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheap_power_of_two_is_close() {
        for i in 0..=3000 {
            let times = f64::from(i) / 100.0;
            let part = doubled(times) / times.exp2();
            assert!((part - 1.0).abs() < 0.003, "{times}: {part}");
        }
        assert_eq!([0.0, 1.0, 7.0, 30.0].map(doubled), [1.0, 2.0, 128.0, 1_073_741_824.0]);
    }

    /// A send that costs more makes the scope slower, and its cycles longer.
    #[test]
    fn a_kept_cycle_is_never_far_off() {
        for others in [0.0, 0.5, 1.0] {
            let (mut kept, mut cost, mut made) = (WholeCycle::NONE, 1.0, 0);
            while cost < 50.0 {
                if kept.is_stale(cost, 20.0, others) {
                    kept = WholeCycle::new(cost, 20.0, others);
                    made += 1;
                }
                let part = kept.seconds / WholeCycle::new(cost, 20.0, others).seconds;
                assert!((part - 1.0).abs() <= SAME_COST, "{cost}: {part}");
                cost *= 1.013;
            }
            assert!((20..100).contains(&made), "{made}");
            assert!(kept.is_stale(cost, 20.0, others + 0.1) && kept.is_stale(cost, 20.1, others));
        }
    }
}
