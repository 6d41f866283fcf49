//! Members that went on alone, and what they make of each other's measures when the store answers again.

use aws_retry_core::__fleet::{Command, Member, View};
use aws_retry_core::FleetMode;

use super::Agent;
use super::tests::{THROTTLED, known};
use crate::record::{Progress, Record};

/// A member that has measured `quota` alone, and accepts as much.
fn loose(second: f64, quota: f64) -> Record {
    Record {
        progress: Progress::Loose,
        clock: second,
        accepted: quota * second,
        quota,
        ..known((4.0 * second) as u32, second, quota)
    }
}

/// A member that the store never answered, and that has measured 3 per second.
fn alone() -> (Agent, View) {
    let mut agent = Agent::new(5, 1.0, 100.0, true);
    let view = View { quota: Some(3.0), cycles: 9, ..THROTTLED };
    agent.answered(100.0, &THROTTLED);
    let _ = agent.publish(100.0, &THROTTLED);
    assert_eq!(agent.failed(101.0, &THROTTLED), Some(Command::Wake));
    assert_eq!(agent.state().mode, FleetMode::Loose);
    (agent, view)
}

/// The first command to be guided, and its time, of one exchange per quarter of a second.
fn guided(agent: &mut Agent, view: &View, others: impl Fn(f64) -> Vec<(u64, Record)>) -> f64 {
    let mut now = 110.0;
    while now < 130.0 {
        let _ = agent.publish(now, view);
        let records: Vec<_> =
            others(now - 50.0).iter().map(|(id, it)| (*id, it.encode())).collect();
        if let Some(Command::Guided { .. }) = agent.read(now, view, &records) {
            return now;
        }
        now += 0.25;
    }
    panic!("not guided: {:?}", agent.state());
}

#[test]
fn the_record_of_a_member_that_goes_on_alone_tells_its_own_measure() {
    let (mut agent, view) = alone();
    let record = Record::decode(&agent.publish(102.0, &view)).unwrap();
    assert_eq!((record.progress, record.quota), (Progress::Loose, 3.0));
}

#[test]
fn the_quota_of_members_that_measured_alone_is_the_sum_of_their_measures() {
    let (mut agent, view) = alone();
    let at =
        guided(&mut agent, &view, |second| vec![(1, loose(second, 7.0)), (2, loose(second, 10.0))]);
    assert!((112.0..113.0).contains(&at), "all had time to tell: {at}");
    let quota = agent.state().quota.unwrap();
    assert!((quota - 20.0).abs() < 0.1, "{quota}");
}

#[test]
fn a_measure_far_above_what_its_member_had_accepted_is_not_believed() {
    let (mut agent, view) = alone();
    let absurd = |second| Record { quota: 1e9, ..loose(second, 7.0) };
    guided(&mut agent, &view, |second| vec![(1, absurd(second))]);
    let quota = agent.state().quota.unwrap();
    assert!((quota - 3.0 - 2.0 * 8.0).abs() < 0.1, "{quota}");
}

#[test]
fn a_quota_that_was_given_to_a_member_is_that_of_all() {
    let mut agent = Agent::new(5, 1.0, 100.0, true);
    let view = View { quota: Some(50.0), cycles: 0, ..THROTTLED };
    agent.answered(100.0, &view);
    assert_eq!(agent.held_until(), 100.25, "the others were given it, too");
    let _ = agent.publish(100.0, &view);
    let command = agent.read(100.1, &view, &[(1, loose(50.0, 7.0).encode())]);
    assert!(matches!(command, Some(Command::Guided { .. })), "{command:?}");
    assert!((agent.state().quota.unwrap() - 50.0).abs() < 1e-9, "{:?}", agent.state());
}

#[test]
fn a_quota_that_was_given_to_a_member_is_no_measure_of_its_part() {
    let mut agent = Agent::new(5, 1.0, 100.0, true);
    let view = View { quota: Some(50.0), cycles: 0, ..THROTTLED };
    agent.answered(100.0, &view);
    let _ = agent.publish(100.0, &view);
    assert_eq!(agent.failed(101.0, &view), Some(Command::Wake));
    for (cycles, published) in [(0, 0.0), (1, 50.0)] {
        let record = Record::decode(&agent.publish(102.0, &View { cycles, ..view })).unwrap();
        assert_eq!((record.progress, record.quota), (Progress::Loose, published));
    }
}

#[test]
fn a_member_that_comes_back_follows_those_that_know_the_quota() {
    let (mut agent, view) = alone();
    let at = guided(&mut agent, &view, |second| {
        vec![(1, loose(second, 7.0)), (2, known((4.0 * second) as u32, second, 40.0))]
    });
    assert_eq!(at, 110.0);
    assert!((agent.state().quota.unwrap() - 40.0).abs() < 1e-9);
}

#[test]
fn a_lone_member_adds_the_measure_of_one_that_comes_back() {
    let (mut agent, view) = alone();
    let mut now = 110.0;
    while agent.state().mode != FleetMode::Alone {
        let _ = agent.publish(now, &view);
        agent.read(now, &view, &[]);
        now += 0.25;
    }
    let _ = agent.publish(now, &view);
    let command = agent.read(now, &view, &[(1, loose(60.0, 1.5).encode())]);
    assert!(matches!(command, Some(Command::Guided { .. })), "{command:?}");
    assert!((agent.state().quota.unwrap() - 4.5).abs() < 1e-9);
}

#[test]
fn nobody_searches_while_members_that_measured_alone_are_about_to_tell() {
    let mut agent = Agent::new(5, 1.0, 100.0, true);
    agent.answered(100.0, &THROTTLED);
    let mut searches = None;
    for quarter in 0..60_u32 {
        let now = 100.0 + 0.25 * f64::from(quarter);
        let _ = agent.publish(now, &THROTTLED);
        let records = [(1, loose(now - 50.0, 7.0).encode())];
        if let Some(Command::Search { .. }) = agent.read(now, &THROTTLED, &records) {
            searches = searches.or(Some(now));
        }
    }
    // They never told: it searches once its calls have waited long enough.
    assert_eq!(searches, Some(110.0));
}

#[test]
fn answers_that_take_most_of_an_interval_do_not_prove_that_the_store_is_back() {
    let (mut agent, view) = alone();
    for (second, took, mode) in [
        (110.0, 0.8, FleetMode::Loose),
        (112.0, 0.8, FleetMode::Loose),
        (114.0, 0.7, FleetMode::Guided),
    ] {
        let _ = agent.publish(second, &view);
        let record = known(second as u32, second, 40.0).encode();
        agent.read(second + took, &view, &[(1, record)]);
        assert_eq!(agent.state().mode, mode, "{second}");
    }
}
