//! The check of a policy, argument by argument.

use super::*;
use crate::{Jitter, Log, Nested};

/// The argument that is named, and the values that it allows.
fn wrong(policy: RetryPolicy) -> Option<(&'static str, String)> {
    policy.check().err().map(|it| (it.argument(), it.to_string()))
}

#[test]
fn each_bound_of_each_argument() {
    let new = RetryPolicy::new;
    let zero = Duration::ZERO;
    let second = Duration::from_secs(1);
    for (refused, accepted, argument) in [
        (new().max_attempts(0), new().max_attempts(1), "max_attempts"),
        (new().multiplier(0.99), new().multiplier(1.0), "multiplier"),
        (new().multiplier(f64::INFINITY), new().multiplier(9e9), "multiplier"),
        (new().multiplier(f64::NAN), new().multiplier(2.0), "multiplier"),
        (
            new().base_delay(second * 2).max_delay(second),
            new().base_delay(second).max_delay(second),
            "max_delay",
        ),
        (new().total_timeout(zero), new().total_timeout(second), "total_timeout"),
        (new().attempt_timeout(zero), new().attempt_timeout(second), "attempt_timeout"),
        (new().cost(-1.0), new().cost(0.0), "cost"),
        (new().cost(f64::NAN), new().cost(1e9), "cost"),
        (new().known_rate(0.0), new().known_rate(1e-9), "known_rate"),
        (new().known_rate(f64::INFINITY), new().known_rate(1e9), "known_rate"),
        (new().known_burst(0.0), new().known_burst(1e-9), "known_burst"),
        (new().known_burst(f64::NAN), new().known_burst(1e9), "known_burst"),
        (new().max_rate(0.9e-5), new().max_rate(1e-5), "max_rate"),
        (new().max_rate(f64::INFINITY), new().max_rate(1e9), "max_rate"),
        (new().share(0.9e-3), new().share(1e-3), "share"),
        (new().share(1.01), new().share(1.0), "share"),
    ] {
        let (named, printed) = wrong(refused).expect(argument);
        assert_eq!(named, argument);
        assert!(printed.starts_with(&format!("`{argument}` allows: ")), "{printed}");
        assert_eq!(wrong(accepted), None, "{argument}");
    }
}

/// The longest delay is checked with the defaults of the mode.
#[test]
fn a_base_delay_above_the_modes_longest_is_refused() {
    let minute = Duration::from_secs(60);
    assert_eq!(wrong(RetryPolicy::new().base_delay(minute)).unwrap().0, "max_delay");
    assert_eq!(wrong(RetryPolicy::legacy().base_delay(minute)), None, "it has no bound");
}

#[test]
fn attempts_and_retries_are_two_limits_in_paced_mode_only() {
    let both = |policy: RetryPolicy| policy.max_attempts(9).max_retries(3);
    for policy in
        [RetryPolicy::new, RetryPolicy::legacy, RetryPolicy::standard, RetryPolicy::adaptive]
    {
        assert_eq!(wrong(both(policy())).unwrap().0, "max_attempts");
        assert_eq!(wrong(policy().max_attempts(9)), None);
        assert_eq!(wrong(policy().max_retries(9)), None);
    }
    assert_eq!(wrong(both(RetryPolicy::paced())), None);
    // Of two layers the upper one counts.
    let layers = RetryPolicy::new().max_retries(3).over(&RetryPolicy::new().max_attempts(9));
    assert_eq!(wrong(layers), None);
}

#[test]
fn everything_that_is_written_replaces_the_preset() {
    let second = Duration::from_secs(1);
    let it = RetryPolicy::standard()
        .max_attempts(7)
        .base_delay(second * 2)
        .max_delay(second * 3)
        .multiplier(4.0)
        .jitter(Jitter::None)
        .total_timeout(second * 5)
        .attempt_timeout(second * 6)
        .added_errors(&["Added"])
        .throttling_errors(&["Throttling"])
        .retryable_errors(&["Retryable"])
        .excluded_errors(&["Excluded"])
        .transient(true)
        .idempotent(false)
        .cost(7.0)
        .known_rate(8.0)
        .known_burst(9.0)
        .max_rate(10.0)
        .share(0.5)
        .fail_fast(true)
        .fleet(false)
        .nested(Nested::Retry)
        .trust_record(true)
        .log(Log::Error)
        .name("named")
        .resolve();
    assert_eq!((it.max_attempts, it.max_retries), (7, 6));
    assert_eq!((it.base_delay, it.throttle_delay), (second * 2, second * 2));
    assert_eq!((it.max_delay, it.multiplier, it.jitter), (second * 3, 4.0, Jitter::None));
    assert_eq!((it.total_timeout, it.attempt_timeout), (Some(second * 5), Some(second * 6)));
    assert_eq!((it.added, it.throttling), (&["Added"][..], &["Throttling"][..]));
    assert_eq!((it.retryable, it.excluded), (Some(&["Retryable"][..]), &["Excluded"][..]));
    assert_eq!((it.transient, it.idempotent, it.cost), (true, false, Some(7.0)));
    assert_eq!((it.known_rate, it.known_burst, it.max_rate, it.share), (8.0, 9.0, 10.0, 0.5));
    assert_eq!((it.fail_fast, it.fleet, it.trust_record), (true, false, true));
    assert_eq!((it.nested, it.log, it.name), (Nested::Retry, Log::Error, Some("named")));
}

#[test]
fn nothing_written_is_the_preset() {
    let it = RetryPolicy::new().resolve();
    assert_eq!((it.cost, it.known_rate, it.known_burst), (None, 0.0, 0.0));
    assert_eq!((it.max_rate, it.share), (f64::INFINITY, 1.0));
    assert_eq!((it.fail_fast, it.fleet, it.trust_record), (false, true, false));
    assert_eq!((it.transient, it.idempotent), (true, true));
    // Waits are the rule in paced mode.
    assert_eq!((it.log, RetryPolicy::paced().resolve().log), (Log::Warn, Log::Debug));
    assert!(!RetryPolicy::new().retryable_errors(&["Only"]).resolve().transient);
}

/// Values that `check` refuses still give a policy that works.
#[test]
fn a_policy_that_is_not_checked_is_mended() {
    let new = RetryPolicy::new;
    assert_eq!(new().max_attempts(0).resolve().max_attempts, 1);
    assert_eq!(new().max_retries(u32::MAX).resolve().max_attempts, u32::MAX);
    for (written, used) in [(0.5, 1.0), (f64::NAN, 1.0), (1.5, 1.5)] {
        assert_eq!(new().multiplier(written).resolve().multiplier, used);
    }
    for (written, used) in [(0.0, f64::INFINITY), (-1.0, f64::INFINITY), (1e-9, 1e-5), (3.0, 3.0)] {
        assert_eq!(new().max_rate(written).resolve().max_rate, used);
    }
    for (written, used) in [(0.0, 1.0), (-1.0, 1.0), (1e-9, 1e-3), (3.0, 1.0), (0.5, 0.5)] {
        assert_eq!(new().share(written).resolve().share, used);
    }
    assert_eq!(new().known_rate(-1.0).resolve().known_rate, 0.0);
    assert_eq!(new().known_burst(f64::INFINITY).resolve().known_burst, 0.0);
}
