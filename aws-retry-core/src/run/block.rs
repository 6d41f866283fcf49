//! Waits for a turn that block the thread: for sync functions and `run_blocking`.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Instant;

use crate::clock::{Clock, Sleep, Time};
use crate::limits::rate::Timekeeper;

/// A clock whose sleeps need no timer: the thread that polls them blocks until the earliest one ends.
pub(super) struct BlockingClock<'c> {
    clock: &'c Clock,
    wakes_at: Cell<Option<Instant>>,
}

impl<'c> BlockingClock<'c> {
    pub fn new(clock: &'c Clock) -> Self {
        Self { clock, wakes_at: Cell::new(None) }
    }

    /// Polls `future` until it is ready. `warn` is called before the thread blocks.
    pub fn block_on<F: Future>(&self, future: F, warn: impl FnOnce()) -> F::Output {
        let mut future = pin!(future);
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut cx = Context::from_waker(&waker);
        let mut warn = Some(warn);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                return output;
            }
            if let Some(warn) = warn.take() {
                warn();
            }
            match self.wakes_at.get() {
                Some(at) => thread::park_timeout(at.saturating_duration_since(Instant::now())),
                None => thread::park(),
            }
        }
    }
}

impl Timekeeper for BlockingClock<'_> {
    fn now(&self) -> Time {
        self.clock.now()
    }

    fn sleep_until(&self, until: Time) -> Sleep {
        let duration = until.saturating_sub(self.clock.now());
        if self.clock.skips(duration) || !Clock::CAN_BLOCK {
            return Box::pin(std::future::ready(()));
        }
        let end = Instant::now().checked_add(duration);
        self.wakes_at.set(end);
        Box::pin(std::future::poll_fn(move |_| {
            let is_over = end.is_some_and(|end| Instant::now() >= end);
            if is_over { Poll::Ready(()) } else { Poll::Pending }
        }))
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
