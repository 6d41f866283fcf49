//! The part of a call that exists from its first failure on, or from its start if a time-out or a rate needs
//! it: the policy in force, the waits before an attempt, and the timer that cuts it short.

use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::queue_slot::{QueueSlot, TurnTerms};
use crate::clock::{self, Clock, Sleep, Time};
use crate::context::ambient::Ambient;
use crate::decision::attempts::Attempts;
use crate::decision::budget::Accepting;
use crate::decision::failure::{Failure, Kind};
use crate::decision::policy::{RateKind, Resolved};
use crate::errors::{StopWhy, Stopped};
use crate::limits::scope::{Scope, ScopeId, Scopes};
use crate::observe::{self, CallSpan, Event};
use crate::run::overrides;
use crate::run::site::Site;
use crate::switches;

pub(super) struct CallState {
    pub(super) site: &'static Site,
    pub(super) policy: Resolved,
    pub(super) clock: Clock,
    started: Time,
    pub(super) deadline: Option<Time>,
    scope_id: ScopeId,
    pub(super) ambient: Option<Arc<Ambient>>,
    pub(super) span: CallSpan,
    /// The latest change of the overrides that the policy has seen.
    pub(super) generation: u32,
    pub(super) scopes: Scopes,
    pub(super) attempts: Attempts,
    pub(super) slot: QueueSlot,
    /// The units that the attempt takes, if an expression gives them.
    cost: Option<f64>,
    /// The wait before the next attempt, or before a long poll gives up, if it blocks the thread.
    pause: Duration,
    /// That wait after it has begun, if it does not block the thread.
    sleep: Option<Sleep>,
    /// The next attempt has been decided, but has not begun.
    pub(super) unsent: bool,
    /// The requests of the last attempt, and the ones among them that the SDK sent again.
    pub(super) requests: (u32, u32),
    /// The requests of the call that the SDK sent again so far.
    pub(super) sdk_resends: u32,
    /// A call inside the attempt sent the request: the events belong to that call.
    pub(super) muted: bool,
    /// The timer that cuts the attempt in progress short.
    pub(super) cut: Option<(Sleep, StopWhy)>,
    /// Set where this crate ended the last attempt.
    pub(super) stopped: Option<StopWhy>,
    /// The attempt begins after the deadline, because its error type can't report that it must not begin.
    pub(super) refused: bool,
    pub(super) last_failure: Option<(Box<Failure<'static>>, Kind)>,
}

impl std::fmt::Debug for CallState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallState").field("attempts", &self.attempts).finish_non_exhaustive()
    }
}

impl CallState {
    pub fn new(
        site: &'static Site,
        policy: impl FnOnce(Option<&Ambient>) -> Resolved,
        scope_id: ScopeId,
        ambient: Option<Arc<Ambient>>,
        started: Option<Time>,
    ) -> Self {
        // Before the policy is read: an override that is set in between counts as a change to follow.
        let generation = overrides::generation();
        let clock = Ambient::clock(ambient.as_deref());
        let started = started.unwrap_or_else(|| clock.now());
        let mut state = Self {
            site,
            deadline: None,
            span: CallSpan::none(),
            policy: policy(ambient.as_deref()),
            clock,
            started,
            scope_id,
            ambient,
            generation,
            scopes: Scopes::default(),
            attempts: Attempts::default(),
            slot: QueueSlot::default(),
            cost: None,
            pause: Duration::ZERO,
            sleep: None,
            unsent: false,
            requests: (1, 0),
            sdk_resends: 0,
            muted: false,
            cut: None,
            stopped: None,
            refused: false,
            last_failure: None,
        };
        state.deadline = state.first_deadline();
        if observe::spans_wanted() {
            state.span = CallSpan::new(&state.event(0), site.name);
        }
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

    /// The service and the operation determine defaults of AWS's modes. They are taken from a failure if no
    /// argument names them.
    pub fn learn(&mut self, policy: impl FnOnce(Option<&Ambient>) -> Resolved) {
        if self.policy.service.is_none() {
            self.policy = policy(self.ambient.as_deref());
        }
    }

    fn first_deadline(&self) -> Option<Time> {
        let around = self.ambient.as_ref().and_then(|ambient| ambient.deadline);
        let total = self.policy.total_timeout.map(|it| self.started.saturating_add(it));
        let absolute = [self.policy.deadline, around].into_iter().flatten();
        absolute.map(|at| self.clock.time_of(at)).chain(total).min()
    }

    /// The wait before an attempt: the backoff, then the turn. An attempt that must not begin ends here if
    /// the error type can hold a [`Stopped`]; otherwise the call waits for its turn, however late.
    pub fn poll_setup(&mut self, cx: &mut Context<'_>, can_stop: bool) -> Poll<Option<Stopped>> {
        self.unsent = true;
        ready!(self.poll_pause(cx));
        if self.policy.rate.is_some() || self.slot.is_waiting() {
            self.slot.set_cost(self.written_cost().unwrap_or(1.0));
            let scope = self.scope();
            let terms = self.terms(can_stop);
            let turn = self.slot.poll_turn(cx, &scope, &self.policy, terms, &self.clock);
            if let Err(why) = ready!(turn) {
                return Poll::Ready(Some(self.stopped(why)));
            }
        }
        let first_to_pass = match self.begin(can_stop) {
            Ok(first_to_pass) => first_to_pass.filter(|_| can_stop),
            Err(stopped) => return Poll::Ready(Some(stopped)),
        };
        if let Some(stopped) = first_to_pass.and_then(|it| self.begin_cut(it)) {
            return Poll::Ready(Some(stopped));
        }
        self.unsent = false;
        Poll::Ready(None)
    }

    /// Makes the timer of the attempt. The call ends here if there is none.
    fn begin_cut(&mut self, (after, why): (Duration, StopWhy)) -> Option<Stopped> {
        let Some(timer) = self.clock.timer(after) else {
            return Some(self.stopped(StopWhy::NoTimer));
        };
        self.cut = Some((timer, why));
        None
    }

    /// The first attempt is pending: makes the timer for the rest of its time. The call ends here if none is
    /// left.
    pub fn begin_late_cut(&mut self) -> Option<Stopped> {
        match self.first_to_pass(self.started, self.clock.now())? {
            (Duration::ZERO, why) => Some(self.stopped(why)),
            first => self.begin_cut(first),
        }
    }

    /// [`CallState::poll_setup`] of a sync function: blocks. There is no timer to cut the attempt short.
    pub fn block_setup(&mut self, can_stop: bool) -> Option<Stopped> {
        self.unsent = true;
        self.block();
        if self.policy.rate.is_some() {
            self.slot.set_cost(self.written_cost().unwrap_or(1.0));
            let scope = self.scope();
            let terms = self.terms(can_stop);
            let warn = || {
                if self.clock.blocks_a_runtime() {
                    observe::log_blocking(&self.site.observed, self.site.name);
                }
            };
            if let Err(why) = self.slot.block_turn(&scope, &self.policy, terms, &self.clock, warn) {
                return Some(self.stopped(why));
            }
        }
        let begun = self.begin(can_stop);
        self.unsent = begun.is_err();
        begun.err()
    }

    /// The next attempt takes this many units of the quota, whatever the policy says.
    pub const fn set_cost(&mut self, units: f64) {
        self.cost = Some(units);
    }

    /// The units that an attempt takes, if they are written.
    pub fn written_cost(&self) -> Option<f64> {
        self.cost.or(self.policy.cost)
    }

    fn terms(&self, can_stop: bool) -> TurnTerms {
        TurnTerms {
            deadline: self.deadline.filter(|_| can_stop),
            fail_fast: self.policy.fail_fast && can_stop,
            can_stop,
            generation: self.generation,
        }
    }

    /// The wait before the next step, if there is one.
    pub fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(sleep) = &mut self.sleep {
            ready!(sleep.as_mut().poll(cx));
            self.sleep = None;
        }
        Poll::Ready(())
    }

    /// Blocks for the wait before the next step.
    pub fn block(&mut self) {
        let pause = std::mem::take(&mut self.pause);
        if pause > Duration::ZERO && self.clock.blocks_a_runtime() {
            observe::log_blocking(&self.site.observed, self.site.name);
        }
        self.clock.block(pause);
    }

    /// Begins the wait before the next step.
    pub fn begin_pause(&mut self, pause: Duration, blocking: bool) {
        if blocking {
            self.pause = pause;
        } else if pause > Duration::ZERO || self.policy.rate.is_some() {
            self.sleep = self.clock.pause(pause);
        }
    }

    /// The waits are over: the attempt begins, unless its deadline has passed. Returns the time-out that will
    /// pass first.
    fn begin(&mut self, can_stop: bool) -> Result<Option<(Duration, StopWhy)>, Stopped> {
        let now = self.clock.now();
        let is_late = self.deadline.is_some_and(|deadline| deadline <= now);
        if is_late && can_stop {
            return Err(self.stopped(StopWhy::Deadline));
        }
        let first_to_pass = self.first_to_pass(now, now);
        if !can_stop && (first_to_pass.is_some() || self.policy.fail_fast) {
            observe::log_unstoppable(&self.site.observed, self.site.name);
        }
        self.refused = is_late;
        Ok(first_to_pass)
    }

    /// The time-out that will pass first in an attempt that began at `began`, and the time until then.
    fn first_to_pass(&self, began: Time, now: Time) -> Option<(Duration, StopWhy)> {
        let whole = self.deadline.map(|deadline| (deadline, StopWhy::Deadline));
        let timeout = self.policy.attempt_timeout;
        let each = timeout.map(|it| (began.saturating_add(it), StopWhy::AttemptTimeout));
        let first = whole.into_iter().chain(each).min_by_key(|(at, _)| *at);
        first.map(|(at, why)| (at.saturating_sub(now), why))
    }

    /// Whether the timer has cut the attempt in progress short.
    #[inline]
    pub fn poll_cut(&mut self, cx: &mut Context<'_>) -> Poll<Stopped> {
        let Some((timer, why)) = &mut self.cut else { return Poll::Pending };
        ready!(clock::poll_cut(timer, cx));
        let why = *why;
        self.cut = None;
        Poll::Ready(self.stopped(why))
    }

    fn stopped(&mut self, why: StopWhy) -> Stopped {
        self.stopped = Some(why);
        Stopped::new(why, self.last_failure.as_ref().map(|(failure, _)| failure.clone()))
    }

    /// Gives the last retry's tokens back.
    pub fn give_back(&mut self) {
        let tokens = self.attempts.take_held();
        self.scopes.budgets().give(tokens);
    }

    /// A healthy service answered: the call gives tokens back, and the scope is known to accept requests.
    pub fn refill(&mut self) {
        if !switches::any_trouble() || self.policy.costs.is_none() {
            return;
        }
        if self.scopes.is_none() {
            // Scopes that do not exist have all their tokens.
            let registry = Ambient::registry(self.ambient.as_deref());
            let (key, function) = (self.scope_id.key(), self.site.key());
            self.scopes = Scopes::existing(registry, self.clock.id, key, function);
        }
        let tokens = self.attempts.on_success();
        self.scopes.budgets().give(tokens);
        self.scopes.budgets().on_accepted(&|| self.clock.now());
    }

    /// Whether other calls are accepted while this one is throttled. Known, and asked for, only if the mode
    /// charges throttles by it.
    pub fn accepting(&self, kind: Kind) -> Accepting {
        let asked = kind == Kind::Throttled
            && self.policy.rate.is_none()
            && self.policy.costs.is_some_and(|costs| !costs.exact);
        if asked { self.scopes.budgets().on_throttle(self.clock.now()) } else { Accepting::YES }
    }

    pub fn scope(&mut self) -> Arc<Scope> {
        if let Some(scope) = &self.scopes.own {
            return Arc::clone(scope);
        }
        let (now, key, function) = (self.clock.now(), self.scope_id.key(), self.site.key());
        let registry = Ambient::registry(self.ambient.as_deref());
        let name = || self.scope_id.text(self.site.module, self.site.name);
        let (scopes, scope) = Scopes::made(registry, self.clock.id, key, function, now, name);
        self.scopes = scopes;
        observe::evicted_scopes(registry.take_evicted());
        if self.policy.rate == Some(RateKind::Paced)
            && self.policy.fleet
            && let Some(elements) = self.scope_id.elements()
        {
            let gate = scope.gate(RateKind::Paced, &self.policy, self.generation);
            scope.fleet.attach(&self.clock, elements, gate);
        }
        scope
    }

    pub fn event(&self, attempt: u32) -> Event<'_> {
        let scope = self.scopes.own.as_deref();
        Event {
            function: self.policy.name.unwrap_or(self.site.name),
            module: self.site.module,
            service: self.policy.service,
            operation: self.policy.operation,
            scope: self.scope_id.name(),
            attempt,
            resends: attempt.saturating_sub(1).saturating_add(self.sdk_resends),
            sent: true,
            requests: self.requests.0,
            sdk_retries: self.requests.1,
            sdk_retried: false,
            max_attempts: self.policy.max_attempts,
            code: None,
            message: None,
            status: None,
            request_id: None,
            transport: None,
            server_address: None,
            server_port: None,
            region: None,
            kind: None,
            throttle: None,
            delay: Duration::ZERO,
            queued: self.slot.queued,
            elapsed: self.clock.now().saturating_sub(self.started),
            reason: None,
            maybe_hard_limit: false,
            rate: self.policy.rate.and_then(|kind| scope?.rate(kind)),
            fleet: scope.and_then(Scope::fleet_state),
        }
    }
}

impl Drop for CallState {
    /// A retry that was paid for gives its tokens back if its end is not known: it was never sent, or its
    /// caller no longer waits for it.
    fn drop(&mut self) {
        self.give_back();
    }
}
