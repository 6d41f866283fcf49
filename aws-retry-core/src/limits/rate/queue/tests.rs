//! The queue and its rates under random scripts: no turn is lost or given twice, and no call starves, whatever
//! the clock does.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use proptest::prelude::*;

use super::*;
use crate::limits::rate::{SendOutcome, SendReport};

#[derive(Clone, Debug)]
enum Step {
    Arrive,
    /// One of the waiting calls asks.
    Ask(prop::sample::Index),
    /// One of the waiting calls is canceled.
    Leave(prop::sample::Index),
    /// One of the calls in flight is answered; if it was throttled, it asks again.
    Answer(prop::sample::Index, SendOutcome, u32),
    Pass(u64),
    /// The clock jumps back.
    Back(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let outcome = prop_oneof![
        Just(SendOutcome::Throttled),
        Just(SendOutcome::Accepted),
        Just(SendOutcome::Unknown)
    ];
    prop_oneof![
        3 => Just(Step::Arrive),
        4 => any::<prop::sample::Index>().prop_map(Step::Ask),
        1 => any::<prop::sample::Index>().prop_map(Step::Leave),
        4 => (any::<prop::sample::Index>(), outcome, 0_u32..4)
            .prop_map(|(which, outcome, requests)| Step::Answer(which, outcome, requests)),
        3 => (0_u64..2_000_000_000).prop_map(Step::Pass),
        1 => (0_u64..100_000_000_000).prop_map(Step::Back),
    ]
}

fn kinds() -> impl Strategy<Value = (Kind, f64, f64)> {
    let kind = prop_oneof![Just(Kind::Adaptive), Just(Kind::Paced)];
    let max_rate = prop_oneof![Just(f64::INFINITY), 0.01..1000.0];
    (kind, max_rate, prop_oneof![Just(1.0), 0.05..1.0])
}

/// Drives a queue, and keeps its own account of the calls that wait and those in flight.
struct Driver {
    queue: Queue<u64>,
    /// The costs of calls, by their tickets in turn.
    costs: Vec<f64>,
    now: Time,
    waiting: BTreeSet<u64>,
    flying: Vec<(u64, Dispatch)>,
    sent: BTreeSet<u64>,
    calls: BTreeMap<u64, Ticket>,
}

impl Driver {
    fn new(kind: (Kind, f64, f64)) -> Self {
        Self::with_costs(kind, vec![1.0])
    }

    fn with_costs((kind, max_rate, share): (Kind, f64, f64), costs: Vec<f64>) -> Self {
        let queue = Queue::new(kind, max_rate, share);
        let now = Duration::from_secs(1000);
        Self {
            queue,
            costs,
            now,
            waiting: BTreeSet::new(),
            flying: Vec::new(),
            sent: BTreeSet::new(),
            calls: BTreeMap::new(),
        }
    }

    fn ask(&mut self, ticket: u64) -> Answer {
        let call = self.calls.entry(ticket).or_default();
        call.place = call.place.or(Some(ticket));
        let which = usize::try_from(ticket % self.costs.len() as u64).unwrap();
        call.set_cost(self.costs[which]);
        let (answer, _) = self.queue.ask(self.now, call, Terms::default(), &ticket);
        match answer {
            Answer::Go(send) => {
                assert!(self.sent.insert(send.id), "{send:?} twice");
                self.waiting.remove(&ticket);
                self.flying.push((ticket, send));
            }
            Answer::At(at) => {
                assert!(at > self.now, "asked at {:?} to ask again at {at:?}", self.now);
                self.waiting.insert(ticket);
            }
            Answer::TooLate | Answer::Busy => panic!("{answer:?} without terms"),
        }
        answer
    }

    fn nth(&self, which: prop::sample::Index) -> Option<u64> {
        (!self.waiting.is_empty())
            .then(|| self.waiting.iter().nth(which.index(self.waiting.len())).copied())
            .flatten()
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Arrive => {
                let ticket = self.queue.ticket();
                self.ask(ticket);
            }
            Step::Ask(which) => {
                if let Some(ticket) = self.nth(*which) {
                    self.ask(ticket);
                }
            }
            Step::Leave(which) => {
                if let Some(ticket) = self.nth(*which) {
                    let place = self.calls.get(&ticket).and_then(|it| it.place).unwrap_or(ticket);
                    let _ = self.queue.leave(place);
                    self.waiting.remove(&ticket);
                }
            }
            Step::Answer(which, outcome, requests) => {
                if !self.flying.is_empty() {
                    let (ticket, send) = self.flying.swap_remove(which.index(self.flying.len()));
                    let report =
                        SendReport { requests: f64::from(*requests), ..SendReport::new(*outcome) };
                    let call = self.calls.entry(ticket).or_default();
                    let _ = self.queue.answered(self.now, call, send, &report);
                    if *outcome == SendOutcome::Throttled {
                        self.ask(ticket);
                    }
                }
            }
            Step::Pass(nanos) => self.now += Duration::from_nanos(*nanos),
            Step::Back(nanos) => self.now = self.now.saturating_sub(Duration::from_nanos(*nanos)),
        }
        let state = self.queue.state();
        // A call that was passed over is out of the line until it asks.
        assert!(state.waiting <= self.waiting.len());
        if let Some(rate) = state.rate {
            assert!(rate > 0.0 && rate.is_finite(), "rate {rate}");
        }
    }

    /// All calls ask when told to, but `dead` never asks again. Returns the number of calls sent.
    fn drain(&mut self, dead: Option<u64>) -> usize {
        let mut sent = 0;
        // Each is told to ask again at the earliest, so they ask in the order of these times.
        let mut told: Vec<(Time, u64)> =
            self.waiting.iter().filter(|it| Some(**it) != dead).map(|it| (self.now, *it)).collect();
        for _ in 0..200 * (told.len() + 1) {
            told.sort_unstable();
            let Some((at, ticket)) = told.first().copied() else { break };
            told.remove(0);
            self.now = self.now.max(at);
            match self.ask(ticket) {
                Answer::At(at) => told.push((at, ticket)),
                _ => sent += 1,
            }
        }
        assert_eq!(told, [], "some starve");
        sent
    }
}

/// Small ones, free ones, and some that no bucket holds.
fn costs() -> impl Strategy<Value = Vec<f64>> {
    let one = prop_oneof![3 => Just(1.0), 3 => 0.1..50.0, 1 => Just(0.0), 1 => 100.0..5000.0];
    prop::collection::vec(one, 1..8)
}

proptest! {
    #[test]
    fn turns_are_neither_lost_nor_doubled(
        kind in kinds(),
        costs in costs(),
        steps in prop::collection::vec(step(), 1..100),
    ) {
        let mut driver = Driver::with_costs(kind, costs);
        for step in &steps {
            driver.step(step);
        }
        let waiting = driver.waiting.len();
        prop_assert_eq!(driver.drain(None), waiting);
        prop_assert_eq!(driver.queue.state().waiting, 0);
    }

    #[test]
    fn a_waiter_that_never_asks_again_holds_up_nobody(
        kind in kinds(),
        costs in costs(),
        steps in prop::collection::vec(step(), 1..100),
        which: prop::sample::Index,
    ) {
        let mut driver = Driver::with_costs(kind, costs);
        for step in &steps {
            driver.step(step);
        }
        let waiting = driver.waiting.len();
        if let Some(dead) = driver.nth(which) {
            prop_assert_eq!(driver.drain(Some(dead)), waiting - 1);
            // It has kept its place: it is the first of all who come. If it was refused twice, it is told
            // the end of its rest before it is told its turn.
            let behind = driver.queue.ticket();
            driver.ask(behind);
            if driver.waiting.contains(&behind) {
                let mut told = driver.ask(dead);
                for _ in 0..2 {
                    if let Answer::At(at) = told {
                        driver.now = driver.now.max(at);
                        told = driver.ask(dead);
                    }
                }
                prop_assert!(matches!(told, Answer::Go(_)), "{told:?}");
            }
        }
    }

    #[test]
    fn before_a_throttle_nobody_waits(
        kind in prop_oneof![Just(Kind::Adaptive), Just(Kind::Paced)],
        share in 0.05..=1.0,
        steps in prop::collection::vec(step(), 1..100),
    ) {
        let mut driver = Driver::new((kind, f64::INFINITY, share));
        for step in &steps {
            if !matches!(step, Step::Answer(_, SendOutcome::Throttled, _)) {
                driver.step(step);
                prop_assert!(driver.waiting.is_empty());
            }
        }
        prop_assert!(driver.queue.is_unthrottled());
    }

    #[test]
    fn a_set_rate_is_never_exceeded(
        max_rate in 0.1..1000.0,
        costs in costs(),
        steps in prop::collection::vec(step(), 1..100),
    ) {
        let mut driver = Driver::with_costs((Kind::Paced, max_rate, 1.0), costs);
        for step in &steps {
            driver.step(step);
        }
        driver.drain(None);
        // Times of the queue's own steady clock: the driver's may have jumped.
        let mut sends: Vec<Dispatch> = driver.flying.iter().map(|it| it.1).collect();
        sends.sort_by_key(|it| it.id);
        for (index, first) in sends.iter().enumerate() {
            let mut units = 0.0;
            for last in &sends[index..] {
                let allowed = (last.at - first.at + 0.005) * max_rate;
                prop_assert!(units <= allowed + 1e-6 * (1.0 + units), "{units} from {first:?} to {last:?}");
                units += last.cost;
            }
        }
    }
}

/// The line is long, the rate was low when the calls arrived, and all but the last are gone.
#[test]
fn the_last_of_a_dead_line_gets_its_turn() {
    let mut driver = Driver::new((Kind::Paced, 100.0, 1.0));
    for _ in 0..1000 {
        driver.step(&Step::Arrive);
    }
    let last = *driver.waiting.last().unwrap();
    driver.waiting = BTreeSet::from([last]);
    assert_eq!(driver.drain(None), 1);
    // Its own turn at the present rate, and a lease or two.
    assert!(driver.now < Duration::from_secs(1000 + 12), "{:?}", driver.now);
}
