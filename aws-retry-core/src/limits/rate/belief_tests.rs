//! Quotas that are believed in before they are measured: right ones, wrong ones, and those of no use.

use proptest::prelude::*;

use super::paced::Paced;
use super::units_tests::{run, run_from};
use super::*;

fn belief(rate: f64, burst: Option<f64>) -> Belief {
    Belief { rate, burst, available: burst.unwrap_or_default(), age: None }
}

fn believing(share: f64, belief: Belief) -> Paced {
    let mut it = Paced::new(share);
    it.believe(0.0, belief);
    it
}

/// Units accepted and throttled from one second to another.
fn units(done: &[(Dispatch, bool)], from: f64, to: f64) -> (f64, f64) {
    let sum = |admitted: bool| -> f64 {
        let within = |it: &&(Dispatch, bool)| it.1 == admitted && (from..to).contains(&it.0.at);
        done.iter().filter(within).map(|it| it.0.cost).sum()
    };
    (sum(true), sum(false))
}

#[test]
fn a_right_belief_sends_the_burst_at_once_and_then_the_rate() {
    for costs in [&[1.0][..], &[1.0, 7.0, 3.0]] {
        let it = believing(1.0, belief(20.0, Some(100.0)));
        let (done, it) = run_from(it, costs, 20.0, 100.0);
        let (at_once, refused) = units(&done, 0.0, 0.001);
        assert!((94.0..=100.0).contains(&at_once) && refused == 0.0, "{at_once} {refused}");
        assert_eq!(units(&done, 0.0, 0.9).1, 0.0, "no throttle in the first burst");
        let (accepted, refused) = units(&done, 0.0, 59.0);
        assert!(accepted >= 0.98 * (100.0 + 20.0 * 59.0), "{accepted}");
        let (_, without) = units(&run(costs, 20.0, 100.0).0, 0.0, 59.0);
        assert!(refused <= without, "{refused} throttled, {without} without a belief");
        assert!(it.quota().is_some_and(|quota| (18.0..22.0).contains(&quota)), "{it:?}");
    }
}

#[test]
fn a_share_keeps_to_its_part_of_what_is_believed() {
    let it = believing(0.5, belief(20.0, Some(40.0)));
    let (done, _) = run_from(it, &[1.0], 20.0, 40.0);
    let (accepted, refused) = units(&done, 1.0, 9.0);
    assert!((76.0..=84.0).contains(&accepted) && refused == 0.0, "{accepted} {refused}");
}

#[test]
fn a_belief_without_a_burst_skips_the_search() {
    let (done, it) = run_from(believing(1.0, belief(20.0, None)), &[1.0], 20.0, 100.0);
    assert!(it.quota().is_some_and(|quota| (18.0..22.0).contains(&quota)), "{it:?}");
    // Nothing held back the first burst; after it, the rate is that of the belief.
    let (accepted, refused) = units(&done, 0.2, 1.5);
    assert!((20.0..=27.0).contains(&accepted) && refused <= 1.0, "{accepted} {refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// From ten times too low to ten times too high, with a bucket that holds something else.
    #[test]
    fn a_wrong_belief_is_corrected(
        wrong in -1.0..1.0,
        wrong_burst in -1.0..1.0,
        quota in 10.0..200.0,
        seconds in 1.0..5.0,
        left in 0.0..1.0,
    ) {
        let (rate, burst) = (quota * 10_f64.powf(wrong), seconds * quota * 10_f64.powf(wrong_burst));
        let it = believing(1.0, Belief { available: left * burst, ..belief(rate, Some(burst)) });
        let (done, it) = run_from(it, &[1.0], quota, seconds * quota);
        let (accepted, _) = units(&done, 20.0, 59.0);
        prop_assert!(accepted >= 0.93 * quota * 39.0, "{accepted} of {}, {it:?}", quota * 39.0);
        let (_, late) = units(&done, 10.0, 59.0);
        prop_assert!(late <= 0.1 * quota * 49.0, "{late} throttled after ten seconds");
        prop_assert!(it.quota().is_some_and(|found| (0.8..1.25).contains(&(found / quota))), "{it:?}");
    }
}

#[test]
fn what_is_measured_is_not_overruled() {
    let (_, mut it) = run(&[1.0], 20.0, 100.0);
    let measured = it.quota();
    assert!(measured.is_some());
    it.believe(60.0, belief(500.0, Some(500.0)));
    assert_eq!(it.quota(), measured);
}

#[test]
fn only_what_was_measured_is_told() {
    let told = believing(1.0, belief(20.0, Some(100.0)));
    assert_eq!(told.learned(5.0), None, "published, not measured");
    let learned = Belief { age: Some(60.0), ..belief(20.0, Some(100.0)) };
    let passed_on = believing(1.0, learned).learned(5.0).unwrap();
    assert_eq!((passed_on.rate, passed_on.burst, passed_on.age), (20.0, 100.0, 65.0));
    let (_, measured) = run(&[1.0], 20.0, 100.0);
    let learned = measured.learned(61.0).unwrap();
    assert!((18.0..22.0).contains(&learned.rate) && learned.age < 10.0, "{learned:?}");
    assert!((60.0..110.0).contains(&learned.burst), "{learned:?}");
}

#[test]
fn a_published_number_that_is_0_is_unknown() {
    assert_eq!(Belief::published(20.0, 0.0).unwrap().burst, None);
    assert_eq!(Belief::published(20.0, 5.0).unwrap().burst, Some(5.0));
    assert_eq!(Belief::published(0.0, 5.0), None);
}
