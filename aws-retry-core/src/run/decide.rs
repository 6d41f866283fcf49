//! From an attempt's outcome to the decision: the facts are gathered here, `decision/` decides, and the
//! decision is applied here.

use std::sync::Arc;
use std::time::Duration;

use super::call::{Call, resolved};
use super::callbacks::{Callbacks, Hook, Hooks};
use super::state::CallState;
use crate::clock::Clock;
use crate::context::ambient::Ambient;
use crate::context::{self, AttemptRecord, AttemptRecords, Stage};
use crate::decision::attempts::{Decision, Facts};
use crate::decision::budget::is_healthy;
use crate::decision::classify::{OfSuccess, Predicates, classify};
use crate::decision::failure::{Failure, Kind, Transport};
use crate::decision::policy::RateKind;
use crate::decision::reason::Reason;
use crate::decision::sdk_retry::Requests;
use crate::decision::throttle::Concerns;
use crate::errors::StopWhy;
use crate::expansion::outcome::Outcome;
use crate::expansion::read_error::ReadFailure;
use crate::limits::rate::{SendOutcome, SendReport};
use crate::limits::scope::{Scope, Throttled};
use crate::observe::{self, Collector, Event};

impl Call<'_> {
    /// Whether to go on after a failure, or after a success that is to be retried. Out of line, so that a
    /// success on the first attempt pays nothing for it.
    #[cold]
    pub(super) fn on_failure<O, A>(
        &mut self,
        outcome: &O,
        of_success: Option<OfSuccess>,
        callbacks: Callbacks<'_, O::Ok, O::Error>,
    ) -> bool
    where
        O: Outcome,
        A: ReadFailure<O::Error>,
    {
        let Callbacks { retry_if, unless, .. } = callbacks;
        let hooks = callbacks.hooks();
        match outcome.split() {
            Ok(_) => {
                let said = Predicates { asked: true, vetoed: false, of_success };
                self.decide(&Failure::new(), said, &hooks)
            }
            Err(error) => {
                let said = Predicates {
                    asked: retry_if.is_some_and(|wanted| wanted(error)),
                    vetoed: unless.is_some_and(|vetoed| vetoed(error)),
                    of_success: None,
                };
                self.decide(&A::failure(error), said, &hooks)
            }
        }
    }

    /// Not generic: one copy serves every function.
    #[cold]
    pub(super) fn decide(
        &mut self,
        failure: &Failure<'_>,
        said: Predicates,
        hooks: &Hooks<'_>,
    ) -> bool {
        let (site, policy, call_policy) = (self.site, self.policy, self.call_policy);
        let (attempt, blocking) = (self.frame.attempt, self.frame.blocking);
        let records = self.frame.shared_records();
        let state = self.state_mut();
        let stopped = state.stopped.take();

        // The records of the attempt complete the error. They say nothing about an error that this crate
        // made.
        let trust = state.policy.trust_record;
        let kind = classify(&state.policy, failure, said).kind;
        let record = records.as_ref().filter(|_| stopped.is_none());
        let record = record.and_then(|records| records.recall(failure, kind, trust));
        let completed = match stopped {
            Some(_) => Some(Failure::transport(Transport::Timeout)),
            None => record.as_ref().map(|record| record.complete(failure)),
        };
        let failure = completed.as_ref().unwrap_or(failure);
        if failure.service().is_some() {
            state.learn(|ambient| resolved(site, policy, call_policy, ambient, failure));
        }

        let verdict = classify(&state.policy, failure, said);
        let requests = records.as_deref().map_or_else(Requests::default, |it| it.sdk().facts());
        let was_refused = records.as_ref().is_some_and(|records| records.was_refused());
        let random = Ambient::uniform(state.ambient.as_deref());
        let report = SendReport {
            attempts_left: state.policy.max_attempts.saturating_sub(attempt),
            base: state.policy.throttle_delay.as_secs_f64(),
            cap: state.policy.max_delay.as_secs_f64(),
            random,
            ..state.report(records.as_deref(), answer_of(verdict.kind, failure))
        };
        let refused_alone = !state.unsent && state.slot.answered(&state.clock, &report);
        let scope = state.scope();
        if verdict.kind == Kind::Throttled {
            scope.count_throttle();
        }
        if is_healthy(&state.policy, verdict, failure) {
            state.refill();
        }
        let accepting = state.accepting(verdict.kind);
        let deadline = state.deadline;
        let CallState { attempts, slot, policy: in_force, generation, clock, scopes, .. } =
            &mut *state;
        let budgets = scopes.budgets();
        let facts = Facts {
            failure,
            verdict,
            cancelled: stopped.or(was_refused.then_some(StopWhy::Deadline)),
            retried_inside: record.as_ref().is_some_and(AttemptRecord::gave_up),
            can_wait: &|| if blocking { Clock::CAN_BLOCK } else { clock.can_wait() },
            now: clock.now(),
            deadline,
            earliest_turn: slot.earliest_turn(&scope, in_force, *generation, clock),
            refused_alone,
            random,
            accepting,
            requests,
            pay: &|price| budgets.take(price),
        };
        let decision = attempts.on_failure(in_force, facts);
        if verdict.kind == Kind::Throttled && !state.unsent {
            state.remember_throttle(&scope, failure, (attempt, report.outcome), &decision);
        }
        state.count(attempt, records.as_deref());
        let goes_on = state.apply(decision, attempt, blocking, (failure, verdict.kind), hooks);
        if !goes_on && said.of_success.is_none() {
            context::gave_up(failure, verdict.kind);
        }
        self.begin_records(attempt.saturating_add(1));
        self.frame.stage = Stage::New;
        goes_on
    }

    #[cold]
    pub(super) fn on_success(&mut self, on_attempt: Hook<'_>) {
        let attempt = self.frame.attempt;
        let records = self.frame.shared_records();
        let state = self.state_mut();
        state.cut = None;
        let report = state.report(records.as_deref(), SendOutcome::Accepted);
        state.slot.answered(&state.clock, &report);
        state.refill();
        state.count(attempt, records.as_deref());
        if attempt == 1 && on_attempt.is_none() && !state.tells_anybody() {
            return context::told_of_requests();
        }
        let event = state.event(attempt);
        if let Some(hook) = on_attempt {
            hook(&event);
        }
        let _span = state.span.enter();
        if state.muted {
            context::told_of_requests();
        } else {
            if attempt > 1 {
                observe::log_recovery(state.policy.log, &event);
            }
            state.emit(&event);
        }
        state.span.end(&event);
    }
}

impl CallState {
    /// The attempt's end, as far as the send rate cares. A written cost covers all requests of the attempt but
    /// those that the SDK sent again.
    fn report(&self, records: Option<&AttemptRecords>, outcome: SendOutcome) -> SendReport {
        let sdk = records.map(AttemptRecords::sdk);
        let made = sdk.as_ref().and_then(|sdk| sdk.in_attempt());
        let repeats = sdk.as_ref().map_or(0, |sdk| sdk.counts().1);
        let requests = made.map_or(1.0, |made| match self.written_cost() {
            Some(_) => f64::from(made) / f64::from(made.saturating_sub(repeats).max(1)),
            None => f64::from(made),
        });
        drop(sdk);
        let spent = records.and_then(AttemptRecords::spent);
        SendReport { requests, spent, ..SendReport::new(outcome) }
    }

    /// Counts the requests of the attempt, and reports those that the SDK sent again inside it.
    fn count(&mut self, attempt: u32, records: Option<&AttemptRecords>) {
        self.requests = records.map_or((1, 0), |records| records.sdk().counts());
        let repeats = records.map(|records| records.sdk().take_repeats());
        let _span = self.span.enter();
        for repeat in repeats.into_iter().flatten() {
            self.sdk_resends = self.sdk_resends.saturating_add(1);
            let event =
                Event { sdk_retried: true, requests: 0, sdk_retries: 0, ..self.event(attempt) };
            let event = event.of_failure(&repeat.failure, repeat.kind);
            observe::log(&self.site.observed, self.policy.log, &event, self.clock.now());
            self.emit(&event);
        }
    }

    /// Keeps the facts of a throttle for advice on its scope. A call inside the attempt has kept its own.
    fn remember_throttle(
        &self,
        scope: &Scope,
        failure: &Failure<'_>,
        (attempt, outcome): (u32, SendOutcome),
        decision: &Decision,
    ) {
        let reason = match decision {
            Decision::GiveUp { reason: Reason::Nested, .. } => return,
            Decision::GiveUp { reason, .. } => Some(*reason),
            Decision::Retry { .. } => None,
        };
        let last = self.last_failure.as_ref();
        scope.throttled(&Throttled {
            failure,
            paced: self.policy.rate == Some(RateKind::Paced),
            own_limit: outcome == SendOutcome::CallThrottled,
            again: last.is_some_and(|(_, kind)| *kind == Kind::Throttled),
            attempt,
            reason,
            told: self.policy.known_rate > 0.0,
            at: self.clock.wall_clock(),
            signs: self.policy.rate.map(|kind| scope.signs(kind)).unwrap_or_default(),
        });
    }

    /// Begins the wait and tells all listeners. Returns whether the call goes on.
    fn apply(
        &mut self,
        decision: Decision,
        attempt: u32,
        blocking: bool,
        (failure, kind): (&Failure<'_>, Kind),
        hooks: &Hooks<'_>,
    ) -> bool {
        self.cut = None;
        let sent = !self.unsent;
        if !sent {
            self.give_back();
        }
        // Before any hook runs: if one panics, the retry is never sent, and its tokens go back.
        self.unsent = matches!(decision, Decision::Retry { .. });
        let (delay, reason, hook) = match decision {
            Decision::Retry { wait } => {
                self.begin_pause(wait, blocking);
                (wait, None, hooks.on_retry)
            }
            Decision::GiveUp { reason, wait_before } => {
                // The last retry failed: its tokens are spent.
                self.attempts.take_held();
                if wait_before > Duration::ZERO {
                    self.begin_pause(wait_before, blocking);
                }
                (Duration::ZERO, Some(reason), hooks.on_give_up)
            }
        };
        let muted = std::mem::take(&mut self.muted) && reason == Some(Reason::Nested);
        if !sent {
            self.requests = (0, 0);
        }
        let event = Event { sent, delay, reason, ..self.event(attempt) };
        // An attempt that was never sent failed because of the failure before it.
        let event = match &self.last_failure {
            Some((last, kind)) if !sent => event.of_failure(last, *kind),
            _ => event.of_failure(failure, kind),
        };
        if let Some(hook) = hooks.on_attempt.filter(|_| sent) {
            hook(&event);
        }
        if muted {
            context::told_of_requests();
        } else {
            let _span = self.span.enter();
            observe::log(&self.site.observed, self.policy.log, &event, self.clock.now());
            if let Some(hook) = hook {
                hook(&event);
            }
            self.emit(&event);
        }
        if reason.is_some() {
            self.span.end(&event);
            return false;
        }
        self.last_failure = Some((Box::new(failure.to_owned()), kind));
        true
    }

    /// Whether an event has a listener beside hooks and the log.
    fn tells_anybody(&self) -> bool {
        self.span.is_on() || observe::has_listener(self.reports())
    }

    fn reports(&self) -> &[Arc<Collector>] {
        self.ambient.as_ref().map_or(&[], |ambient| &ambient.reports)
    }

    fn emit(&self, event: &Event<'_>) {
        observe::emit(event, self.reports());
        context::told_of_requests();
    }
}

/// The meaning of a failure for the send rate: it is not known whether a request without an answer passed the
/// quota.
fn answer_of(kind: Kind, failure: &Failure<'_>) -> SendOutcome {
    match (kind, failure.transport) {
        (Kind::Throttled, _) => match failure.throttle().map(|it| it.limit.concerns()) {
            Some(Concerns::Call) => SendOutcome::CallThrottled,
            Some(Concerns::Scope) => SendOutcome::ScopeThrottled,
            Some(Concerns::Unknown) | None => SendOutcome::Throttled,
        },
        (Kind::Transient, None) => SendOutcome::Fault,
        (_, None) => SendOutcome::Accepted,
        (_, Some(_)) => SendOutcome::Unknown,
    }
}
