//! From a retry's number and a random number to the wait before that retry.

use std::time::Duration;

use crate::decision::policy::{Jitter, Resolved};

/// The wait before retry number `retry` (from 0); `random` is uniform in [0, 1), `previous` is the last wait.
///
/// `b = min(base * multiplier^retry, max_delay)`, then the jitter: the cap comes before it. Overflow
/// saturates at `max_delay`.
pub(crate) fn backoff(
    policy: &Resolved,
    base: Duration,
    retry: u32,
    previous: Option<Duration>,
    random: f64,
) -> Duration {
    let cap = policy.max_delay;
    let exponent = i32::try_from(retry).unwrap_or(i32::MAX);
    let b = scale(base, policy.multiplier.powi(exponent)).min(cap);
    let random = random.clamp(0.0, 1.0);
    match policy.jitter {
        Jitter::None => b,
        Jitter::Scaled => scale(b, 0.75 + 0.5 * random),
        Jitter::Full => scale(b, random),
        Jitter::Equal => scale(b, 0.5 + 0.5 * random),
        Jitter::Decorrelated => {
            let top = previous.unwrap_or(base).saturating_mul(3).max(base);
            base.saturating_add(scale(top.saturating_sub(base), random)).min(cap)
        }
    }
}

/// `duration * factor`, saturating; a factor that is not a number counts as 0.
pub(crate) fn scale(duration: Duration, factor: f64) -> Duration {
    let seconds = duration.as_secs_f64() * factor;
    match Duration::try_from_secs_f64(seconds) {
        Ok(scaled) => scaled,
        Err(_) if seconds > 0.0 => Duration::MAX,
        Err(_) => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RetryPolicy;
    use proptest::prelude::*;

    fn wait(policy: &RetryPolicy, retry: u32, random: f64) -> f64 {
        let policy = policy.resolve();
        backoff(&policy, policy.base_delay, retry, None, random).as_secs_f64()
    }

    proptest! {
        /// The delay table of the Python decorator: retries 1 to 5, and the cap.
        #[test]
        fn the_python_table_holds(random in 0.0..1.0_f64) {
            let policy = RetryPolicy::new();
            let table = [(0, 0.375, 0.625), (1, 0.75, 1.25), (2, 1.5, 2.5), (3, 3.0, 5.0), (4, 6.0, 10.0),
                (6, 22.5, 37.5), (60, 22.5, 37.5), (u32::MAX, 22.5, 37.5)];
            for (retry, low, high) in table {
                let seconds = wait(&policy, retry, random);
                prop_assert!((low..=high).contains(&seconds), "retry {retry}: {seconds}");
            }
        }

        #[test]
        fn no_jitter_passes_its_bound(random: f64, retry: u32, base_ns: u64, cap_ns: u64, multiplier: f64) {
            for (jitter, over) in [(Jitter::None, 1.0), (Jitter::Full, 1.0), (Jitter::Equal, 1.0),
                (Jitter::Decorrelated, 1.0), (Jitter::Scaled, 1.25)] {
                let cap = Duration::from_nanos(cap_ns);
                let policy = RetryPolicy::new().jitter(jitter).multiplier(multiplier).max_delay(cap)
                    .base_delay(Duration::from_nanos(base_ns)).resolve();
                let wait = backoff(&policy, policy.base_delay, retry, None, random);
                // One part in 2^52 for the arithmetic in f64.
                prop_assert!(wait <= scale(cap, over + 1e-15) + Duration::from_nanos(1), "{jitter:?} {wait:?}");
            }
        }
    }

    #[test]
    fn each_jitter_at_its_ends() {
        for (jitter, low, high) in [
            (Jitter::None, 4.0, 4.0),
            (Jitter::Scaled, 3.0, 5.0),
            (Jitter::Full, 0.0, 4.0),
            (Jitter::Equal, 2.0, 4.0),
            (Jitter::Decorrelated, 0.5, 1.5),
        ] {
            let policy = RetryPolicy::new().jitter(jitter);
            assert!((wait(&policy, 3, 0.0) - low).abs() < 1e-9, "{jitter:?}");
            assert!((wait(&policy, 3, 1.0) - high).abs() < 1e-9, "{jitter:?}");
        }
    }

    #[test]
    fn the_longest_base_overflows_nothing() {
        for jitter in
            [Jitter::None, Jitter::Scaled, Jitter::Full, Jitter::Equal, Jitter::Decorrelated]
        {
            for base in [Duration::MAX, Duration::MAX / 2, Duration::MAX / 3] {
                let policy = RetryPolicy::new().jitter(jitter).base_delay(base).resolve();
                assert!(
                    backoff(&policy, base, 3, Some(base), 1.0) <= policy.max_delay.mul_f64(1.25)
                );
            }
        }
    }

    #[test]
    fn no_factor_panics() {
        let second = Duration::from_secs(1);
        for (factor, scaled) in [
            (2.5, second * 5 / 2),
            (0.0, Duration::ZERO),
            (-1.0, Duration::ZERO),
            (f64::NAN, Duration::ZERO),
            (1e300, Duration::MAX),
        ] {
            assert_eq!(scale(second, factor), scaled, "{factor}");
        }
    }

    #[test]
    fn decorrelated_grows_from_the_previous_wait() {
        let policy = RetryPolicy::new().jitter(Jitter::Decorrelated).resolve();
        let wait = backoff(&policy, policy.base_delay, 9, Some(Duration::from_secs(4)), 1.0);
        assert_eq!(wait, Duration::from_secs(12));
    }
}
