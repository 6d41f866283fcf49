//! What a call carries from its first failure on (from its start, where a timeout or a rate needs it).

use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::queue_slot::{self, QueueSlot};
use crate::clock::{Clock, Sleep, Time};
use crate::context::ambient::Ambient;
use crate::context::{self, AttemptRecord, AttemptRecords};
use crate::decision::attempts::{Attempts, Decision, Moment};
use crate::decision::classify::{Predicates, classify};
use crate::decision::failure::{Failure, Kind, Transport};
use crate::decision::policy::{Nested, Resolved};
use crate::decision::reason::Reason;
use crate::errors::{StopWhy, Stopped};
use crate::limits::rate::Outcome;
use crate::limits::retry_tokens;
use crate::limits::scope::{Named, Registry, Scope};
use crate::observe::{self, CallSpan, Collector, Event};
use crate::run::overrides;
use crate::run::site::Site;

/// The hooks of one look at an outcome.
#[derive(Default)]
pub(super) struct Hooks<'a> {
    pub on_attempt: Option<&'a dyn Fn(&Event<'_>)>,
    pub on_retry: Option<&'a dyn Fn(&Event<'_>)>,
    pub on_give_up: Option<&'a dyn Fn(&Event<'_>)>,
}

pub(super) struct State {
    site: &'static Site,
    policy: Resolved,
    clock: Clock,
    started: Time,
    deadline: Option<Time>,
    named: Named,
    ambient: Option<Arc<Ambient>>,
    span: CallSpan,
    /// The overrides that the policy has seen.
    generation: u32,
    scope: Option<Arc<Scope>>,
    attempts: Attempts,
    slot: QueueSlot,
    /// The wait before the next attempt, or before a long poll gives up.
    pause: Duration,
    /// A retry was decided, and its attempt has not begun.
    unsent: bool,
    /// That wait, begun.
    sleep: Option<Sleep>,
    /// What cuts the attempt in progress.
    cut: Option<(Sleep, StopWhy)>,
    /// Set where the last attempt was cut.
    stopped: Option<StopWhy>,
    last_failure: Option<Box<Failure<'static>>>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("attempts", &self.attempts).finish_non_exhaustive()
    }
}

impl State {
    pub fn new(
        site: &'static Site,
        policy: impl FnOnce(Option<&Ambient>) -> Resolved,
        named: Named,
        ambient: Option<Arc<Ambient>>,
    ) -> Self {
        // Before the policy is read: an override that comes in between is a change to follow.
        let generation = overrides::generation();
        let clock = Ambient::clock(ambient.as_deref());
        let started = clock.now();
        let mut state = Self {
            site,
            deadline: None,
            span: CallSpan::none(),
            policy: policy(ambient.as_deref()),
            clock,
            started,
            named,
            ambient,
            generation,
            scope: None,
            attempts: Attempts::default(),
            slot: QueueSlot::default(),
            pause: Duration::ZERO,
            unsent: false,
            sleep: None,
            cut: None,
            stopped: None,
            last_failure: None,
        };
        state.deadline = state.first_deadline();
        state.span = CallSpan::new(&state.event(0));
        state
    }

    /// Takes over a policy that an override has changed.
    pub fn follow(&mut self, policy: impl FnOnce(Option<&Ambient>) -> Resolved) {
        let generation = overrides::generation();
        if self.generation != generation {
            self.generation = generation;
            self.policy = policy(self.ambient.as_deref());
            self.deadline = self.first_deadline();
        }
    }

    /// The service and the operation set defaults of AWS's modes: taken over from a failure where nobody
    /// wrote them down.
    pub fn learn(&mut self, policy: impl FnOnce(Option<&Ambient>) -> Resolved) {
        if self.policy.service.is_none() {
            self.policy = policy(self.ambient.as_deref());
        }
    }

    /// What was recorded of a failure inside the attempt. Nothing, where this crate has cut the attempt.
    pub fn recall(&self, records: &AttemptRecords, failure: &Failure<'_>) -> Option<AttemptRecord> {
        match self.stopped {
            None => records.recall(failure, self.policy.trust_record),
            Some(_) => None,
        }
    }

    fn first_deadline(&self) -> Option<Time> {
        let around = self.ambient.as_ref().and_then(|ambient| ambient.deadline);
        let total = self.policy.total_timeout.map(|it| self.started.saturating_add(it));
        let absolute = [self.policy.deadline, around].into_iter().flatten();
        absolute.map(|at| self.clock.time_of(at)).chain(total).min()
    }

    /// The span around the call.
    pub const fn span(&self) -> &CallSpan {
        &self.span
    }

    /// The wait before an attempt: the backoff, then the turn. A call that must not wait for its turn
    /// ends here, where its error type can say so; else it is sent without one.
    pub fn poll_wait(&mut self, cx: &mut Context<'_>, can_stop: bool) -> Poll<Option<Stopped>> {
        ready!(self.poll_pause(cx));
        if self.policy.rate.is_some() {
            let scope = self.scope();
            let turn = ready!(self.slot.poll_turn(
                cx,
                &scope,
                &self.policy,
                self.generation,
                self.deadline,
                &self.clock
            ));
            if let (Err(why), true) = (turn, can_stop) {
                return Poll::Ready(Some(self.stopped(why)));
            }
        }
        self.begin(can_stop);
        Poll::Ready(None)
    }

    /// The wait before whatever comes next, if there is one.
    pub fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(sleep) = &mut self.sleep {
            ready!(sleep.as_mut().poll(cx));
            self.sleep = None;
        }
        Poll::Ready(())
    }

    /// The wait is over: the attempt begins, and what may cut it.
    fn begin(&mut self, can_stop: bool) {
        self.unsent = false;
        let now = self.clock.now();
        let whole = self.deadline.map(|deadline| (deadline.saturating_sub(now), StopWhy::Deadline));
        let each = self.policy.attempt_timeout.map(|timeout| (timeout, StopWhy::AttemptTimeout));
        let first = whole.into_iter().chain(each).min_by_key(|(after, _)| *after);
        if can_stop && let Some((after, why)) = first {
            self.cut = self.clock.timer(after).map(|sleep| (sleep, why));
        }
    }

    /// Whether the requests of an attempt are to be counted.
    pub const fn counts_requests(&self) -> bool {
        self.policy.rate.is_some()
    }

    /// The codes that the call itself names as throttles.
    pub const fn throttling(&self) -> &'static [&'static str] {
        self.policy.throttling
    }

    /// The attempt made so many requests.
    pub const fn made(&mut self, requests: u32) {
        self.slot.requests = requests;
    }

    /// What cuts the attempt in progress.
    pub fn cut(&mut self) -> Option<&mut Sleep> {
        self.cut.as_mut().map(|(sleep, _)| sleep)
    }

    /// Cuts the attempt in progress.
    pub fn stop(&mut self) -> Stopped {
        let why = self.cut.take().map_or(StopWhy::Deadline, |(_, why)| why);
        self.stopped(why)
    }

    fn stopped(&mut self, why: StopWhy) -> Stopped {
        self.stopped = Some(why);
        Stopped::new(why, self.last_failure.clone())
    }

    /// Blocks for the wait before whatever comes next.
    pub fn block(&mut self) {
        let pause = std::mem::take(&mut self.pause);
        if pause > Duration::ZERO && self.clock.blocks_a_runtime() {
            observe::log_blocking(&self.site.observed, self.site.name, pause);
        }
        self.clock.block(pause);
        self.unsent = false;
    }

    /// Begins the wait before whatever comes next. False where nothing can wait.
    fn begin_pause(&mut self, pause: Duration, blocking: bool) -> bool {
        if blocking {
            self.pause = pause;
            return Clock::CAN_BLOCK;
        }
        // Where a rate paces the retries, they need a timer even if there is no wait before the queue.
        if pause > Duration::ZERO || self.policy.rate.is_some() {
            self.sleep = self.clock.pause(pause);
            return self.sleep.is_some();
        }
        true
    }

    pub fn succeeded(&mut self, attempt: u32, on_attempt: Option<&dyn Fn(&Event<'_>)>) {
        self.cut = None;
        // A scope that does not exist has a full quota, and no rate.
        let known = || {
            retry_tokens::any_drained()
                .then(|| self.registry().find(self.clock.id, self.named.key()))
        };
        let scope = self.scope.clone().or_else(|| known().flatten());
        if let Some(scope) = scope {
            self.slot.answered(&self.clock, Outcome::Accepted);
            if self.policy.costs.is_some() {
                scope.quota.give(self.attempts.on_success());
            }
        }
        let event = self.event(attempt);
        if let Some(hook) = on_attempt {
            hook(&event);
        }
        let _span = self.span.enter();
        if attempt > 1 {
            observe::log_recovery(self.policy.log, &event);
        }
        observe::emit(&event, self.report());
        self.span.end(&event);
    }

    /// Whether to go on after a failure.
    pub fn failed(
        &mut self,
        attempt: u32,
        failure: &Failure<'_>,
        record: Option<&AttemptRecord>,
        said: Predicates,
        hooks: &Hooks<'_>,
        blocking: bool,
    ) -> bool {
        self.cut = None;
        let stopped = self.stopped.take();
        let timed_out = Failure::transport(Transport::Timeout);
        let failure = if stopped.is_some() { &timed_out } else { failure };
        let verdict = classify(&self.policy, failure, said);
        let decision = match stopped {
            Some(StopWhy::Deadline | StopWhy::NoTurn) => Decision::stop(Reason::Deadline),
            Some(StopWhy::FailFast) => Decision::stop(Reason::FailFast),
            Some(StopWhy::AttemptTimeout) | None => {
                let scope = self.scope();
                let outcome = queue_slot::outcome_of(verdict.kind, failure);
                self.slot.answered(&self.clock, outcome);
                if verdict.kind == Kind::Throttled {
                    scope.count_throttle();
                }
                let at = Moment {
                    now: self.clock.now(),
                    deadline: self.deadline,
                    random: Ambient::uniform(self.ambient.as_deref()),
                };
                let take = |cost| scope.quota.take(cost);
                match record.and_then(|record| self.tried_within(record, verdict.kind)) {
                    Some(why) => Decision::stop(why),
                    None => self.attempts.on_failure(&self.policy, verdict, failure, at, take),
                }
            }
        };
        let decision = match decision {
            Decision::Retry(pause) if !self.begin_pause(pause, blocking) => {
                self.give_back();
                Decision::stop(Reason::NoTimer)
            }
            Decision::Stop { first_wait, .. } if first_wait > Duration::ZERO => {
                self.begin_pause(first_wait, blocking);
                decision
            }
            _ => decision,
        };
        let event = self.event(attempt).of_failure(failure, verdict.kind);
        let event = match decision {
            Decision::Retry(delay) => Event { delay, ..event },
            Decision::Stop { why, .. } => Event { reason: Some(why), ..event },
        };
        if let Some(hook) = hooks.on_attempt {
            hook(&event);
        }
        match decision {
            Decision::Retry(_) => {
                self.tell(&event, hooks.on_retry);
                self.unsent = true;
                self.last_failure = Some(Box::new(failure.to_owned()));
                true
            }
            Decision::Stop { .. } => {
                self.tell(&event, hooks.on_give_up);
                self.span.end(&event);
                context::gave_up(failure);
                false
            }
        }
    }

    /// Why this call must not retry what was retried inside its attempt.
    fn tried_within(&self, record: &AttemptRecord, kind: Kind) -> Option<Reason> {
        if record.gave_up() && self.policy.nested == Nested::Pass {
            Some(Reason::Nested)
        } else if record.sdk_retried() && matches!(kind, Kind::Transient | Kind::Other) {
            Some(Reason::SdkTried)
        } else {
            None
        }
    }

    fn tell(&self, event: &Event<'_>, hook: Option<&dyn Fn(&Event<'_>)>) {
        let _span = self.span.enter();
        observe::log(&self.site.observed, self.policy.log, event, self.clock.now());
        if let Some(hook) = hook {
            hook(event);
        }
        observe::emit(event, self.report());
    }

    fn give_back(&mut self) {
        if let Some(scope) = &self.scope {
            scope.quota.give(self.attempts.take_held());
        }
    }

    fn report(&self) -> Option<&Collector> {
        self.ambient.as_ref()?.report.as_deref()
    }

    fn registry(&self) -> &Registry {
        Ambient::registry(self.ambient.as_deref())
    }

    fn scope(&mut self) -> Arc<Scope> {
        if let Some(scope) = &self.scope {
            return Arc::clone(scope);
        }
        let now = self.clock.now();
        let scope = self.registry().find_or_insert(self.clock.id, self.named.key(), now);
        self.scope = Some(Arc::clone(&scope));
        scope
    }

    fn event(&self, attempt: u32) -> Event<'_> {
        let scope = self.scope.as_deref();
        Event {
            function: self.policy.name.unwrap_or(self.site.name),
            module: self.site.module,
            service: self.policy.service,
            operation: self.policy.operation,
            scope: self.named.name(),
            attempt,
            max_attempts: self.policy.max_attempts,
            code: None,
            message: None,
            status: None,
            request_id: None,
            kind: None,
            delay: Duration::ZERO,
            queued: self.slot.queued,
            elapsed: self.clock.now().saturating_sub(self.started),
            reason: None,
            maybe_hard_limit: false,
            rate: self.policy.rate.and_then(|kind| scope?.rate(kind)),
        }
    }
}

impl Drop for State {
    /// A retry that was paid for and never sent gives its tokens back.
    fn drop(&mut self) {
        if self.unsent {
            self.give_back();
        }
    }
}
