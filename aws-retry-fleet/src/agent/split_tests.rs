//! New members, and `max_rate` before the first throttle.

use aws_retry_core::__fleet::{Command, Member, View};
use aws_retry_core::FleetMode;

use super::Agent;
use super::tests::{THROTTLED, known};
use crate::record::{Progress, Record};

const UNTHROTTLED: View = View { unthrottled: true, sends: 0.0, waiting: 0, ..THROTTLED };
const LIMITED: View = View { max_rate: Some(30.0), ..UNTHROTTLED };

/// Another member, which has not been throttled and wants so much.
fn unthrottled(seq: u32, want: f64) -> Record {
    Record { progress: Progress::Unthrottled, want, quota: 0.0, ..known(seq, f64::from(seq), 0.0) }
}

fn exchange(agent: &mut Agent, now: f64, view: &View, others: &[Record]) -> Option<Command> {
    let _ = agent.publish(now, view);
    let others: Vec<_> = (10..).zip(others.iter().map(Record::encode)).collect();
    agent.read(now + 0.02, view, &others)
}

#[test]
fn the_first_send_of_a_new_member_waits_for_nothing_and_the_next_ones_for_the_store() {
    let mut agent = Agent::new(5, 1.0, 100.0, true);
    assert!(agent.is_starting());
    assert_eq!(agent.held_until(), f64::NEG_INFINITY);
    agent.sent(100.0, 1.0);
    assert_eq!(agent.held_until(), 100.25);
    assert_eq!(exchange(&mut agent, 100.0, &UNTHROTTLED, &[]), Some(Command::Wake));
    assert_eq!((agent.held_until(), agent.is_starting()), (f64::NEG_INFINITY, false));
    assert_eq!(agent.state().mode, FleetMode::Unthrottled);
}

#[test]
fn a_new_member_does_not_wait_for_a_store_that_fails() {
    for asks in [true, false] {
        let mut agent = Agent::new(5, 1.0, 100.0, asks);
        assert_eq!(agent.is_starting(), asks);
        agent.sent(100.0, 1.0);
        let _ = agent.publish(100.0, &UNTHROTTLED);
        let told = agent.failed(100.1, &UNTHROTTLED);
        assert_eq!(told, asks.then_some(Command::Wake));
        assert_eq!(agent.held_until(), f64::NEG_INFINITY);
    }
}

#[test]
fn a_new_member_waits_while_others_search_and_follows_what_they_find() {
    let mut agent = Agent::new(5, 1.0, 100.0, true);
    agent.sent(100.0, 1.0);
    let searching =
        |seq| Record { progress: Progress::Searching, ..known(seq, f64::from(seq), 0.0) };
    assert_eq!(exchange(&mut agent, 100.0, &UNTHROTTLED, &[searching(1)]), None);
    assert!(agent.is_starting() && agent.held_until() > 100.9, "{}", agent.held_until());
    assert!(agent.due_at() < 100.4, "asks again soon: {}", agent.due_at());
    // One exchange that is lost does not let it go.
    let _ = agent.publish(100.3, &UNTHROTTLED);
    assert_eq!(agent.failed(100.5, &UNTHROTTLED), None);
    assert!(agent.is_starting());
    let told = exchange(&mut agent, 100.8, &UNTHROTTLED, &[known(3, 53.0, 60.0)]);
    assert!(matches!(told, Some(Command::Guided { .. })), "{told:?}");
}

#[test]
fn a_new_member_waits_ten_seconds_at_most() {
    let mut agent = Agent::new(5, 1.0, 100.0, true);
    agent.sent(100.0, 1.0);
    for seq in 1..80_u32 {
        let now = 100.0 + 0.25 * f64::from(seq);
        let searching = Record { progress: Progress::Searching, ..known(seq, now, 0.0) };
        exchange(&mut agent, now, &UNTHROTTLED, &[searching]);
    }
    assert!(agent.held_until() <= 110.0, "{}", agent.held_until());
}

#[test]
fn max_rate_is_split_before_any_throttle() {
    let everything = f64::INFINITY;
    // The wants of the others, and the part of 30 per second that is left.
    let cases: [(&[f64], f64); 5] = [
        (&[], 1.0),
        (&[everything], 0.5),
        (&[everything, everything, everything], 0.25),
        (&[0.0, everything], 0.5),
        (&[3.0, everything], 0.45),
    ];
    for (wants, part) in cases {
        let mut agent = Agent::new(5, 1.0, 100.0, true);
        let others: Vec<_> = wants.iter().map(|want| unthrottled(1, *want)).collect();
        exchange(&mut agent, 100.0, &LIMITED, &others);
        let state = agent.state();
        assert!((state.part - part).abs() < 1e-9, "{wants:?}: {state:?}");
        assert_eq!(state.mode, FleetMode::Unthrottled);
        assert!(agent.due_at() < 100.4, "it goes on to exchange records");
    }
}

#[test]
fn a_new_member_wants_all_that_it_can_get_and_later_what_it_sends() {
    let mut agent = Agent::new(5, 1.0, 100.0, true);
    let mut wants = Vec::new();
    for exchange in 0..30_u32 {
        let now = 100.0 + 0.5 * f64::from(exchange);
        agent.sent(now - 0.1, 1.0);
        wants.push(Record::decode(&agent.publish(now, &LIMITED)).unwrap().want);
        agent.read(now + 0.02, &LIMITED, &[]);
    }
    assert_eq!(wants[0], 1e9);
    assert!((1.5..3.0).contains(wants.last().unwrap()), "two per second: {wants:?}");
}

#[test]
fn without_a_bound_and_without_a_throttle_there_is_one_exchange() {
    let mut agent = Agent::new(5, 1.0, 100.0, true);
    exchange(&mut agent, 100.0, &UNTHROTTLED, &[unthrottled(1, 5.0)]);
    assert_eq!(agent.due_at(), f64::INFINITY);
    assert_eq!(agent.state().part, 1.0);
}

#[test]
fn a_member_keeps_its_part_of_max_rate_while_the_store_fails_and_takes_over_that_of_the_dead() {
    let mut agent = Agent::new(5, 1.0, 100.0, true);
    exchange(&mut agent, 100.0, &LIMITED, &[unthrottled(1, 1e9)]);
    let _ = agent.publish(101.0, &LIMITED);
    agent.failed(101.5, &LIMITED);
    assert_eq!(agent.state().part, 0.5);
    for second in 102..110_u32 {
        agent.sent(f64::from(second), 1.0);
        exchange(&mut agent, f64::from(second), &LIMITED, &[unthrottled(1, 1e9)]);
    }
    assert_eq!(agent.state().part, 1.0);
}

#[test]
fn a_member_that_is_not_used_falls_silent_and_asks_when_it_is_used_again() {
    let mut agent = Agent::new(5, 1.0, 100.0, true);
    agent.sent(100.0, 1.0);
    for second in 100..130_u32 {
        exchange(&mut agent, f64::from(second), &LIMITED, &[]);
    }
    assert_eq!(agent.due_at(), f64::INFINITY);
    agent.sent(140.0, 1.0);
    assert!(agent.due_at() <= 140.0, "{}", agent.due_at());
}
