//! A process joins a fleet: the scopes that take part, and what passes between a scope and its member.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use crate::clock::{Clock, ClockId};
use crate::limits::rate::fleet::{Command, FleetMode, FleetState, Member, Throttled, View};
use crate::limits::rate::{Gate, Kind, SendOutcome, SendReport, Ticket};
use crate::limits::scope::fleet::{FleetScope, Hub, Installed, Seen, install};
use crate::switches::Switch;

/// A member's replies, and what it heard.
#[derive(Debug, Default)]
struct Script {
    heard: Vec<String>,
    views: Vec<View>,
    due_at: f64,
    is_starting: bool,
    held_until: f64,
    part: f64,
    command: Option<Command>,
}

#[derive(Clone, Debug, Default)]
pub(in crate::limits::scope) struct Scripted(Arc<Mutex<Script>>);

impl Scripted {
    fn lock(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap()
    }

    fn hear(&self, said: String, view: &View) -> Option<Command> {
        let mut it = self.lock();
        it.heard.push(said);
        it.views.push(*view);
        it.command.take()
    }
}

impl Member for Scripted {
    fn sent(&mut self, _: f64, _: f64) {}
    fn waits(&mut self, _: f64, _: bool) {}
    fn corrected(&mut self, _: f64, _: f64) {}
    fn throttled(&mut self, _: f64, _: Throttled) -> bool {
        false
    }
    fn answered(&mut self, _: f64, view: &View) -> Option<Command> {
        self.hear("answered".into(), view)
    }
    fn passed(&mut self, _: f64, _: f64, _: f64) -> f64 {
        0.0
    }
    fn held_until(&self) -> f64 {
        self.lock().held_until
    }
    fn is_starting(&self) -> bool {
        self.lock().is_starting
    }
    fn rate(&self) -> f64 {
        50.0
    }
    fn due_at(&self) -> f64 {
        self.lock().due_at
    }
    fn publish(&mut self, _: f64, view: &View) -> Vec<u8> {
        self.hear("publish".into(), view);
        vec![7, 8]
    }
    fn read(&mut self, _: f64, view: &View, records: &[(u64, Vec<u8>)]) -> Option<Command> {
        self.hear(format!("read {records:?}"), view)
    }
    fn forgotten(&mut self) -> Vec<u64> {
        vec![5]
    }
    fn failed(&mut self, _: f64, view: &View) -> Option<Command> {
        self.hear("failed".into(), view)
    }
    fn state(&self) -> FleetState {
        FleetState::new(3, self.lock().part, Some(200.0), FleetMode::Guided)
    }
}

/// A fleet that remembers the scopes that were offered to it.
#[derive(Default)]
struct Offered {
    member: Scripted,
    scopes: Mutex<Vec<(Vec<u8>, FleetScope)>>,
}

impl Hub for Offered {
    fn attach(&self, elements: &[u8], scope: FleetScope) -> Option<Box<dyn Member>> {
        self.scopes.lock().unwrap().push((elements.to_vec(), scope));
        Some(Box::new(self.member.clone()))
    }
}

/// Only these tests join fleets, one at a time: the switch is the whole process's.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn paced() -> Arc<Gate> {
    Arc::new(Gate::new(Kind::Paced, f64::INFINITY, 1.0))
}

/// `test`, inside a runtime that has a clock of its own.
fn on_its_own_clock<T>(test: impl FnOnce() -> T) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async { test() })
}

/// `test`, on the present clock, whose fleet `gate` takes part in.
fn in_a_fleet(gate: &Arc<Gate>, test: impl FnOnce(&FleetScope, &Scripted, &Clock)) {
    let _alone = alone();
    on_its_own_clock(|| {
        let hub = Arc::new(Offered::default());
        hub.member.lock().part = 0.25;
        let _joined = install(hub.clone()).unwrap();
        let clock = Clock::current(None);
        Seen::default().attach(&clock, b"orders\xff", gate);
        let (elements, scope) = hub.scopes.lock().unwrap().remove(0);
        assert_eq!(elements, b"orders\xff");
        test(&scope, &hub.member, &clock);
    });
}

#[test]
fn a_clock_has_one_fleet_at_a_time() {
    let _alone = alone();
    let join = || install(Arc::new(Offered::default()));
    let first = on_its_own_clock(|| {
        let first = join().unwrap();
        assert!(join().is_none(), "it has one");
        drop(first);
        join().unwrap()
    });
    let other: Installed = on_its_own_clock(|| join().unwrap());
    assert!(Switch::Fleet.is_on());
    drop(first);
    assert!(Switch::Fleet.is_on(), "the other clock's fleet is joined");
    drop(other);
    assert!(!Switch::Fleet.is_on());
}

#[test]
fn a_scope_is_offered_once_to_each_fleet_of_its_clock() {
    let _alone = alone();
    on_its_own_clock(|| {
        let (hub, clock, gate) = (Arc::new(Offered::default()), Clock::current(None), paced());
        let (seen, of_other_clock) = (Seen::default(), Seen::default());
        let offered = || {
            seen.attach(&clock, b"a\xff", &gate);
            of_other_clock.attach(&Clock::default(), b"b\xff", &gate);
            hub.scopes.lock().unwrap().len()
        };
        assert_ne!(clock.id, ClockId::Real);
        assert_eq!(offered(), 0, "no fleet is joined");
        let joined = install(hub.clone()).unwrap();
        assert_eq!([offered(), offered()], [1, 1]);
        // Somebody joins a fleet, but on another clock.
        let other = std::thread::spawn(|| {
            on_its_own_clock(|| install(Arc::new(Offered::default())).unwrap())
        });
        let _other = other.join().unwrap();
        assert_eq!(offered(), 1);
        drop(joined);
        let _joined = install(hub.clone()).unwrap();
        assert_eq!([offered(), offered()], [2, 2], "joined again");
    });
}

#[test]
fn an_exchange_passes_between_the_member_and_its_scope() {
    let gate = paced();
    in_a_fleet(&gate, |scope, member, clock| {
        assert_eq!(scope.now(), clock.now().as_secs_f64());
        for (due_at, due_in) in
            [(scope.now() + 7.0, Some(7.0)), (0.0, Some(0.0)), (1.0 / 0.0, None)]
        {
            member.lock().due_at = due_at;
            let found = scope.due_in().map(|it| (it.as_secs_f64() * 1e6).round() / 1e6);
            assert_eq!(found, due_in);
        }
        assert_eq!(scope.publish(), Some(vec![7, 8]));
        assert_eq!(scope.read(&[(3, vec![1])]), [5], "those that it has forgotten");
        scope.failed();
        let heard = std::mem::take(&mut member.lock().heard);
        assert_eq!(heard, ["publish", "read [(3, [1])]", "failed"]);
        assert_eq!(scope.state().map(|it| (it.members, it.part)), Some((3, 0.25)));
        assert!(!scope.is_gone());
        scope.leave();
        assert_eq!((scope.state(), scope.publish(), scope.due_in()), (None, None, None));
    });
    let of_adaptive = Arc::new(Gate::new(Kind::Adaptive, f64::INFINITY, 1.0));
    in_a_fleet(&of_adaptive, |scope, member, _| {
        scope.failed();
        assert_eq!((scope.state(), member.lock().heard.len()), (None, 0), "it has no member");
    });
}

#[test]
fn a_scope_that_was_forgotten_says_nothing() {
    let gate = paced();
    let mut kept = None;
    in_a_fleet(&gate, |scope, _, _| kept = Some(scope.clone()));
    let scope = kept.unwrap();
    drop(gate);
    assert!(scope.is_gone());
    assert_eq!((scope.publish(), scope.state(), scope.due_in()), (None, None, None));
    assert!(scope.read(&[]).is_empty());
}

#[test]
fn a_member_has_its_part_of_max_rate_until_it_leaves() {
    let gate = Arc::new(Gate::new(Kind::Paced, 10.0, 1.0));
    in_a_fleet(&gate, |scope, member, _| {
        let command = Command::Alone { quota: 50.0, burst: 10.0, shared: true };
        member.lock().command = Some(command);
        scope.failed();
        let views = std::mem::take(&mut member.lock().views);
        assert_eq!((views[0].max_rate, views[0].waiting), (Some(10.0), 0), "that of all members");
        assert_eq!((gate.state().rate, gate.state().quota), (Some(2.5), Some(50.0)));
        member.lock().part = 0.5;
        scope.failed();
        assert_eq!(gate.state().rate, Some(5.0));
        scope.leave();
        assert_eq!(gate.state().rate, Some(10.0));
    });
}

#[test]
fn throttles_are_irregular_where_others_share_the_quota() {
    for (shared, irregularity) in [(true, 1.0), (false, 0.0)] {
        let gate = paced();
        in_a_fleet(&gate, |scope, member, _| {
            assert_eq!(gate.signs().irregularity, 0.0, "no quota is measured");
            member.lock().command = Some(Command::Alone { quota: 50.0, burst: 10.0, shared });
            scope.failed();
            assert_eq!(gate.signs().irregularity, irregularity);
        });
    }
}

#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_call_that_the_fleet_holds_back_is_woken_when_the_member_says_so() {
    let gate = paced();
    in_a_fleet(&gate, |scope, member, clock| {
        (member.lock().is_starting, member.lock().held_until) = (true, scope.now() + 5.0);
        scope.failed();
        assert!(gate.holds_back(), "a new member may hold back sends");
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut ticket = Ticket::new();
        let mut turn = std::pin::pin!(gate.turn(&mut ticket, None, false, clock));
        assert!(turn.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        scope.failed();
        assert_eq!(member.lock().views.last().unwrap().waiting, 1);
        assert_eq!(woken.0.load(Ordering::Relaxed), 0, "nothing has changed");
        (member.lock().is_starting, member.lock().held_until) = (false, 0.0);
        member.lock().command = Some(Command::Wake);
        assert_eq!(scope.read(&[]), [5]);
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
        assert!(!gate.holds_back());
        assert!(turn.as_mut().poll(&mut Context::from_waker(&waker)).is_ready());
        assert_eq!(gate.state().waiting, 0);
    });
}

#[test]
fn sends_that_a_new_member_let_go_are_counted_with_those_that_pass_it() {
    let gate = paced();
    in_a_fleet(&gate, |scope, member, clock| {
        member.lock().is_starting = true;
        scope.failed();
        let mut cx = Context::from_waker(Waker::noop());
        let mut call = Ticket::new();
        call.set_cost(3.0);
        for _ in 0..2 {
            let mut call = call.clone();
            let turn = std::pin::pin!(gate.turn(&mut call, None, false, clock));
            assert!(turn.poll(&mut cx).is_ready(), "nothing holds it back");
        }
        member.lock().is_starting = false;
        scope.failed();
        let mut call = Ticket::new();
        let sent = gate.at_once(&mut call, || clock.now()).unwrap();
        let report = SendReport::new(SendOutcome::Throttled);
        let now = clock.now() + Duration::from_millis(100);
        assert!(!gate.answered(&mut call, sent, &report, || now));
        let sends = member.lock().views.last().unwrap().sends;
        assert_eq!((gate.signs().sends, sends), (3, 7.0), "and their units");
    });
}
