//! The driver of the queue: the only part that waits.

use std::{
    fmt,
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use super::lazy_queue::LazyQueue;
use super::recent::Recent;
use super::{
    Belief, Dispatch, Kind, Learned, RateState, SendReport, Ticket,
    queue::{Answer, Queue, Terms, Wakes},
};

use crate::{
    clock::{Clock, Sleep, Time},
    sync::{AtomicBool, AtomicU64, Mutex, MutexGuard, Ordering, PoisonError},
};

/// The driver's view of a clock.
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

/// An attempt that may go out. The gate wants to hear its outcome; an attempt whose outcome is never reported
/// counts as accepted, and holds nothing up.
#[derive(Debug)]
#[must_use]
pub struct Sent(Dispatch);

/// The reason for which there is no turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It can't come before the deadline.
    TooLate,
    /// It would not come at once, and the caller does not wait.
    Busy,
}

/// A scope's send rate and the queue before it. Shared by all tasks and threads.
///
/// Before the first throttle a turn costs an atomic increment, a few atomic loads and one look at the clock,
/// and an answer in paced mode costs an atomic load. After it, each costs one short lock and one look at the
/// clock. Nothing is allocated except a timer for a call that has to wait.
pub struct Gate {
    kind: Kind,
    /// Nothing has been throttled yet and no rate is set: no call waits.
    unthrottled: AtomicBool,
    /// The number of sends while unthrottled, and two of them, at least one second apart.
    pub(super) sends: AtomicU64,
    /// The units that these took beyond one each (the bits of an `f64`); untouched while each takes one.
    pub(super) surplus: AtomicU64,
    pub(super) recent: Recent,
    /// The change of the overrides that the limit has followed, and the bits of that limit.
    generation: AtomicU64,
    max_rate: AtomicU64,
    queue: Mutex<LazyQueue>,
}

impl Gate {
    /// A rate of `kind`, never above `max_rate` (infinite: no bound), that uses `share` of what it learns.
    #[must_use]
    pub fn new(kind: Kind, max_rate: f64, share: f64) -> Self {
        let queue = LazyQueue::new(kind, max_rate, share);
        Self {
            kind,
            unthrottled: AtomicBool::new(!queue.is_limited()),
            sends: AtomicU64::new(0),
            surplus: AtomicU64::new(0),
            recent: Recent::new(),
            generation: AtomicU64::new(0),
            max_rate: AtomicU64::new(max_rate.to_bits()),
            queue: Mutex::new(queue),
        }
    }

    /// Holds the rate to the `max_rate` of a call whose policy has seen change `generation` of the overrides.
    /// A later change replaces the bound; within one change the lowest bound counts.
    pub fn follow(&self, generation: u64, max_rate: f64) {
        let is_news = || {
            let known = self.generation.load(Ordering::Relaxed);
            let bound = f64::from_bits(self.max_rate.load(Ordering::Relaxed));
            generation > known || (generation == known && max_rate < bound)
        };
        if !is_news() {
            return;
        }
        let mut guard = self.lock();
        if !is_news() {
            return;
        }
        let queue = guard.get_or_create();
        self.generation.store(generation, Ordering::Relaxed);
        self.max_rate.store(max_rate.to_bits(), Ordering::Relaxed);
        if self.unthrottled.load(Ordering::Relaxed) {
            self.begin(queue);
        }
        let wakes = queue.set_limit(max_rate);
        let (sends, surplus) = queue.sends();
        self.sends.fetch_max(sends, Ordering::Relaxed);
        self.surplus.store(surplus.to_bits(), Ordering::Relaxed);
        self.set_unthrottled(queue);
        drop(guard);
        wake(wakes);
    }

    /// Begins at a belief about the quota, if nothing was learned yet. Only a paced rate believes.
    pub fn believe(&self, now: Time, belief: Belief) {
        let mut guard = self.synchronized();
        let queue = guard.get_or_create();
        queue.believe(now, belief);
        self.set_unthrottled(queue);
    }

    /// The quota that was measured; paced mode only.
    pub fn learned(&self, now: Time) -> Option<Learned> {
        self.lock().get_mut()?.learned(now)
    }

    /// Lets the queue ask again: an override may have changed what its calls wait for.
    pub fn wake(&self) {
        // Without a queue no call waits.
        let wakes = self.lock().get_mut().map(Queue::wake);
        wakes.into_iter().for_each(wake);
    }

    /// Whether calls may have to wait: something was throttled, or a rate is set.
    pub fn holds_back(&self) -> bool {
        !self.unthrottled.load(Ordering::Relaxed)
    }

    /// Gives the call its place in the order of arrival.
    pub fn reserve(&self, ticket: &mut Ticket) {
        if ticket.place.is_none() {
            ticket.place = Some(self.lock().get_or_create().ticket());
        }
    }

    /// The earliest turn that the queue can give at its present rate; `None` while nothing holds it back.
    pub fn earliest_turn(&self, ticket: &Ticket, now: impl FnOnce() -> Time) -> Option<Time> {
        if self.unthrottled.load(Ordering::Relaxed) {
            return None;
        }
        let mut guard = self.lock();
        Some(guard.get_or_create().earliest_turn(now(), ticket))
    }

    /// Waits until the call may send. One task at a time may poll it. Dropping it leaves the queue; another
    /// turn requested with the same ticket returns to the same place.
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

    /// A turn without a wait, as long as nothing has been throttled and no rate is set.
    pub fn at_once(&self, ticket: &mut Ticket, now: impl FnOnce() -> Time) -> Option<Sent> {
        self.unthrottled.load(Ordering::Relaxed).then(|| {
            let send = self.unthrottled_send(now(), ticket.cost);
            ticket.place.get_or_insert(send.id);
            Sent(send)
        })
    }

    /// A send while nothing holds it back.
    fn unthrottled_send(&self, now: Time, cost: f64) -> Dispatch {
        let id = self.sends.fetch_add(1, Ordering::Relaxed);
        let surplus = self.add_surplus(cost - 1.0);
        self.recent.remember(id, now, surplus - (cost - 1.0));
        Dispatch { id, at: now.as_secs_f64(), cost, surplus }
    }

    /// Adds to the units beyond one per send, and returns their sum.
    fn add_surplus(&self, units: f64) -> f64 {
        let sum = |bits| f64::from_bits(bits) + units;
        let known = self.surplus.load(Ordering::Relaxed);
        if units == 0.0 {
            return f64::from_bits(known);
        }
        let add = |bits| Some(sum(bits).to_bits());
        let (Ok(before) | Err(before)) =
            self.surplus.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        sum(before)
    }

    /// Tells the queue of the sends that nothing held back.
    fn begin(&self, queue: &mut Queue<Waker>) {
        let surplus = f64::from_bits(self.surplus.load(Ordering::Relaxed));
        queue.begin(self.sends.load(Ordering::Relaxed), surplus, self.recent.send());
    }

    /// The end of a send. Reads the clock only if it must. True if the call should give up: it is refused
    /// again and again while others pass.
    #[expect(clippy::needless_pass_by_value, reason = "an outcome is told once")]
    pub fn answered(
        &self,
        ticket: &mut Ticket,
        sent: Sent,
        report: &SendReport,
        now: impl FnOnce() -> Time,
    ) -> bool {
        let unthrottled = self.unthrottled.load(Ordering::Relaxed);
        if unthrottled && self.kind == Kind::Paced && !report.outcome.is_throttle() {
            return false;
        }
        let mut guard = self.lock();
        let queue = guard.get_or_create();
        if unthrottled {
            self.begin(queue);
        }
        let (hopeless, wakes) = queue.answered(now(), ticket, sent.0, report);
        self.set_unthrottled(queue);
        drop(guard);
        wake(wakes);
        hopeless
    }

    /// The visible part of its state.
    pub fn state(&self) -> RateState {
        self.lock().get().map(Queue::state).unwrap_or_default()
    }

    /// A panic elsewhere leaves the state as it was between two statements: good enough to go on.
    pub(super) fn lock(&self) -> MutexGuard<'_, LazyQueue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The queue, which knows of all sends.
    pub(super) fn synchronized(&self) -> MutexGuard<'_, LazyQueue> {
        let mut guard = self.lock();
        if self.unthrottled.load(Ordering::Relaxed) {
            self.begin(guard.get_or_create());
        }
        guard
    }

    pub(super) fn set_unthrottled(&self, queue: &Queue<Waker>) {
        self.unthrottled.store(queue.is_unthrottled(), Ordering::Relaxed);
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
            let mut guard = it.gate.synchronized();
            // Read under the lock: otherwise, if the later of two calls had the older reading, it would look
            // like a clock that was set back, and the rate would run ahead.
            let now = it.clock.now().max(slept_until);
            let queue = guard.get_or_create();
            let (answer, wakes) = queue.ask(now, it.ticket, it.terms, cx.waker());
            it.gate.count_sends(now, queue);
            drop(guard);
            wake(wakes);
            it.waiting = matches!(answer, Answer::At(_));
            let at = match answer {
                Answer::Go(send) => return Poll::Ready(Ok(Sent(send))),
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
            let wakes = self.gate.lock().get_or_create().leave(place);
            wake(wakes);
        }
    }
}

#[inline]
pub(super) fn wake(wakes: Wakes<Waker>) {
    if wakes.is_none() {
        // Spares nearly every turn the checks of a drop.
        return mem::forget(wakes);
    }
    wake_some(wakes);
}

#[cold]
#[inline(never)]
fn wake_some(wakes: Wakes<Waker>) {
    let Wakes { head, stale, .. } = wakes;
    if let Some(head) = head {
        head.wake();
    }
    stale.into_iter().for_each(Waker::wake);
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;

#[cfg(aws_retry_loom)]
#[path = "gate_loom.rs"]
pub mod model;
