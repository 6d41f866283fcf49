//! One call of a retried function, from its first poll to its outcome.

use std::future::poll_fn;
use std::mem::ManuallyDrop;
use std::num::NonZeroU64;
use std::sync::Arc;

use super::callbacks::{Callbacks, Hook};
use super::state::CallState;
use crate::Failure;
use crate::clock::Time;
use crate::context::ambient::{self, Ambient};
use crate::context::{CallContext, ShownPolicy, Stage};
use crate::decision::attempts::Attempts;
use crate::decision::policy::{Resolved, RetryPolicy};
use crate::decision::units::{self, Units};
use crate::errors::Stopped;
use crate::expansion::outcome::Outcome;
use crate::expansion::read_error::ReadFailure;
use crate::limits::scope::{ScopeId, Scopes};
use crate::observe;
use crate::run::overrides;
use crate::run::site::{self, Site};
use crate::switches::{self, Switch};

/// One call. Until its first failure it holds only pointers; dropped at any await, it leaves nothing behind.
///
/// The fields that begin as zeros are neighbors: few stores make a call.
#[derive(Debug)]
#[repr(C)]
pub struct Call<'p> {
    pub(super) site: &'static Site,
    // This and the frame and the state own something only after something went wrong: see `Drop`.
    scope: ManuallyDrop<Option<ScopeId>>,
    pub(super) frame: ManuallyDrop<CallContext>,
    pub(super) policy: Option<&'p RetryPolicy>,
    pub(super) call_policy: Option<&'p RetryPolicy>,
    pub(super) state: ManuallyDrop<Option<Box<CallState>>>,
    /// The nanosecond of the start, if the time-outs are all that counts from there: then the state is created
    /// later, if at all. It is kept small: every call has it.
    pub(super) started: Option<NonZeroU64>,
}

impl Drop for Call<'_> {
    /// Written out so that a success on the first attempt pays for comparisons, not for calls.
    #[inline]
    fn drop(&mut self) {
        let owns_scope = self.scope.as_ref().is_some_and(ScopeId::is_kept);
        if self.frame.stage != Stage::Plain || owns_scope {
            self.free();
        }
    }
}

impl<'p> Call<'p> {
    /// A call of the function of `site`.
    #[must_use]
    #[inline]
    pub const fn new(site: &'static Site) -> Self {
        Self {
            site,
            policy: None,
            call_policy: None,
            started: None,
            scope: ManuallyDrop::new(None),
            frame: ManuallyDrop::new(CallContext::NONE),
            state: ManuallyDrop::new(None),
        }
    }

    /// Uses the policy that `policy = ..` supplies.
    #[must_use]
    #[inline]
    pub fn policy(mut self, policy: &'p RetryPolicy) -> Self {
        self.policy = Some(policy);
        self.require_setup(site::needs_setup(policy));
        self
    }

    /// Uses the written arguments whose values are expressions.
    #[must_use]
    #[inline]
    pub fn call_policy(mut self, call_policy: &'p RetryPolicy) -> Self {
        self.call_policy = Some(call_policy);
        self.require_setup(site::needs_setup(call_policy));
        self
    }

    /// Uses the scope that `scope = ..` names.
    #[must_use]
    #[inline]
    pub fn scope(mut self, scope: impl Into<ScopeId>) -> Self {
        *self.scope = Some(scope.into());
        self
    }

    /// Before the first attempt: something must be done before it if `required`.
    #[inline]
    fn require_setup(&mut self, required: bool) {
        if required {
            self.frame.stage = Stage::New;
        }
    }

    /// Whether something must be done before the next attempt.
    #[inline]
    pub(super) fn needs_setup(&self) -> bool {
        self.site.needs_setup || !matches!(self.frame.stage, Stage::Fresh | Stage::Plain)
    }

    /// The next attempt takes this many units of its scope's quota. Nothing is kept where nothing counts them.
    #[inline]
    pub fn cost(&mut self, units: impl Units) {
        self.check_slow_path();
        if self.needs_setup() {
            self.set_cost(units.units());
        }
    }

    #[cold]
    fn set_cost(&mut self, units: f64) {
        self.state_mut().set_cost(units::valid(units));
    }

    /// The wait before an attempt of a sync function.
    #[cold]
    pub(super) fn block_setup(&mut self, can_stop: bool) -> Option<Stopped> {
        let stopped = self.state_mut().block_setup(can_stop);
        self.tell_inside();
        stopped
    }

    /// Leaves the information for the code inside the attempt that is about to begin.
    pub(super) fn tell_inside(&mut self) {
        let Some(state) = self.state.as_deref() else { return };
        if state.refused {
            self.frame.records().refuse();
        }
        if let (true, Some(deadline)) = (self.frame.has_records(), state.deadline) {
            self.frame.records().sdk().deadline = Some((state.clock.clone(), deadline));
        }
    }

    /// Before the first attempt: whether the surroundings, an override or a subscriber require anything of
    /// the call.
    #[inline]
    pub(super) fn check_slow_path(&mut self) {
        if switches::any() || observe::spans_wanted() {
            self.enter_slow_path();
        }
    }

    #[cold]
    fn enter_slow_path(&mut self) {
        if self.frame.attempt > 0 {
            return;
        }
        self.require_setup(
            ambient::current().is_some()
                || Switch::OverrideNeedsSetup.is_on()
                || observe::spans_wanted(),
        );
        self.begin_records(1);
    }

    /// Begins the records of attempt `attempt`, and shows the policy to the interceptor if there is one.
    pub(super) fn begin_records(&mut self, attempt: u32) {
        if Switch::Interceptor.is_on() {
            let ambient = ambient::current();
            let policy = written(self.site, self.policy, self.call_policy);
            let shown = ShownPolicy { policy, cap: cap(ambient.as_deref()) };
            self.frame.records().sdk().policy = Some(Arc::new(shown));
        }
        if let Some(records) = self.frame.shared_records() {
            records.begin(attempt);
        }
    }

    /// Whether a success, of an attempt without callbacks, concerns nobody.
    #[inline]
    pub(super) fn concerns_nobody(&self) -> bool {
        self.frame.stage == Stage::Plain && !switches::successes_count()
    }

    /// The end of any other attempt without callbacks: whether the call ends with its outcome.
    pub(super) fn ends_with<O, A>(&mut self, outcome: &O) -> bool
    where
        O: Outcome,
        A: ReadFailure<O::Error>,
    {
        if outcome.split().is_ok() {
            self.on_counted_success(None);
            return true;
        }
        !self.on_failure::<O, A>(outcome, None, Callbacks::NONE)
    }

    /// The end of an attempt: either the unchanged outcome leaves the loop, or the loop goes on.
    #[inline(always)]
    pub fn finish<O, A>(&mut self, outcome: O, read: A) -> Option<O>
    where
        O: Outcome,
        A: ReadFailure<O::Error>,
    {
        self.finish_with(outcome, read, Callbacks::NONE)
    }

    /// [`Call::finish`] with predicates and hooks.
    #[inline(always)]
    pub fn finish_with<O, A>(
        &mut self,
        outcome: O,
        _: A,
        callbacks: Callbacks<'_, O::Ok, O::Error>,
    ) -> Option<O>
    where
        O: Outcome,
        A: ReadFailure<O::Error>,
    {
        let on_attempt = callbacks.on_attempt;
        let (failed, of_success) = match outcome.split() {
            Ok(output) => {
                let of_success = callbacks.of_success(output);
                (of_success.is_some(), of_success)
            }
            Err(_) => (true, None),
        };
        if failed {
            if self.on_failure::<O, A>(&outcome, of_success, callbacks) {
                return None;
            }
        } else if self.state.is_some()
            || on_attempt.is_some()
            || self.frame.has_records()
            || switches::successes_count()
        {
            self.on_counted_success(on_attempt);
        } else {
            self.count_first_attempt();
        }
        Some(outcome)
    }

    /// A success that somebody may want to know of.
    #[cold]
    fn on_counted_success(&mut self, on_attempt: Hook<'_>) {
        if self.state.is_some()
            || on_attempt.is_some()
            || observe::wants_successes()
            || (self.frame.has_records() && self.was_sent_again())
        {
            return self.on_success(on_attempt);
        }
        if switches::any_trouble() {
            self.refill();
        }
        self.count_first_attempt();
    }

    #[inline]
    pub(super) fn count_first_attempt(&self) {
        let Site { observed, name, policy, .. } = self.site;
        observe::first_attempt(observed, name, policy, self.policy, self.call_policy);
    }

    /// The wait before a long poll gives up because its retry tokens ran out, so that its caller's loop does
    /// not spin. Other calls do not wait. It is placed between `finish`'s outcome and the return. The outcome
    /// is held meanwhile, so only calls whose `operation = ..` or `policy = ..` may name a long poll have
    /// this wait.
    #[inline]
    pub async fn wait_before_giving_up(&mut self) {
        if let Some(state) = self.state.as_deref_mut() {
            poll_fn(|cx| state.poll_pause(cx)).await;
        }
    }

    /// [`Call::wait_before_giving_up`] of a sync function.
    #[inline]
    pub fn wait_before_giving_up_blocking(&mut self) {
        if let Some(state) = self.state.as_deref_mut() {
            state.block();
        }
    }

    /// A call inside the attempt sends its request and reports it: this call reports nothing about the
    /// attempt.
    #[cfg(feature = "sdk")]
    pub(crate) fn mute(&mut self) {
        self.state_mut().muted = true;
    }

    #[cold]
    fn free(&mut self) {
        self.frame.end();
        drop((self.state.take(), self.scope.take()));
    }

    /// The part of a call that exists only once something needs it.
    #[cold]
    pub(super) fn state_mut(&mut self) -> &mut CallState {
        self.frame.has_state();
        let Self { site, policy, call_policy, started, scope, state, .. } = self;
        let resolved = |ambient: Option<&Ambient>| {
            resolved(site, *policy, *call_policy, ambient, &Failure::new())
        };
        let state = state.get_or_insert_with(|| {
            let scope = scope.take().unwrap_or_else(|| site.key().into());
            let ambient = ambient::current();
            let started = started.map(|it| Time::from_nanos(it.get()));
            Box::new(CallState::new(site, resolved, scope, ambient, started))
        });
        state.follow(resolved);
        state
    }

    /// Whether the SDK sent a request again inside the attempt.
    #[cold]
    fn was_sent_again(&self) -> bool {
        self.frame.shared_records().is_some_and(|records| records.sdk().retries > 0)
    }

    /// Some budget of the process is not full. If it is this call's, a success on the first attempt gives
    /// back its tokens; this does not need a state.
    #[cold]
    fn refill(&self) {
        let ambient = ambient::current();
        let ambient = ambient.as_deref();
        let clock = Ambient::clock(ambient);
        let key = self.scope.as_ref().map_or_else(|| self.site.key(), ScopeId::key);
        let scopes = Scopes::existing(Ambient::registry(ambient), clock.id, key, self.site.key());
        let takes_part = || {
            resolved(self.site, self.policy, self.call_policy, ambient, &Failure::new())
                .costs
                .is_some()
        };
        if !scopes.is_none() && takes_part() {
            scopes.budgets().give(Attempts::default().on_success());
            scopes.budgets().on_accepted(&|| clock.now());
        }
    }
}

/// The policy in force: `policy = ..` supplies it, written arguments win over it, overrides beat both, and a
/// test's limit holds whatever they say. A failure may know the service even if no argument names it.
pub(super) fn resolved(
    site: &Site,
    policy: Option<&RetryPolicy>,
    call_policy: Option<&RetryPolicy>,
    ambient: Option<&Ambient>,
    failure: &Failure<'_>,
) -> Resolved {
    let written = written(site, policy, call_policy);
    let mut resolved = written.resolve_for(failure.service(), failure.operation());
    resolved.max_attempts = resolved.max_attempts.min(cap(ambient)).max(1);
    resolved
}

/// The same, before the mode's preset fills the gaps.
fn written(
    site: &Site,
    policy: Option<&RetryPolicy>,
    call_policy: Option<&RetryPolicy>,
) -> RetryPolicy {
    let mut written = site.policy.clone();
    if let Some(call_policy) = call_policy {
        written = call_policy.over(&written);
    }
    if let Some(supplied) = policy {
        written = written.over(supplied);
    }
    overrides::apply_to(site, written)
}

/// A test's limit on attempts.
fn cap(ambient: Option<&Ambient>) -> u32 {
    let harness = ambient.and_then(|ambient| ambient.harness.as_ref());
    harness.map_or(u32::MAX, |harness| harness.max_attempts())
}
