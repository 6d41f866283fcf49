//! A queue that is created when something is held back for the first time. Most scopes never are, and a process
//! may have a million of them.

use std::task::Waker;

use super::Kind;
use super::queue::Queue;

pub(super) struct LazyQueue {
    kind: Kind,
    max_rate: f64,
    share: f64,
    queue: Option<Box<Queue<Waker>>>,
}

impl LazyQueue {
    pub(super) const fn new(kind: Kind, max_rate: f64, share: f64) -> Self {
        Self { kind, max_rate, share, queue: None }
    }

    /// Whether its calls are held back from the start.
    pub(super) fn is_limited(&self) -> bool {
        Queue::<Waker>::is_limit(self.max_rate)
    }

    /// The queue, if there is one.
    pub(super) fn get(&self) -> Option<&Queue<Waker>> {
        self.queue.as_deref()
    }

    /// The same, to change it.
    pub(super) fn get_mut(&mut self) -> Option<&mut Queue<Waker>> {
        self.queue.as_deref_mut()
    }

    /// The queue, created if there is none.
    pub(super) fn get_or_create(&mut self) -> &mut Queue<Waker> {
        let new = || Box::new(Queue::new(self.kind, self.max_rate, self.share));
        self.queue.get_or_insert_with(new)
    }
}
