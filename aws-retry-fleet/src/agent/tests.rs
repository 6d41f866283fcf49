use aws_retry_core::__fleet::{Command, Member, Throttled, View};
use aws_retry_core::FleetMode;
use proptest::prelude::*;

use super::Agent;
use super::peers::Peers;
use crate::record::{Progress, Record};

pub(super) const THROTTLED: View = View {
    unthrottled: false,
    sends: 30.0,
    per_send: 1.0,
    initial_burst: 20.0,
    round_trip: 0.1,
    quota: None,
    burst: 20.0,
    cycles: 0,
    share: 1.0,
    waiting: 10,
    max_rate: None,
};

pub(super) fn known(seq: u32, clock: f64, quota: f64) -> Record {
    Record {
        progress: Progress::Known,
        settled: 3,
        seq,
        every: 1.0,
        clock,
        lag: 0.15,
        accepted: 10.0 * clock,
        want: 100.0,
        burst_sends: 10.0,
        searching: 0.0,
        epoch: 7,
        cut_age: 1.0,
        throttle_age: 1.0,
        eval_age: 2.0,
        age: 1.0,
        quota,
        burst: 100.0,
    }
}

fn read(agent: &mut Agent, now: f64, records: &[(u64, Record)]) -> Option<Command> {
    let _ = agent.publish(now, &THROTTLED);
    let records: Vec<_> = records.iter().map(|(id, it)| (*id, it.encode())).collect();
    agent.read(now + 0.02, &THROTTLED, &records)
}

/// A member that has just been throttled for the first time.
fn throttled() -> Agent {
    let mut agent = Agent::new(5, 1.0, 100.0, true);
    assert_eq!(agent.state().mode, FleetMode::Unthrottled);
    assert_eq!(agent.answered(100.0, &THROTTLED), None);
    agent
}

pub(super) fn guided(quota: f64) -> Agent {
    let mut agent = throttled();
    let command = read(&mut agent, 100.0, &[(1, known(1, 50.0, quota)), (2, known(9, 3.0, quota))]);
    assert!(matches!(command, Some(Command::Guided { .. })), "{command:?}");
    agent
}

#[test]
fn a_first_throttle_holds_the_scope_until_the_store_has_had_time_to_answer() {
    let agent = throttled();
    assert_eq!(agent.state().mode, FleetMode::Joining);
    assert_eq!(agent.held_until(), 100.25);
    assert_eq!(agent.due_at(), 100.0);
}

#[test]
fn the_first_record_tells_what_the_initial_burst_had_accepted() {
    let mut agent = throttled();
    let record = Record::decode(&agent.publish(100.0, &THROTTLED)).unwrap();
    assert_eq!((record.accepted, record.burst_sends), (20.0, 20.0));
    agent.corrected(99.95, -1.0);
    let record = Record::decode(&agent.publish(100.1, &THROTTLED)).unwrap();
    assert_eq!(record.accepted, 19.0);
}

#[test]
fn who_joins_a_fleet_that_knows_its_quota_sends_its_part_at_once() {
    let agent = guided(60.0);
    let state = agent.state();
    assert_eq!((state.mode, state.members), (FleetMode::Guided, 3));
    assert!((state.quota.unwrap() - 60.0).abs() < 1e-9);
    assert!((state.part - 1.0 / 3.0).abs() < 1e-9, "{}", state.part);
    assert!((15.0..22.0).contains(&agent.rate()), "{}", agent.rate());
    assert_eq!(agent.held_until(), f64::NEG_INFINITY);
}

#[test]
fn who_starts_into_a_known_fleet_is_guided_before_any_throttle() {
    let mut agent = Agent::new(5, 1.0, 100.0, true);
    let view = View { unthrottled: true, sends: 0.0, ..THROTTLED };
    assert_eq!(agent.due_at(), 100.0);
    let _ = agent.publish(100.0, &view);
    let records = [(1, known(1, 50.0, 60.0).encode())];
    let command = agent.read(100.02, &view, &records);
    assert!(matches!(command, Some(Command::Guided { .. })), "{command:?}");
}

#[test]
fn of_two_that_nobody_told_the_quota_one_searches_and_the_other_waits() {
    let joining = |burst_sends| Record {
        progress: Progress::Joining,
        burst_sends,
        quota: 0.0,
        ..known(1, 50.0, 0.0)
    };
    for (burst, searches) in [(2.0, true), (80.0, false)] {
        let mut agent = throttled();
        assert_eq!(read(&mut agent, 100.0, &[(9, joining(burst))]), None);
        let next = Record { seq: 2, clock: 50.3, ..joining(burst) };
        let command = read(&mut agent, 100.3, &[(9, next)]);
        assert_eq!(matches!(command, Some(Command::Search { .. })), searches, "{command:?}");
        let mode = if searches { FleetMode::Searching } else { FleetMode::Joining };
        assert_eq!(agent.state().mode, mode);
        assert_eq!(agent.held_until() > 100.5, !searches);
    }
}

#[test]
fn a_hold_ends_whatever_the_others_say() {
    let mut agent = throttled();
    let mut now = 100.0;
    for seq in 1..100_u32 {
        let searching = Record { progress: Progress::Searching, seq, ..known(seq, now, 0.0) };
        read(&mut agent, now, &[(9, searching)]);
        now += 0.25;
    }
    assert!(agent.held_until() < 111.0, "{}", agent.held_until());
}

#[test]
fn a_throttle_is_news_once_and_a_brake_then() {
    let mut agent = guided(60.0);
    let throttle =
        |sent_at, decrease_at| Throttled { sent_at, fresh: true, decrease_at, round_trip: 0.1 };
    read(&mut agent, 103.9, &[(1, known(2, 54.0, 60.0)), (2, known(10, 7.0, 60.0))]);
    agent.passed(104.0, 4.0, 0.0);
    let before = agent.rate();
    assert!(agent.throttled(104.0, throttle(103.9, 100.0)));
    assert!(agent.due_at() < 104.15, "tells the others at once: {}", agent.due_at());
    assert!(!agent.throttled(104.1, throttle(104.05, 104.0)));
    assert!(agent.rate() < 0.9 * before);
    let old = Throttled { fresh: false, ..throttle(103.9, 104.0) };
    let rate = agent.rate();
    assert!(!agent.throttled(104.2, old));
    assert_eq!(agent.rate(), rate);
}

#[test]
fn a_member_whose_store_falls_silent_goes_on_at_its_part() {
    let mut agent = guided(60.0);
    let mut now = 101.0;
    let command = loop {
        let _ = agent.publish(now, &THROTTLED);
        now += 1.0;
        if let Some(command) = agent.failed(now, &THROTTLED) {
            break command;
        }
    };
    assert!((103.0..106.0).contains(&now), "{now}");
    let Command::Alone { quota, shared: true, .. } = command else { panic!("{command:?}") };
    assert!((quota - 20.0).abs() < 0.1, "{quota}");
    assert_eq!(agent.state().mode, FleetMode::Loose);
    let command = read(&mut agent, now, &[(1, known(2, 58.0, 50.0)), (2, known(10, 11.0, 50.0))]);
    assert!(matches!(command, Some(Command::Guided { .. })), "{command:?}");
    assert!((agent.state().quota.unwrap() - 50.0).abs() < 1e-9);
}

#[test]
fn a_member_that_is_the_last_one_goes_on_alone_with_the_whole_quota() {
    let mut agent = guided(60.0);
    let mut now = 101.0;
    // The others have died: their sequence numbers stand still.
    for _ in 0..10 {
        let command = read(&mut agent, now, &[(1, known(1, 50.0, 60.0)), (2, known(9, 3.0, 60.0))]);
        if let Some(Command::Alone { quota, shared: false, .. }) = command {
            assert!((quota - 60.0).abs() < 1.0, "{quota}");
            assert_eq!(agent.state().mode, FleetMode::Alone);
            return;
        }
        now += 1.0;
    }
    panic!("{:?}", agent.state());
}

#[test]
fn parts_fill_like_water() {
    let mut peers = Peers::default();
    let record = |want| Record { want, ..known(1, 50.0, 50.0) }.encode();
    peers.update(0.0, 5, &[(1, record(1.0)), (2, record(4.0)), (3, record(500.0))]);
    // 50 less 1 less 4 are for two.
    assert!((peers.part(0.0, 50.0) - 0.45).abs() < 1e-9);
    // 6 less 1 are for three.
    assert!((peers.part(0.0, 6.0) - 5.0 / 18.0).abs() < 1e-9);
    assert!((Peers::default().part(0.0, 50.0) - 1.0).abs() < 1e-9);
}

#[test]
fn one_bad_record_among_many_changes_nothing() {
    let mut agent = throttled();
    let bad = Record { quota: 1e9, ..known(1, 50.0, 0.0) };
    let good = |id| (id, known(1, 50.0, 60.0));
    read(&mut agent, 100.0, &[good(1), good(2), (3, bad), good(4)]);
    assert!((agent.state().quota.unwrap() - 60.0).abs() < 1e-9, "{:?}", agent.state());
}

#[test]
fn the_record_of_a_member_that_died_is_removed_after_ten_minutes_and_only_once() {
    let mut agent = guided(60.0);
    let mut removed = Vec::new();
    for second in 0..1300_u32 {
        let now = 101.0 + f64::from(second);
        let alive = known(2 + second, 51.0 + f64::from(second), 60.0);
        read(&mut agent, now, &[(1, alive), (2, known(9, 3.0, 60.0))]);
        removed.extend(agent.forgotten().into_iter().map(|id| (id, second)));
    }
    assert_eq!(removed.len(), 1, "{removed:?}");
    assert!(removed[0].0 == 2 && (599..605).contains(&removed[0].1), "{removed:?}");
}

/// What may happen to a member.
#[derive(Clone, Debug)]
enum Step {
    Pass(f64),
    Send,
    Throttle { age: f64, fresh: bool },
    Answer { cycles: u32, quota: Option<f64> },
    Wait(bool),
    Fail,
    Read(Vec<(u64, Vec<u8>)>),
}

fn records() -> impl Strategy<Value = Vec<(u64, Vec<u8>)>> {
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..70),
        // Like a record, so that most are read.
        (0..4_u8, prop::collection::vec(any::<u8>(), 57))
            .prop_map(|(progress, rest)| { [vec![1, progress], rest].concat() }),
        (any::<u32>(), 0.0..1e6, 0.0..1e4)
            .prop_map(|(seq, clock, quota)| known(seq, clock, quota).encode()),
    ];
    prop::collection::vec((0..8_u64, bytes), 0..6)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0.0..3.0).prop_map(Step::Pass),
        Just(Step::Send),
        (0.0..2.0, any::<bool>()).prop_map(|(age, fresh)| Step::Throttle { age, fresh }),
        (0..9_u32, prop::option::of(1e-3..1e4))
            .prop_map(|(cycles, quota)| Step::Answer { cycles, quota }),
        any::<bool>().prop_map(Step::Wait),
        Just(Step::Fail),
        records().prop_map(Step::Read),
    ]
}

proptest! {
    #[test]
    fn whatever_others_publish_nothing_gets_out_of_bounds(steps in prop::collection::vec(step(), 1..120)) {
        let mut agent = Agent::new(5, 1.0, 100.0, true);
        let (mut now, mut decrease_at) = (100.0, 100.0);
        let mut view = View { unthrottled: true, ..THROTTLED };
        for step in steps {
            match step {
                Step::Pass(seconds) => {
                    now += seconds;
                    agent.passed(now, seconds, 0.5 * seconds);
                }
                Step::Send => agent.sent(now, 1.0),
                Step::Throttle { age, fresh } => {
                    let it = Throttled { sent_at: now - age, fresh, decrease_at, round_trip: 0.1 };
                    if agent.throttled(now, it) {
                        decrease_at = now;
                    }
                    agent.corrected(now - age, -1.0);
                }
                Step::Answer { cycles, quota } => {
                    view = View { cycles, quota, ..THROTTLED };
                    agent.answered(now, &view);
                }
                Step::Wait(waiting) => agent.waits(now, waiting),
                Step::Fail => {
                    let _ = agent.publish(now, &view);
                    agent.failed(now, &view);
                }
                Step::Read(records) => {
                    let record = Record::decode(&agent.publish(now, &view)).unwrap();
                    prop_assert!(record.want.is_finite() && record.quota.is_finite());
                    agent.read(now, &view, &records);
                }
            }
            let (rate, state) = (agent.rate(), agent.state());
            prop_assert!((0.0..=1.0).contains(&state.part), "{state:?}");
            prop_assert!(rate > 0.0 && rate.is_finite());
            // Never above the greater of what passes twice and of the quota, and what idle ones left.
            let most = agent.most_rate();
            prop_assert!(rate <= most.max(1e-3) * 1.001, "{rate} above {most}");
            prop_assert!(agent.saw.settled <= 3 && agent.saw.quota > 0.0);
            prop_assert!(agent.held_until() <= agent.throttled_at.max(now) + 10.0);
            prop_assert!(!agent.due_at().is_nan());
        }
    }
}
