//! The trust in a quota that another process measured, by its age.

use crate::decision::units;
use crate::limits::rate::{Belief, Learned};

/// Seconds in which a belief is halved: sending begins lower, and rises if the quota is still there.
const HALF_LIFE: f64 = 6.0 * 3600.0;
/// A belief older than this many seconds is forgotten.
const FORGOTTEN_AFTER: f64 = 24.0 * 3600.0;

/// Whether it is still worth passing on.
pub(super) fn is_remembered(learned: &Learned) -> bool {
    learned.age < FORGOTTEN_AFTER
}

/// The belief to begin with. What the bucket holds by now flowed into it since the measure, at which it was
/// empty.
pub(super) fn belief(learned: Learned) -> Option<Belief> {
    let Learned { rate, burst, age } = learned;
    let known = [rate, burst].iter().all(units::is_quota) && is_remembered(&learned);
    known.then(|| {
        let age = age.max(0.0);
        let part = (-age / HALF_LIFE).exp2();
        let rate = (part * rate).max(f64::MIN_POSITIVE);
        Belief { rate, burst: Some(burst), available: (age * rate).min(burst), age: Some(age) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_belief_fades_and_its_bucket_fills() {
        let at = |age: f64| belief(Learned { rate: 20.0, burst: 100.0, age });
        let [fresh, soon, later] = [0.0, 2.0, 6.0 * 3600.0].map(|age| at(age).unwrap());
        assert_eq!((fresh.rate, fresh.available), (20.0, 0.0));
        assert!((soon.rate - 20.0).abs() < 0.01 && (soon.available - 40.0).abs() < 0.1);
        assert_eq!((later.rate, later.available), (10.0, 100.0));
        assert_eq!(at(24.0 * 3600.0), None);
        assert_eq!(at(23.0 * 3600.0).unwrap().age, Some(23.0 * 3600.0));
        assert_eq!(at(-5.0).unwrap().rate, 20.0);
    }

    #[test]
    fn nonsense_is_no_belief() {
        for (rate, burst, age) in [
            (0.0, 1.0, 0.0),
            (f64::NAN, 1.0, 0.0),
            (1.0, f64::INFINITY, 0.0),
            (1.0, -1.0, 0.0),
            (1.0, 1.0, f64::NAN),
        ] {
            assert_eq!(belief(Learned { rate, burst, age }), None, "{rate} {burst} {age}");
        }
    }
}
