//! A lane of a batch: it sends one request after the other, and each again with the items that are left of it.

use std::cell::Cell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::part::{Chunk, Part};
use super::work::{Sending, Work};
use crate::clock::{Clock, DefaultTimer, Time, Timer};
use crate::context::ambient::Ambient;
use crate::decision::batch::{Sends, kind_of_part};
use crate::decision::classify::{OfSuccess, Predicates, classify};
use crate::decision::failure::{Failure, Kind};
use crate::decision::policy::RetryPolicy;
use crate::decision::reason::Reason;
use crate::expansion::read_error::Nothing;
use crate::expansion::to_failure::ToFailure;
use crate::limits::scope::ScopeId;
use crate::observe::Event;
use crate::run::call::{Call, resolved};
use crate::run::callbacks::{Callbacks, Hook, Hooks};
use crate::run::closure::Through;
use crate::run::site::Site;

static SITE: Site = Site::new("batch", module_path!(), RetryPolicy::new());

/// The facts and the closures that the lanes share.
pub(super) struct Lanes<'b, I, T, E, S, P> {
    pub work: Mutex<Work<I, T, E>>,
    pub send: Mutex<S>,
    pub split: Mutex<P>,
    pub policy: &'b RetryPolicy,
    pub scope: &'b ScopeId,
    pub clock: Clock,
    pub deadline: Option<Time>,
    pub hooks: &'b EventHooks<'b>,
}

/// A hook of a batch.
pub(super) type EventHook<'a> = Option<Box<dyn Fn(&Event<'_>) + Send + Sync + 'a>>;

#[derive(Default)]
pub(super) struct EventHooks<'a> {
    pub on_attempt: EventHook<'a>,
    pub on_retry: EventHook<'a>,
    pub on_give_up: EventHook<'a>,
}

/// The end of a request, for the items of it that are left.
struct Left<'f> {
    /// They, and the items that have used up their attempts by it.
    items: Vec<Sending>,
    used_up: Vec<Sending>,
    failure: &'f Failure<'f>,
    kind: Kind,
    of_success: Option<OfSuccess>,
    /// The attempt was sent.
    sent: bool,
}

fn as_hook<'a>(hook: &'a EventHook<'_>) -> Hook<'a> {
    hook.as_ref().map(|hook| &**hook as &dyn Fn(&Event<'_>))
}

/// The end of a batch under `policy` that begins now.
pub(super) fn deadline(
    policy: &RetryPolicy,
    ambient: Option<&Ambient>,
    clock: &Clock,
) -> Option<Time> {
    let policy = resolved(&SITE, Some(policy), None, ambient, &Failure::new());
    let around = ambient.and_then(|ambient| ambient.deadline);
    let total = policy.total_timeout.map(|it| clock.now().saturating_add(it));
    let absolute = [policy.deadline, around].into_iter().flatten();
    absolute.map(|at| clock.time_of(at)).chain(total).min()
}

/// A panic in a closure of the user's leaves the state as it was between two statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<I: Clone, T, E, S, P> Lanes<'_, I, T, E, S, P> {
    /// Sends until nothing is left.
    pub async fn run<A, M, F>(&self)
    where
        S: FnMut(Vec<I>) -> F,
        F: Future<Output = Result<A, E>>,
        P: FnMut(A, Chunk<'_, I>) -> Vec<Part<T>>,
        E: ToFailure<M>,
        DefaultTimer: Timer<Result<A, E>>,
    {
        loop {
            let mut call = Call::new(&SITE).policy(self.policy).scope(self.scope.clone());
            let mut chunk = Vec::new();
            loop {
                if self.is_late() {
                    lock(&self.work).stopped = true;
                }
                if !lock(&self.work).stopped {
                    lock(&self.work).refill(&mut chunk);
                }
                if chunk.is_empty() {
                    return;
                }
                if let Some(units) = lock(&self.work).cost(&chunk) {
                    call.cost(units);
                }
                let mut sent = false;
                let (sends, request) = (&mut sent, &chunk);
                let body = async move {
                    let items = lock(&self.work).items(request).into_iter().cloned().collect();
                    *sends = true;
                    let request = lock(&self.send)(items);
                    request.await
                };
                let outcome = call.attempt_before_callbacks((body, Through::NEW)).await;
                chunk = match outcome {
                    Ok(answer) => self.answered(&mut call, chunk, answer),
                    Err(error) => self.failed(&mut call, chunk, error, sent),
                };
                if chunk.is_empty() {
                    call.wait_before_giving_up().await;
                    break;
                }
            }
        }
    }

    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| self.clock.now() >= deadline)
    }

    /// A request succeeded: some of its items may be left. Returns those that are sent again.
    fn answered<A>(&self, call: &mut Call<'_>, chunk: Vec<Sending>, answer: A) -> Vec<Sending>
    where
        P: FnMut(A, Chunk<'_, I>) -> Vec<Part<T>>,
    {
        let requests = call.requests_made();
        let mut work = lock(&self.work);
        let mut parts = lock(&self.split)(answer, Chunk::new(&work.items(&chunk))).into_iter();
        let (mut items, mut used_up) = (Vec::new(), Vec::new());
        let mut first: Option<(Failure<'static>, Kind)> = None;
        let mut taken = work.cost(&chunk);
        for mut item in chunk {
            item.sends = item.sends.after(requests);
            let failure = match parts.next() {
                Some(Part::Done(value)) => {
                    work.done(&item, value);
                    continue;
                }
                Some(Part::HandedBack) => Failure::throttled(),
                Some(Part::Failed(failure)) => failure,
                // The closure says nothing about it: it must not be taken for done.
                None => Failure::permanent().with_message("the answer has no part for this item"),
            };
            let policy = call.policy_in_force();
            let kind = kind_of_part(policy, &failure);
            item.last = Some(Box::new(failure.clone()));
            let kind = match kind {
                Ok(kind) => kind,
                Err(reason) => {
                    work.failed(item, None, reason);
                    continue;
                }
            };
            item.sends = item.sends.failed(kind);
            if kind == Kind::Throttled {
                let refused = work.cost([&item]);
                taken = taken.zip(refused).map(|(taken, refused)| taken - refused);
            }
            // A throttled part counts as a throttle of the request.
            if first
                .as_ref()
                .is_none_or(|(_, it)| *it != Kind::Throttled && kind == Kind::Throttled)
            {
                first = Some((failure, kind));
            }
            let list = if item.sends.are_used_up(policy) { &mut used_up } else { &mut items };
            list.push(item);
        }
        drop(work);
        let Some((failure, kind)) = first else {
            let on_attempt = as_hook(&self.hooks.on_attempt);
            let callbacks = Callbacks { on_attempt, ..Callbacks::NONE };
            call.finish_with(Ok::<(), E>(()), Nothing, callbacks);
            return Vec::new();
        };
        let sent = true;
        let throttled = kind == Kind::Throttled;
        let of_success = if throttled { OfSuccess::Throttled } else { OfSuccess::Retried };
        if let Some(units) = taken.filter(|_| throttled) {
            call.took(units.max(0.0));
        }
        call.forget_executed();
        let of_success = Some(of_success);
        let left = Left { items, used_up, failure: &failure, kind, of_success, sent };
        self.decide(call, left, None)
    }

    /// A request failed as a whole. Returns the items that are sent again.
    fn failed<M>(
        &self,
        call: &mut Call<'_>,
        mut chunk: Vec<Sending>,
        error: E,
        sent: bool,
    ) -> Vec<Sending>
    where
        E: ToFailure<M>,
    {
        let failure = error.failure_of().to_owned();
        if !sent {
            // The call ended before it sent anything, and so would all further ones.
            lock(&self.work).stopped = true;
            let (items, used_up, kind) = (chunk, Vec::new(), Kind::Other);
            let left = Left { items, used_up, failure: &failure, kind, of_success: None, sent };
            return self.decide(call, left, None);
        }
        let requests = call.requests_made();
        let policy = call.policy_in_force();
        let kind = classify(policy, &failure, Predicates::default()).kind;
        for item in &mut chunk {
            item.sends = item.sends.after(requests).failed(kind);
            item.last = Some(Box::new(failure.clone()));
        }
        let (used_up, items) = chunk.into_iter().partition(|it| it.sends.are_used_up(policy));
        let left = Left { items, used_up, failure: &failure, kind, of_success: None, sent };
        self.decide(call, left, Some(&Arc::new(error)))
    }

    /// Retries the items that are left, or gives up on them.
    fn decide(&self, call: &mut Call<'_>, left: Left<'_>, error: Option<&Arc<E>>) -> Vec<Sending> {
        let Left { items, used_up, failure, kind, of_success, sent } = left;
        // The decision is about the items that may be sent again, if there are any.
        let deciding = if items.is_empty() { &used_up } else { &items };
        let sends = deciding.iter().map(|it| it.sends).fold(Sends::default(), Sends::most);
        if sent {
            call.speak_for(sends, kind);
        }
        let reason = Cell::new(None);
        let on_give_up = |event: &Event<'_>| {
            reason.set(event.reason);
            if let Some(hook) = &self.hooks.on_give_up {
                hook(event);
            }
        };
        let hooks = Hooks {
            on_attempt: as_hook(&self.hooks.on_attempt),
            on_retry: as_hook(&self.hooks.on_retry),
            on_give_up: Some(&on_give_up),
            ..Hooks::NONE
        };
        let said = Predicates { of_success, ..Predicates::default() };
        let goes_on = call.decide(failure, said, &hooks);
        let mut work = lock(&self.work);
        for item in used_up {
            work.failed(item, error, Reason::Attempts);
        }
        if goes_on && !work.stopped {
            return items;
        }
        let reason = reason.get().unwrap_or(Reason::Deadline);
        // Without credentials or a timer, no other request can succeed.
        work.stopped |= matches!(reason, Reason::Credentials | Reason::NoTimer);
        for item in items {
            work.failed(item, error, reason);
        }
        Vec::new()
    }
}
