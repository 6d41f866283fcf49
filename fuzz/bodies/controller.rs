//! The send rates and their queue, under any times, outcomes and costs: no panic, and a rate is a rate.

use std::cell::Cell;
use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use aws_retry_core::__rate::{Gate, Kind, SendOutcome, SendReport, Sent, Ticket, Time, Timekeeper};

use super::bytes::Bytes;

const OUTCOMES: [SendOutcome; 6] = [
    SendOutcome::Throttled,
    SendOutcome::CallThrottled,
    SendOutcome::ScopeThrottled,
    SendOutcome::Accepted,
    SendOutcome::Fault,
    SendOutcome::Unknown,
];

/// A clock that says what it is told. A sleep does not end: whoever waits is polled later.
#[derive(Default)]
struct Clock(Cell<Time>);

impl Timekeeper for Clock {
    fn now(&self) -> Time {
        self.0.get()
    }

    fn sleep_until(&self, _: Time) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(pending())
    }
}

fn report(bytes: &mut Bytes<'_>) -> SendReport {
    let mut report = SendReport::new(bytes.one_of(&OUTCOMES));
    if bytes.flag() {
        report.requests = bytes.byte().into();
        report.attempts_left = bytes.byte().into();
        report.base = bytes.duration().as_secs_f64();
        report.cap = bytes.duration().as_secs_f64();
        report.random = bytes.random();
    }
    if bytes.flag() {
        // What a body tells counts only in this range.
        report.spent = Some(bytes.float()).filter(|units| (0.0..=1e9).contains(units));
    }
    report
}

/// A cost as the run time hands it on.
fn cost(bytes: &mut Bytes<'_>) -> f64 {
    let units = bytes.float();
    let valid = units == 0.0 || (1e-6..=1e9).contains(&units);
    if valid { units.abs() } else { 1.0 }
}

/// `max_rate` as a policy allows it.
fn max_rate(bytes: &mut Bytes<'_>) -> f64 {
    if bytes.flag() { f64::INFINITY } else { bytes.positive().clamp(1e-5, f64::MAX) }
}

fn poll_once(
    gate: &Gate,
    ticket: &mut Ticket,
    bytes: &mut Bytes<'_>,
    clock: &Clock,
) -> Option<Sent> {
    let deadline = bytes.flag().then(|| clock.now().saturating_add(bytes.duration()));
    let turn = pin!(gate.turn(ticket, deadline, bytes.flag(), clock));
    match turn.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(sent) => sent.ok(),
        Poll::Pending => None,
    }
}

pub fn run(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let kind = bytes.one_of(&[Kind::Paced, Kind::Adaptive]);
    let share = (f64::from(bytes.byte()) + 1.0) / 256.0;
    let gate = Gate::new(kind, max_rate(&mut bytes), share);
    let clock = Clock::default();
    let mut waiting: Vec<Ticket> = Vec::new();
    let mut sent: Vec<(Ticket, Sent)> = Vec::new();
    for generation in 0..1_000 {
        if bytes.is_empty() {
            break;
        }
        match bytes.byte() % 12 {
            0 => clock.0.set(bytes.duration()),
            1 | 2 => clock.0.set(clock.now().saturating_add(bytes.duration())),
            3..=6 => {
                let mut ticket = waiting.pop().unwrap_or_default();
                if bytes.flag() {
                    ticket.set_cost(cost(&mut bytes));
                }
                match poll_once(&gate, &mut ticket, &mut bytes, &clock) {
                    Some(one) => sent.push((ticket, one)),
                    None => waiting.insert(0, ticket),
                }
            }
            7 | 8 => {
                if let Some((mut ticket, one)) = sent.pop() {
                    gate.answered(&mut ticket, one, &report(&mut bytes), || clock.now());
                    waiting.push(ticket);
                }
            }
            9 => sent.reverse(),
            10 => gate.follow(generation, max_rate(&mut bytes)),
            _ => gate.wake(),
        }
        let state = gate.state();
        assert_eq!(state.waiting, 0, "nobody is polled now");
        assert!(state.rate.is_none_or(|rate| rate > 0.0 && rate.is_finite()), "{state:?}");
        assert!(state.quota.is_none_or(|quota| quota > 0.0 && quota.is_finite()), "{state:?}");
        let _ = gate.earliest_turn(&Ticket::new(), || clock.now());
    }
}
