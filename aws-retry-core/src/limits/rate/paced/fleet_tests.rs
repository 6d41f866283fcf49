//! What a member hears of its scope, and what each of its commands does to the rate.

use std::sync::{Arc, Mutex};

use super::super::search::{InitialBurst, Search};
use super::*;
use crate::limits::rate::SendOutcome;
use crate::limits::rate::fleet::FleetMode;

/// A member's replies, and what it heard.
#[derive(Debug)]
struct Script {
    heard: Vec<String>,
    /// A throttle begins a cycle.
    begins: bool,
    command: Option<Command>,
    held_until: f64,
    is_starting: bool,
    part: f64,
    quota: Option<f64>,
    views: Vec<View>,
    throttles: Vec<Throttled>,
}

#[derive(Clone, Debug)]
struct Scripted(Arc<Mutex<Script>>);

impl Scripted {
    fn hear(&self, said: String) {
        self.0.lock().unwrap().heard.push(said);
    }

    fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().heard)
    }

    fn set(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.0.lock().unwrap());
    }
}

impl Member for Scripted {
    fn sent(&mut self, now: f64, units: f64) {
        self.hear(format!("sent {units} at {now}"));
    }
    fn waits(&mut self, now: f64, waiting: bool) {
        self.hear(format!("waits: {waiting} at {now}"));
    }
    fn corrected(&mut self, sent_at: f64, units: f64) {
        self.hear(format!("{units} more at {sent_at}"));
    }
    fn throttled(&mut self, _: f64, throttle: Throttled) -> bool {
        let mut it = self.0.lock().unwrap();
        it.throttles.push(throttle);
        it.begins
    }
    fn answered(&mut self, _: f64, view: &View) -> Option<Command> {
        let mut it = self.0.lock().unwrap();
        it.views.push(*view);
        it.command.take()
    }
    fn passed(&mut self, now: f64, waited: f64, paid: f64) -> f64 {
        self.hear(format!("waited {waited:.3} until {now}"));
        0.25 * paid
    }
    fn held_until(&self) -> f64 {
        self.0.lock().unwrap().held_until
    }
    fn is_starting(&self) -> bool {
        self.0.lock().unwrap().is_starting
    }
    fn rate(&self) -> f64 {
        50.0
    }
    fn due_at(&self) -> f64 {
        f64::INFINITY
    }
    fn publish(&mut self, _: f64, _: &View) -> Vec<u8> {
        unreachable!()
    }
    fn read(&mut self, _: f64, _: &View, _: &[(u64, Vec<u8>)]) -> Option<Command> {
        unreachable!()
    }
    fn forgotten(&mut self) -> Vec<u64> {
        unreachable!()
    }
    fn failed(&mut self, _: f64, _: &View) -> Option<Command> {
        unreachable!()
    }
    fn state(&self) -> FleetState {
        let it = self.0.lock().unwrap();
        FleetState::new(2, it.part, it.quota, FleetMode::Guided)
    }
}

/// A member of a fleet in the given phase, since second 1,000.
fn member(phase: Phase) -> (Paced, Scripted) {
    let script = Script {
        heard: Vec::new(),
        begins: false,
        command: None,
        held_until: 0.0,
        is_starting: false,
        part: 0.25,
        quota: Some(200.0),
        views: Vec::new(),
        throttles: Vec::new(),
    };
    let (mut it, member) = (Paced::new(1.0), Scripted(Arc::new(Mutex::new(script))));
    it.phase = phase;
    (it.refilled_at, it.known.burst) = (1000.0, 40.0);
    it.join(Box::new(member.clone()));
    (it, member)
}

fn of(id: u64, at: f64, cost: f64) -> Dispatch {
    Dispatch { id, at, cost, surplus: (id + 1) as f64 * (cost - 1.0) }
}

fn answer(it: &mut Paced, outcome: SendOutcome, requests: f64, spent: Option<f64>) {
    let report = SendReport { requests, spent, ..SendReport::new(outcome) };
    it.answered_to_member(1000.5, of(3, 1000.25, 4.0), &report, None);
}

#[test]
fn the_member_hears_of_sends_and_of_waits_once_something_was_throttled() {
    let (mut it, member) = member(Phase::Fleet);
    // 50 units per second.
    let ready = it.turn_at(1000.0, 2.0);
    assert!((ready - 1000.04).abs() < 1e-9, "{ready}");
    assert_eq!(member.heard(), ["waited 0.000 until 1000", "waits: true at 1000"]);
    it.sent_by_member(of(0, 1000.0625, 2.0), false);
    assert_eq!(
        member.heard(),
        ["waited 0.062 until 1000.0625", "sent 2 at 1000.0625", "waits: false at 1000.0625"]
    );
    assert_eq!(it.turn_at(1009.0, 1.0), 1009.0);
    assert_eq!(member.heard(), ["waited 0.000 until 1009"], "nobody waits");
    // Nothing goes out while the fleet holds it back.
    member.set(|it| it.held_until = 1010.0);
    assert_eq!(it.turn_at(1009.0, 1.0), 1010.0);
    let (mut unthrottled, member) = self::member(Phase::Unthrottled(of(0, 1000.0, 1.0)));
    assert_eq!(unthrottled.turn_at(1000.0, 1.0), 1000.0);
    unthrottled.sent_by_member(of(0, 1000.0, 1.0), false);
    assert_eq!(member.heard(), ["sent 1 at 1000"]);
    // A new member holds back sends before that.
    member.set(|it| (it.held_until, it.is_starting) = (1000.25, true));
    assert_eq!(unthrottled.turn_at(1000.0, 1.0), 1000.25);
    assert!(unthrottled.is_starting() && member.heard().is_empty());
}

#[test]
fn the_member_hears_what_an_attempt_took_beyond_its_cost() {
    for (outcome, requests, spent, more) in [
        (SendOutcome::Accepted, 1.0, None, None),
        (SendOutcome::Accepted, 3.0, None, Some("8 more at 1000.25")),
        (SendOutcome::Accepted, 1.0, Some(1.0), Some("-3 more at 1000.25")),
        (SendOutcome::Accepted, 0.0, None, Some("-4 more at 1000.25")),
        // The last of its requests was refused.
        (SendOutcome::Throttled, 1.0, None, Some("-4 more at 1000.25")),
        (SendOutcome::Throttled, 3.0, None, Some("4 more at 1000.25")),
        (SendOutcome::Throttled, 1.0, Some(6.0), Some("2 more at 1000.25")),
    ] {
        let (mut it, member) = member(Phase::Fleet);
        answer(&mut it, outcome, requests, spent);
        let told: Vec<_> = member.heard().into_iter().filter(|it| it.contains("more")).collect();
        assert_eq!(told, Vec::from_iter(more), "{outcome:?} {requests} {spent:?}");
    }
}

#[test]
fn the_member_sees_the_controllers_facts() {
    let (mut it, member) = member(Phase::Search(Search::new(InitialBurst::new(7.0, 1.0), 1.0)));
    answer(&mut it, SendOutcome::Accepted, 1.0, None);
    let (mut cruising, other) = self::member(Phase::Cruise(Cruise::resumed(100.0, false)));
    cruising.cycles = 5;
    answer(&mut cruising, SendOutcome::Accepted, 1.0, None);
    let (search, cruise) = (member.0.lock().unwrap().views[0], other.0.lock().unwrap().views[0]);
    assert_eq!((search.initial_burst, search.quota, search.cycles), (7.0, None, 0));
    assert_eq!((cruise.initial_burst, cruise.quota, cruise.cycles), (0.0, Some(100.0), 5));
    for view in [search, cruise] {
        assert_eq!((view.unthrottled, view.sends, view.per_send), (false, 16.0, 1.0));
        assert_eq!((view.round_trip, view.burst, view.share), (0.25, 40.0, 1.0));
    }
    let seen = cruising.ask_member(1001.0, (12, Some(30.0)), |_, view| {
        assert_eq!((view.waiting, view.quota), (12, Some(100.0)));
        assert_eq!(view.max_rate, Some(30.0));
        Some(Command::Wake)
    });
    assert_eq!(seen, Some(Command::Wake));
    assert!(cruising.member().is_some(), "it stays a member");
}

#[test]
fn guided_the_rate_and_its_credit_are_the_members() {
    let (mut it, member) = member(Phase::Cruise(Cruise::resumed(100.0, false)));
    assert_eq!(it.part(), 0.25, "the member's part of `max_rate`, in every phase");
    (it.next_id, it.credit) = (9, 30.0);
    it.door.blocked_since = Some(990.0);
    it.meter.throttled(of(0, 999.0, 1.0));
    it.meter.throttled(of(4, 1000.0, 1.0));
    member.set(|it| it.command = Some(Command::Guided { credit: 1.0 }));
    answer(&mut it, SendOutcome::Unknown, 1.0, None);
    assert_eq!((it.rate(), it.quota(), it.part()), (Some(50.0), Some(200.0), 0.25));
    assert_eq!((it.credit, it.refilled_at), (1.0, 1000.5));
    assert_eq!((it.paced_from, it.decrease_id, it.decrease_at), (9, 9, 1000.5));
    assert!(it.door.blocked_since.is_none() && it.meter.measure().is_none());
    // Another member begins a cycle: this one's credit is at most the new one.
    for (credit, left) in [(0.5, 0.5), (5.0, 1.0)] {
        it.credit = 1.0;
        it.next_id += 1;
        it.obey(1000.5, Some(Command::Guided { credit }));
        assert_eq!((it.credit, it.decrease_id, it.paced_from), (left, it.next_id, 9));
    }
    // A hundredth of a second, a send, or what waits.
    assert_eq!(it.guided_credit(50.0), 1.0);
    assert_eq!(it.guided_credit(500.0), 5.0);
    it.needed = 8.0;
    assert_eq!(it.guided_credit(500.0), 8.0);
    for (part, bounded) in [(0.0, 1e-3), (2.0, 1.0), (0.5, 0.5)] {
        member.set(|it| it.part = part);
        assert_eq!(it.part(), bounded);
    }
}

#[test]
fn a_throttle_in_a_fleet_is_news_if_the_member_says_so() {
    let (mut it, member) = member(Phase::Fleet);
    (it.decrease_id, it.next_id, it.decrease_at, it.credit) = (5, 9, 999.0, 1.0);
    it.known.round_trip = 0.125;
    it.throttled_in_fleet(1000.0, of(4, 999.5, 1.0));
    it.throttled_in_fleet(1000.0, of(5, 999.75, 1.0));
    let throttles = std::mem::take(&mut member.0.lock().unwrap().throttles);
    let told = throttles.iter().map(|it| (it.sent_at, it.fresh, it.decrease_at, it.round_trip));
    assert_eq!(Vec::from_iter(told), [(999.5, false, 999.0, 0.125), (999.75, true, 999.0, 0.125)]);
    assert_eq!((it.decrease_at, it.credit), (999.0, 1.0));
    member.set(|it| it.begins = true);
    it.throttled_in_fleet(1000.0, of(5, 999.75, 1.0));
    assert_eq!((it.decrease_at, it.decrease_id, it.door.blocked_since), (1000.0, 9, Some(1000.0)));
}

#[test]
fn a_call_that_is_refused_again_slows_down_only_its_own_process() {
    let (mut it, member) = member(Phase::Fleet);
    (it.decrease_id, it.next_id, it.credit) = (5, 9, 1.0);
    let first = of(5, 999.5, 1.0);
    it.refused(1000.0, first, None);
    let repeat = Repeat { first, deferred: false, times: 0, alone: false };
    it.refused(1000.125, of(6, 1000.0, 1.0), Some(repeat));
    assert_eq!(member.0.lock().unwrap().throttles.len(), 1, "the others hear of one throttle");
    assert_eq!((it.credit, it.decrease_id), (-6.25, 9), "it pauses for as long as it was refused");
}

#[test]
fn after_one_call_refused_alone_a_first_throttle_waits_for_the_next_answer_of_its_call() {
    let (mut it, member) = member(Phase::Fleet);
    let first = of(5, 999.5, 1.0);
    it.refused(1000.0, first, None);
    let alone = |times, deferred| Repeat { first, deferred, times, alone: true };
    it.refused(1000.5, of(6, 1000.25, 1.0), Some(alone(0, false)));
    it.refused(1001.0, of(7, 1000.75, 1.0), Some(alone(1, false)));
    assert!(it.refused(1002.0, of(8, 1001.5, 1.0), None), "it is not counted yet");
    assert_eq!(member.0.lock().unwrap().throttles.len(), 1);
    let passed = Repeat { first: of(8, 1001.5, 1.0), deferred: true, times: 0, alone: false };
    it.passed(1003.0, passed);
    assert_eq!(
        member.0.lock().unwrap().throttles.len(),
        2,
        "its call passes: it was about the quota"
    );
}

#[test]
fn growth_in_a_fleet_uses_what_successes_have_paid_for() {
    let (mut it, _) = member(Phase::Fleet);
    it.paid_growth = 0.5;
    it.turn_at(1000.0, 2.0);
    assert_eq!(it.paid_growth, 0.375);
}

#[test]
fn while_nothing_is_accepted_a_member_pauses_as_long_again() {
    // 50 units per second.
    for (blocked, id, credit) in
        [(0.125, 5, -6.25), (0.75, 5, -25.0), (2.0, 5, 0.0), (0.0, 5, 1.0), (0.125, 4, 1.0)]
    {
        let (mut it, _) = member(Phase::Fleet);
        (it.decrease_id, it.next_id, it.credit) = (5, 9, 1.0);
        it.door.blocked_since = Some(1000.0 - blocked);
        it.throttled_in_fleet(1000.0, of(id, 999.5, 1.0));
        assert_eq!(it.credit, credit, "{blocked} s");
        assert_eq!(it.decrease_id == 9, credit < 1.0);
    }
}

#[test]
fn alone_it_goes_on_at_its_part_of_the_quota() {
    let (mut it, member) = member(Phase::Fleet);
    it.leave_fleet(1000.0);
    assert!(it.member().is_none());
    assert_eq!((it.quota(), it.known.burst), (Some(50.0), 10.0));
    let Phase::Cruise(cruise) = it.phase else { unreachable!() };
    // Others use the quota: the dip is the deep one.
    assert!((cruise.send_rate(it.known) - 50.0 * (1.0 - 0.16)).abs() < 1e-9, "{cruise:?}");
    drop(member);
    let (mut unknown, member) = self::member(Phase::Fleet);
    member.set(|it| it.quota = None);
    unknown.known.per_send = 20.0;
    unknown.leave_fleet(1000.0);
    assert_eq!((unknown.quota(), unknown.known.burst), (Some(0.25), 20.0));
    // A member that was not guided keeps what it has measured itself.
    let (mut own, _) = self::member(Phase::Cruise(Cruise::resumed(100.0, false)));
    own.leave_fleet(1000.0);
    assert_eq!((own.quota(), own.known.burst), (Some(100.0), 40.0));
}

#[test]
fn the_one_that_searches_for_all_counts_the_units_of_all() {
    let search = Search::new(InitialBurst::new(7.0, 1.0), 1.0);
    for (age, expected) in [(0.0, 0.5), (2.0, 2.0)] {
        let (mut it, _) = member(Phase::Search(Search { age, ..search }));
        (it.known.round_trip, it.credit) = (0.5, 3.0);
        it.obey(1001.0, Some(Command::Search { accepted: 70.0 }));
        let Phase::Search(search) = it.phase else { unreachable!() };
        assert_eq!(search.initial.unwrap().accepted, 70.0);
        assert_eq!((search.age, it.credit, it.refilled_at), (expected, 0.0, 1001.0));
    }
}

#[test]
fn a_recent_send_is_kept_of_those_that_nothing_held_back() {
    let (mut it, member) = member(Phase::Unthrottled(of(0, 0.0, 1.0)));
    // At most two seconds old, or the first of all.
    for (id, at, recent) in
        [(0, 1.0, 0), (1, 2.5, 0), (2, 3.0, 0), (3, 3.25, 3), (4, 5.25, 3), (5, 9.0, 5)]
    {
        it.sent_by_member(of(id, at, 1.0), id == 4);
        let Phase::Unthrottled(kept) = it.phase else { unreachable!() };
        assert_eq!(kept.id, recent, "{id}");
        assert_eq!(member.heard(), [format!("sent 1 at {at}")]);
    }
}

#[test]
fn a_send_beside_the_queue_does_not_end_the_wait_of_another_call() {
    for (beside, ended) in [(true, false), (false, true)] {
        let (mut it, member) = member(Phase::Fleet);
        it.sent_by_member(of(0, 1000.0, 1.0), beside);
        let heard = member.heard();
        assert!(heard.contains(&"sent 1 at 1000".into()), "{heard:?}");
        assert_eq!(heard.contains(&"waits: false at 1000".into()), ended, "{heard:?}");
    }
}

#[test]
fn a_member_that_is_not_new_does_not_start() {
    let (it, member) = member(Phase::Fleet);
    assert!(!it.is_starting() && !Paced::new(1.0).is_starting());
    member.set(|it| it.is_starting = true);
    assert!(it.is_starting());
}
