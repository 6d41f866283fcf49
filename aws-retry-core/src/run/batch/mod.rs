//! Batches: many items in few requests, where an answer accepts some items of its request and not others.

mod call;
mod lane;
mod outcome;
mod part;
mod work;

use std::fmt;
use std::future::poll_fn;
use std::sync::Mutex;
use std::task::Poll;

use crate::clock::{DefaultTimer, Timer};
use crate::context::ambient::{self, Ambient, Within};
use crate::decision::batch::ChunkLimits;
use crate::decision::policy::RetryPolicy;
use crate::decision::units::{self, Units};
use crate::expansion::to_failure::ToFailure;
use crate::limits::scope::{ScopeId, ScopeParts, here, named};
use crate::observe::Event;
use lane::{EventHooks, Lanes};
pub use outcome::{Batch, FailedItem, Incomplete};
pub use part::{Chunk, Part};
use work::Work;

/// The smallest number of entries among the batch operations of AWS's services.
const DEFAULT_AT_MOST: usize = 10;
const DEFAULT_CONCURRENCY: usize = 4;

/// Sends `items` in requests of several items each, and sends again the items that an answer hands back,
/// until all are accepted or the policy ends them.
///
/// An answer to a batch operation is a success even if the service throttled most of its items:
/// `BatchWriteItem` returns `UnprocessedItems`, `PutRecords` counts `FailedRecordCount`. A caller that looks
/// at errors alone loses these items. [`Batcher::send`] takes two closures: one that sends a request for some
/// items, and one that tells for each of them what the answer says.
///
/// ```
/// use aws_retry_core::{Part, batch};
/// # #[derive(Debug)]
/// # struct Answer { rejected: Vec<u32> }
/// # async fn put(items: Vec<u32>) -> Result<Answer, std::io::Error> {
/// #     Ok(Answer { rejected: items.into_iter().filter(|it| *it == 7).collect() })
/// # }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let batch = batch(0..100)
///     .at_most(25)
///     .send(
///         |items| put(items),
///         |answer, chunk| {
///             chunk.each(|_, item| {
///                 if answer.rejected.contains(item) {
///                     Part::failed("ValidationException", None)
///                 } else {
///                     Part::Done(())
///                 }
///             })
///         },
///     )
///     .await;
/// assert_eq!((batch.done.len(), batch.failed.len(), batch.unsent.len()), (99, 1, 0));
/// assert_eq!(batch.failed[0].item, 7);
/// # }
/// ```
#[track_caller]
pub fn batch<'a, I>(items: impl IntoIterator<Item = I>) -> Batcher<'a, I> {
    Batcher {
        items: items.into_iter().collect(),
        sizes: Vec::new(),
        costs: Vec::new(),
        limits: ChunkLimits { items: DEFAULT_AT_MOST, bytes: usize::MAX },
        policy: RetryPolicy::new(),
        scope: here(),
        concurrency: DEFAULT_CONCURRENCY,
        hooks: EventHooks::default(),
    }
}

/// The items of a batch, and how they are sent: see [`batch`].
#[must_use = "a batch sends nothing until `send`"]
pub struct Batcher<'a, I> {
    items: Vec<I>,
    sizes: Vec<usize>,
    costs: Vec<f64>,
    limits: ChunkLimits,
    policy: RetryPolicy,
    scope: ScopeId,
    concurrency: usize,
    hooks: EventHooks<'a>,
}

impl<I> fmt::Debug for Batcher<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batcher")
            .field("items", &self.items.len())
            .field("limits", &self.limits)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

impl<'a, I> Batcher<'a, I> {
    /// The most items in one request. Range: 1 and up (0 counts as 1). Default: 10, which every batch
    /// operation of AWS allows.
    pub fn at_most(mut self, items: usize) -> Self {
        self.limits.items = items.max(1);
        self
    }

    /// The most bytes in one request; `size` tells those of an item, and is called once for each. An item
    /// that is larger goes alone. Default: no limit.
    pub fn bytes(mut self, limit: usize, size: impl FnMut(&I) -> usize) -> Self {
        self.limits.bytes = limit;
        self.sizes = self.items.iter().map(size).collect();
        self
    }

    /// The units of the scope's quota that an item takes, such as records or capacity units; `units` is called
    /// once for each item. In the modes with a send rate, a request then costs as much as its items do, and
    /// an answer that hands some back has taken only the units of the others. See
    /// [`RetryPolicy::cost`](crate::RetryPolicy::cost). Default: a request takes one unit, or the policy's
    /// cost.
    pub fn cost<U: Units>(mut self, mut units: impl FnMut(&I) -> U) -> Self {
        self.costs = self.items.iter().map(|item| units::valid(units(item).units())).collect();
        self
    }

    /// Sends and retries under `policy`. `max_attempts` and `max_retries` count for each item, `total_timeout`
    /// and `deadline` for the batch as a whole. Default: that of [`RetryPolicy::new`].
    pub fn policy(mut self, policy: RetryPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// The scope whose retry tokens and rate the requests share. Default: the place of the call of [`batch`].
    pub fn in_scope<M>(mut self, scope: &(impl ScopeParts<M> + ?Sized)) -> Self {
        self.scope = named(scope);
        self
    }

    /// The most requests in flight at the same time. With 1, a request goes out when the one before has been
    /// answered; items that are sent again still come after later ones. Range: 1 and up (0 counts as 1).
    /// Default: 4.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests.max(1);
        self
    }

    /// Called after every attempt, as the attribute's `on_attempt` is. An attempt is one request; its number
    /// is that of the item in it that was sent most often.
    pub fn on_attempt(mut self, hook: impl Fn(&Event<'_>) + Send + Sync + 'a) -> Self {
        self.hooks.on_attempt = Some(Box::new(hook));
        self
    }

    /// Called before the wait for a retry, of a whole request or of a part of one.
    pub fn on_retry(mut self, hook: impl Fn(&Event<'_>) + Send + Sync + 'a) -> Self {
        self.hooks.on_retry = Some(Box::new(hook));
        self
    }

    /// Called when no item of a request is sent again although some of them failed for now.
    pub fn on_give_up(mut self, hook: impl Fn(&Event<'_>) + Send + Sync + 'a) -> Self {
        self.hooks.on_give_up = Some(Box::new(hook));
        self
    }

    /// Sends all items.
    ///
    /// `send` gets copies of the items of one request, and sends it. `split` gets its answer and these items,
    /// and tells what the answer says about each: [`Chunk::each`] goes through them, [`Chunk::all_but`] serves
    /// answers that hand items back. An item for which `split` returns no part counts as failed for good.
    ///
    /// - A request that fails as a whole is retried like any call. The items of an answer that are handed
    ///   back, or that failed with a code that the policy retries, are sent again after the policy's wait (in
    ///   paced mode at its turn), together with items that were not sent yet. Items that are done are never
    ///   sent again.
    /// - A throttled part counts as a throttle of the scope.
    /// - No item is sent more than `max_attempts` times, and no request goes out after the deadline of the
    ///   policy or of the surrounding [`with_deadline`](crate::with_deadline).
    /// - With `idempotent(false)` an item is sent again only if the service certainly has not accepted it:
    ///   it was handed back, or its code is a throttle.
    /// - A report, the process's observer, the log and metrics get an event for every request. A request of
    ///   which items are left is a retried attempt.
    ///
    /// If the future is dropped, requests in flight are cut, and nothing more is sent.
    pub async fn send<A, T, E, M, F>(
        self,
        send: impl FnMut(Vec<I>) -> F,
        split: impl FnMut(A, Chunk<'_, I>) -> Vec<Part<T>>,
    ) -> Batch<I, T, E>
    where
        I: Clone,
        F: Future<Output = Result<A, E>>,
        E: ToFailure<M>,
        DefaultTimer: Timer<Result<A, E>>,
    {
        let ambient = ambient::current();
        let clock = Ambient::clock(ambient.as_deref());
        let end = lane::deadline(&self.policy, ambient.as_deref(), &clock);
        let wanted = self.items.len().div_ceil(self.limits.items);
        let lanes = Lanes {
            work: Mutex::new(Work::new(self.items, self.sizes, self.costs, self.limits)),
            send: Mutex::new(send),
            split: Mutex::new(split),
            policy: &self.policy,
            scope: &self.scope,
            deadline: end,
            hooks: &self.hooks,
            clock,
        };
        let end = end.and_then(|end| lanes.clock.instant_at(end));
        let limit = |ambient: &mut Ambient| end.into_iter().for_each(|end| ambient.limit(end));
        let all = (0..self.concurrency.min(wanted)).map(|_| lanes.run()).collect();
        Within::new(join(all), limit).await;
        let work = lanes.work.into_inner();
        work.unwrap_or_else(std::sync::PoisonError::into_inner).into_batch()
    }
}

/// Polls all lanes until each has ended.
async fn join<F: Future<Output = ()>>(lanes: Vec<F>) {
    let mut lanes: Vec<_> = lanes.into_iter().map(Box::pin).collect();
    poll_fn(|cx| {
        lanes.retain_mut(|lane| lane.as_mut().poll(cx).is_pending());
        if lanes.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

#[cfg(all(test, feature = "tokio"))]
mod tests;
