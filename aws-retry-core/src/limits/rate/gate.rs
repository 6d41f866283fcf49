//! The driver of the queue: the only part that waits.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use super::{
    Dispatch, Kind, Outcome, Report, State, Ticket,
    queue::{Answer, Queue, Terms, Wakes},
    sync::{AtomicBool, AtomicU64, Mutex, MutexGuard, Ordering, PoisonError},
};

use crate::clock::{Clock, Sleep, Time};

/// What the driver needs of a clock.
pub trait Timekeeper {
    /// Time since the clock's origin.
    fn now(&self) -> Time;
    /// Ends when `now` has reached `until`.
    fn sleep_until(&self, until: Time) -> Sleep;
}

impl Timekeeper for Clock {
    fn now(&self) -> Time {
        Self::now(self)
    }

    fn sleep_until(&self, until: Time) -> Sleep {
        Self::sleep_until(self, until)
    }
}

/// An attempt that may go out, and whose outcome the gate wants to hear. One whose outcome is
/// never told counts as accepted: nothing is held by it.
#[derive(Debug)]
#[must_use]
pub struct Sent {
    id: u64,
    at: f64,
}

/// Why there is no turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It can't come before the deadline.
    TooLate,
    /// It would not come at once, and the caller does not wait.
    Busy,
}

/// A scope's send rate and the queue before it. Shared by all tasks and threads.
///
/// Before the first throttle a turn costs an atomic increment, a few atomic loads and one look at
/// the clock, and paced mode's answers an atomic load; then each costs one short lock and one look
/// at the clock. Nothing is allocated but a timer for who has to wait.
pub struct Gate {
    kind: Kind,
    /// Nothing was ever throttled and no rate is set: nobody waits.
    unthrottled: AtomicBool,
    /// Sends while unthrottled, and two of them, a second or more apart.
    sends: AtomicU64,
    recent: [Mark; 2],
    /// Which change of the overrides its limit has followed, and that limit's bits.
    generation: AtomicU64,
    max_rate: AtomicU64,
    queue: Mutex<Queue<Waker>>,
}

/// A send and when it was, in nanoseconds.
struct Mark {
    id: AtomicU64,
    at: AtomicU64,
}

impl Mark {
    fn new() -> Self {
        Self { id: AtomicU64::new(0), at: AtomicU64::new(0) }
    }

    fn store(&self, id: u64, at: u64) {
        self.id.store(id, Ordering::Relaxed);
        self.at.store(at, Ordering::Relaxed);
    }

    fn send(&self) -> Dispatch {
        let at = Time::from_nanos(self.at.load(Ordering::Relaxed)).as_secs_f64();
        Dispatch { id: self.id.load(Ordering::Relaxed), at }
    }
}

const ONE_SECOND: u64 = 1_000_000_000;

impl Gate {
    /// A rate of `kind`, never above `max_rate` (infinite: no bound), that uses `share` of what it learns.
    #[must_use]
    pub fn new(kind: Kind, max_rate: f64, share: f64) -> Self {
        let queue = Queue::new(kind, max_rate, share);
        Self {
            kind,
            unthrottled: AtomicBool::new(queue.is_unthrottled()),
            sends: AtomicU64::new(0),
            recent: [Mark::new(), Mark::new()],
            generation: AtomicU64::new(0),
            max_rate: AtomicU64::new(max_rate.to_bits()),
            queue: Mutex::new(queue),
        }
    }

    /// Holds the rate to the `max_rate` of a call whose policy has seen change `generation` of the
    /// overrides. A later change replaces the bound; of one change the lowest counts.
    pub fn follow(&self, generation: u64, max_rate: f64) {
        let is_news = || {
            let known = self.generation.load(Ordering::Relaxed);
            let bound = f64::from_bits(self.max_rate.load(Ordering::Relaxed));
            generation > known || (generation == known && max_rate < bound)
        };
        if !is_news() {
            return;
        }
        let mut queue = self.lock();
        if !is_news() {
            return;
        }
        self.generation.store(generation, Ordering::Relaxed);
        self.max_rate.store(max_rate.to_bits(), Ordering::Relaxed);
        if self.unthrottled.load(Ordering::Relaxed) {
            queue.begin(self.sends.load(Ordering::Relaxed), self.recent[1].send());
        }
        let wakes = queue.set_limit(max_rate);
        self.sends.fetch_max(queue.sends(), Ordering::Relaxed);
        self.unthrottled.store(queue.is_unthrottled(), Ordering::Relaxed);
        drop(queue);
        wake(wakes);
    }

    /// Lets the queue ask again: an override may have changed what its calls wait for.
    pub fn wake(&self) {
        let wakes = self.lock().wake();
        wake(wakes);
    }

    /// Gives the call its place in the order of arrival.
    pub fn reserve(&self, ticket: &mut Ticket) {
        if ticket.place.is_none() {
            ticket.place = Some(self.lock().ticket());
        }
    }

    /// The earliest turn that the queue can give at its present rate; `None` while nothing holds it back.
    pub fn earliest_turn(&self, ticket: &Ticket, now: impl FnOnce() -> Time) -> Option<Time> {
        if self.unthrottled.load(Ordering::Relaxed) {
            return None;
        }
        let mut queue = self.lock();
        Some(queue.earliest_turn(now(), ticket))
    }

    /// Waits until the call may send. To be polled by one task at a time; dropping it leaves the
    /// queue, and another turn asked for with the same ticket comes back to the same place.
    pub const fn turn<'a, C>(
        &'a self,
        ticket: &'a mut Ticket,
        deadline: Option<Time>,
        fail_fast: bool,
        clock: &'a C,
    ) -> Turn<'a, C> {
        Turn {
            gate: self,
            ticket,
            terms: Terms { deadline, fail_fast },
            clock,
            sleep: None,
            waiting: false,
        }
    }

    /// A turn without a wait, while nothing was ever throttled and no rate is set.
    pub fn at_once(&self, ticket: &mut Ticket, now: impl FnOnce() -> Time) -> Option<Sent> {
        self.unthrottled.load(Ordering::Relaxed).then(|| {
            let sent = self.unthrottled_send(now());
            ticket.place.get_or_insert(sent.id);
            sent
        })
    }

    /// A send while nothing holds it back. Every second or so one is remembered; the last but one of
    /// these is a second old or more, however short ago the last was. Races do no harm.
    fn unthrottled_send(&self, now: Time) -> Sent {
        let id = self.sends.fetch_add(1, Ordering::Relaxed);
        let nanos = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let [last, before] = &self.recent;
        if id == 0 {
            last.store(id, nanos);
            before.store(id, nanos);
        }
        if nanos.abs_diff(last.at.load(Ordering::Relaxed)) > ONE_SECOND {
            before.store(last.id.load(Ordering::Relaxed), last.at.load(Ordering::Relaxed));
            last.store(id, nanos);
        }
        Sent { id, at: now.as_secs_f64() }
    }

    /// The end of a send. Reads the clock only if it must. True if the call is refused again and again
    /// while others pass, so often that it should give up.
    #[expect(clippy::needless_pass_by_value, reason = "an outcome is told once")]
    pub fn answered(
        &self,
        ticket: &mut Ticket,
        sent: Sent,
        report: &Report,
        now: impl FnOnce() -> Time,
    ) -> bool {
        let unthrottled = self.unthrottled.load(Ordering::Relaxed);
        if unthrottled && self.kind == Kind::Paced && report.outcome != Outcome::Throttled {
            return false;
        }
        let mut queue = self.lock();
        if unthrottled {
            let recent = self.recent[1].send();
            queue.begin(self.sends.load(Ordering::Relaxed), recent);
        }
        let send = Dispatch { id: sent.id, at: sent.at };
        let (hopeless, wakes) = queue.answered(now(), ticket, send, report);
        self.unthrottled.store(queue.is_unthrottled(), Ordering::Relaxed);
        drop(queue);
        wake(wakes);
        hopeless
    }

    /// What can be seen of it.
    pub fn state(&self) -> State {
        self.lock().state()
    }

    /// A panic elsewhere leaves the state as it was between two statements: good enough to go on.
    fn lock(&self) -> MutexGuard<'_, Queue<Waker>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("kind", &self.kind)
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

/// Waits for a turn; see [`Gate::turn`].
#[must_use]
pub struct Turn<'a, C> {
    gate: &'a Gate,
    ticket: &'a mut Ticket,
    terms: Terms,
    clock: &'a C,
    sleep: Option<(Time, Sleep)>,
    waiting: bool,
}

impl<C> fmt::Debug for Turn<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn")
            .field("ticket", &self.ticket)
            .field("waiting", &self.waiting)
            .finish_non_exhaustive()
    }
}

impl<C: Timekeeper> Future for Turn<'_, C> {
    type Output = Result<Sent, Refused>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let it = &mut *self;
        if !it.waiting
            && let Some(sent) = it.gate.at_once(it.ticket, || it.clock.now())
        {
            return Poll::Ready(Ok(sent));
        }
        // The clock may lag behind its own timer; a wait that has ended must not be asked for again.
        let mut slept_until = Time::ZERO;
        loop {
            let mut queue = it.gate.lock();
            // Read under the lock: of two calls, the later one with the older reading would count as a clock
            // that was set back, and the rate would run ahead.
            let now = it.clock.now().max(slept_until);
            let (answer, wakes) = queue.ask(now, it.ticket, it.terms, cx.waker());
            drop(queue);
            wake(wakes);
            it.waiting = matches!(answer, Answer::At(_));
            let at = match answer {
                Answer::Go { id, at } => return Poll::Ready(Ok(Sent { id, at })),
                Answer::TooLate => return Poll::Ready(Err(Refused::TooLate)),
                Answer::Busy => return Poll::Ready(Err(Refused::Busy)),
                Answer::At(at) => it.terms.deadline.map_or(at, |deadline| at.min(deadline)),
            };
            let sleep = match &mut it.sleep {
                Some((until, sleep)) if *until == at => sleep,
                other => &mut other.insert((at, it.clock.sleep_until(at))).1,
            };
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            it.sleep = None;
            slept_until = at;
        }
    }
}

impl<C> Drop for Turn<'_, C> {
    fn drop(&mut self) {
        if self.waiting
            && let Some(place) = self.ticket.place
        {
            let wakes = self.gate.lock().leave(place);
            wake(wakes);
        }
    }
}

fn wake(wakes: Wakes<Waker>) {
    wakes.head.into_iter().chain(wakes.stale).for_each(Waker::wake);
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;

#[cfg(all(test, aws_retry_loom))]
#[path = "gate_loom.rs"]
mod model;
