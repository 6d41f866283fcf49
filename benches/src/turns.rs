//! The turns of calls in a scope with a send rate.

use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use aws_retry_core::__rate::{Gate, Kind, SendOutcome, SendReport, Ticket, Time, Timekeeper};

type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The machine's clock, as in production.
#[derive(Debug)]
pub struct Real;

static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Timekeeper for Real {
    fn now(&self) -> Time {
        ORIGIN.elapsed()
    }

    fn sleep_until(&self, _: Time) -> Sleep {
        Box::pin(std::future::pending())
    }
}

/// A clock that the benchmark moves.
#[derive(Debug)]
pub struct Moved(AtomicU64);

/// The one clock of all that are moved.
pub static CLOCK: Moved = Moved(AtomicU64::new(0));
/// The time between two looks at whether a call has its turn.
pub const EVERY: Time = Time::from_millis(1);

impl Timekeeper for Moved {
    fn now(&self) -> Time {
        Time::from_nanos(self.0.load(Ordering::Relaxed))
    }

    fn sleep_until(&self, _: Time) -> Sleep {
        Box::pin(std::future::pending())
    }
}

impl Moved {
    /// It is later by this.
    pub fn advance(&self, by: Time) {
        self.0.fetch_add(u64::try_from(by.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Back to its origin.
    pub fn reset(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// A turn and its answer. Returns whether there was a turn at once.
pub fn turn(gate: &Gate, clock: &impl Timekeeper, outcome: SendOutcome) -> bool {
    let mut ticket = Ticket::new();
    let sent = pin!(gate.turn(&mut ticket, None, true, clock))
        .poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(Ok(sent)) = black_box(sent) else { return false };
    gate.answered(&mut Ticket::new(), sent, &SendReport::new(outcome), || clock.now());
    true
}

/// The gate of a scope. One that is throttled was so twice, with some accepted in between: paced mode has
/// measured a quota then.
#[must_use]
pub fn gate(kind: Kind, throttled: bool) -> Gate {
    let gate = Gate::new(kind, f64::INFINITY, 1.0);
    let outcomes = [
        SendOutcome::Throttled,
        SendOutcome::Accepted,
        SendOutcome::Accepted,
        SendOutcome::Throttled,
    ];
    for outcome in outcomes.into_iter().filter(|_| throttled) {
        while !turn(&gate, &CLOCK, outcome) {
            CLOCK.advance(EVERY);
        }
    }
    gate
}
