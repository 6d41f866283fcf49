//! One call of a retried fn, from its first poll to its outcome.

use std::future::poll_fn;
use std::mem::{self, ManuallyDrop};

use super::state::{Hooks, State};
use crate::Failure;
use crate::context::ambient::{self, Ambient};
use crate::context::{AttemptRecord, CallContext};
use crate::decision::attempts::Attempts;
use crate::decision::classify::Predicates;
use crate::decision::policy::{Resolved, RetryPolicy};
use crate::expansion::outcome::Outcome;
use crate::expansion::read_error::Via;
use crate::limits::retry_tokens;
use crate::limits::scope::Named;
use crate::observe::{self, Event};
use crate::run::overrides;
use crate::run::site::{self, Site};
use crate::switches::{self, Switch};

/// What the attribute's arguments supply beside the policy: predicates and hooks, made anew after each
/// attempt, so that they borrow the fn's arguments only between attempts.
#[allow(missing_debug_implementations, reason = "closures")]
pub struct Extras<'a, T, E> {
    /// `retry_if`.
    pub retry_if: Option<&'a dyn Fn(&E) -> bool>,
    /// `unless`.
    pub unless: Option<&'a dyn Fn(&E) -> bool>,
    /// `retry_if_ok`.
    pub retry_if_ok: Option<&'a dyn Fn(&T) -> bool>,
    /// `on_attempt`.
    pub on_attempt: Option<&'a dyn Fn(&Event<'_>)>,
    /// `on_retry`.
    pub on_retry: Option<&'a dyn Fn(&Event<'_>)>,
    /// `on_give_up`.
    pub on_give_up: Option<&'a dyn Fn(&Event<'_>)>,
}

impl<T, E> Extras<'_, T, E> {
    /// No predicate, no hook.
    pub const NONE: Self = Self {
        retry_if: None,
        unless: None,
        retry_if_ok: None,
        on_attempt: None,
        on_retry: None,
        on_give_up: None,
    };
}

/// One call. Until its first failure it holds nothing but pointers; dropped at any await it leaves
/// nothing behind.
#[derive(Debug)]
pub struct Call<'p> {
    pub(super) site: &'static Site,
    policy: Option<&'p RetryPolicy>,
    late: Option<&'p RetryPolicy>,
    // These own something at most once something went wrong: see `Drop`.
    scope: ManuallyDrop<Option<Named>>,
    pub(super) frame: ManuallyDrop<CallContext>,
    pub(super) state: ManuallyDrop<Option<Box<State>>>,
}

impl Drop for Call<'_> {
    /// Written out so that a first-try success pays comparisons, not calls.
    #[inline]
    fn drop(&mut self) {
        if self.state.is_some() || self.scope.is_some() || self.frame.has_records() {
            self.free();
        }
    }
}

impl<'p> Call<'p> {
    /// A call of `site`'s fn.
    #[must_use]
    #[inline]
    pub const fn new(site: &'static Site) -> Self {
        Self {
            site,
            policy: None,
            late: None,
            scope: ManuallyDrop::new(None),
            frame: ManuallyDrop::new(CallContext::new(site.needs_setup)),
            state: ManuallyDrop::new(None),
        }
    }

    /// What `policy = ..` supplies.
    #[must_use]
    #[inline]
    pub fn policy(mut self, policy: &'p RetryPolicy) -> Self {
        self.policy = Some(policy);
        self.frame.needs_setup |= site::needs_setup(policy);
        self
    }

    /// Written arguments whose values are expressions.
    #[must_use]
    #[inline]
    pub fn late(mut self, late: &'p RetryPolicy) -> Self {
        self.late = Some(late);
        self.frame.needs_setup |= site::needs_setup(late);
        self
    }

    /// The scope that `scope = ..` names.
    #[must_use]
    #[inline]
    pub fn scope(mut self, scope: impl Into<Named>) -> Self {
        *self.scope = Some(scope.into());
        self
    }

    /// The next attempt of a sync fn: blocks first, if it must.
    #[inline]
    pub fn attempt_blocking<O>(&mut self, body: impl FnOnce() -> O) -> O {
        self.check_slow_path();
        self.frame.blocking = true;
        if self.frame.needs_setup {
            self.state_mut().block();
        }
        self.frame.attempt = self.frame.attempt.saturating_add(1);
        let _inside = self.frame.enter();
        body()
    }

    /// Before the first attempt: whether the surroundings, an override or a subscriber ask anything of the
    /// call.
    #[inline]
    pub(super) fn check_slow_path(&mut self) {
        if self.frame.attempt == 0 && (switches::any() || observe::spans_wanted()) {
            self.enter_slow_path();
        }
    }

    #[cold]
    fn enter_slow_path(&mut self) {
        self.frame.needs_setup |= ambient::current().is_some()
            || Switch::OverrideNeedsSetup.is_on()
            || observe::spans_wanted();
    }

    /// What to do after an attempt: leave the loop with the untouched outcome, or go on.
    #[inline]
    pub fn settle<O, V>(&mut self, outcome: O, via: V) -> Option<O>
    where
        O: Outcome,
        V: Via<O::Error>,
    {
        self.settle_by(outcome, via, Extras::NONE)
    }

    /// [`Call::settle`], with a say for predicates and hooks.
    #[inline]
    pub fn settle_by<O, V>(
        &mut self,
        outcome: O,
        via: V,
        extras: Extras<'_, O::Ok, O::Error>,
    ) -> Option<O>
    where
        O: Outcome,
        V: Via<O::Error>,
    {
        let Extras { retry_if_ok, on_attempt, .. } = extras;
        let unwelcome = |value| retry_if_ok.is_some_and(|unwelcome| unwelcome(value));
        if outcome.split().map_or(true, unwelcome) {
            if self.unwelcome(&outcome, via, extras) {
                return None;
            }
        } else if self.state.is_some() || on_attempt.is_some() || observe::wants_successes() {
            self.succeeded(on_attempt);
        } else {
            if retry_tokens::any_drained() {
                self.refill();
            }
            let Site { observed, name, policy, .. } = self.site;
            observe::first_try(observed, name, policy, self.policy, self.late);
        }
        Some(outcome)
    }

    /// Whether to go on after an outcome that is no welcome one. Out of line, so that a success on the
    /// first try pays for none of it.
    #[cold]
    fn unwelcome<O, V>(&mut self, outcome: &O, via: V, extras: Extras<'_, O::Ok, O::Error>) -> bool
    where
        O: Outcome,
        V: Via<O::Error>,
    {
        let Extras { retry_if, unless, on_attempt, on_retry, on_give_up, .. } = extras;
        let hooks = Hooks { on_attempt, on_retry, on_give_up };
        match outcome.split() {
            Ok(_) => {
                let said = Predicates { asked: true, vetoed: false };
                self.goes_on(&Failure::new(), None, said, &hooks)
            }
            Err(error) => {
                let said = Predicates {
                    asked: retry_if.is_some_and(|wanted| wanted(error)),
                    vetoed: unless.is_some_and(|vetoed| vetoed(error)),
                };
                self.failed(&via.failure(error), said, &hooks)
            }
        }
    }

    /// The wait before a long poll gives up for want of quota, lest its caller's loop spin; no wait for
    /// every other call. Between `settle`'s outcome and the return: the outcome is held meanwhile, so
    /// that this is only there where `operation = ..` or `policy = ..` may name a long poll.
    #[inline]
    pub async fn last_wait(&mut self) {
        if let Some(state) = self.state.as_deref_mut() {
            poll_fn(|cx| state.poll_pause(cx)).await;
        }
    }

    /// [`Call::last_wait`] of a sync fn.
    #[inline]
    pub fn last_wait_blocking(&mut self) {
        if let Some(state) = self.state.as_deref_mut() {
            state.block();
        }
    }

    #[cold]
    fn free(&mut self) {
        let frame = mem::replace(&mut *self.frame, CallContext::NONE);
        drop((self.state.take(), self.scope.take(), frame));
    }

    /// The part of a call that exists only once something needs it.
    #[cold]
    pub(super) fn state_mut(&mut self) -> &mut State {
        // From now on every attempt has a state to look at.
        self.frame.needs_setup = true;
        let Self { site, policy, late, scope, state, .. } = self;
        let resolved =
            |ambient: Option<&Ambient>| resolved(site, *policy, *late, ambient, &Failure::new());
        let state = state.get_or_insert_with(|| {
            let scope = scope.take().unwrap_or_else(|| site.key().into());
            let ambient = ambient::current();
            Box::new(State::new(site, resolved, scope, ambient))
        });
        state.follow(resolved);
        state
    }

    #[cold]
    fn succeeded(&mut self, on_attempt: Option<&dyn Fn(&Event<'_>)>) {
        let attempt = self.frame.attempt;
        self.count();
        self.state_mut().succeeded(attempt, on_attempt);
    }

    /// Somebody's quota is not full. If it is this call's, a success on the first try gives back what it
    /// gives back; that needs no state.
    #[cold]
    fn refill(&self) {
        let ambient = ambient::current();
        let ambient = ambient.as_deref();
        let key = self.scope.as_ref().map_or_else(|| self.site.key(), Named::key);
        let scope = Ambient::registry(ambient).find(Ambient::clock(ambient).id, key);
        let takes_part = || {
            resolved(self.site, self.policy, self.late, ambient, &Failure::new()).costs.is_some()
        };
        if let Some(scope) = scope.filter(|_| takes_part()) {
            scope.quota.give(Attempts::default().on_success());
        }
    }

    /// A quota counts requests: how many did the attempt make?
    fn count(&mut self) {
        if let Some(records) = self.frame.shared_records() {
            self.state_mut().made(records.requests());
        }
    }

    /// Whether to go on after a failure. What was recorded inside the attempt completes what the error says.
    #[cold]
    fn failed(&mut self, failure: &Failure<'_>, said: Predicates, hooks: &Hooks<'_>) -> bool {
        let Some(records) = self.frame.shared_records() else {
            return self.goes_on(failure, None, said, hooks);
        };
        let record = self.state_mut().recall(&records, failure);
        let whole = record.as_ref().map(|record| record.complete(failure));
        self.goes_on(whole.as_ref().unwrap_or(failure), record.as_ref(), said, hooks)
    }

    #[cold]
    fn goes_on(
        &mut self,
        failure: &Failure<'_>,
        record: Option<&AttemptRecord>,
        said: Predicates,
        hooks: &Hooks<'_>,
    ) -> bool {
        let (site, policy, late) = (self.site, self.policy, self.late);
        let (attempt, blocking) = (self.frame.attempt, self.frame.blocking);
        self.count();
        let state = self.state_mut();
        if failure.service().is_some() {
            state.learn(|ambient| resolved(site, policy, late, ambient, failure));
        }
        let again = state.failed(attempt, failure, record, said, hooks, blocking);
        let throttling = state.throttling();
        if let Some(records) = self.frame.shared_records() {
            records.begin(attempt.saturating_add(1), throttling);
        }
        again
    }
}

/// The policy in force: `policy = ..` supplies, written arguments win, overrides beat both, and a test's
/// cap holds whatever they say. A failure may know the service where nobody wrote it down.
fn resolved(
    site: &Site,
    policy: Option<&RetryPolicy>,
    late: Option<&RetryPolicy>,
    ambient: Option<&Ambient>,
    failure: &Failure<'_>,
) -> Resolved {
    let mut written = site.policy.clone();
    if let Some(late) = late {
        written = late.over(&written);
    }
    if let Some(supplied) = policy {
        written = written.over(supplied);
    }
    let written = overrides::apply_to(site, written);
    let mut resolved = written.resolve_for(failure.service(), failure.operation());
    if let Some(rules) = ambient.and_then(|ambient| ambient.rules.as_ref()) {
        resolved.max_attempts = resolved.max_attempts.min(rules.max_attempts()).max(1);
    }
    resolved
}
