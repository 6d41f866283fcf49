//! What a call carries from its first failure on (from its start, where a timeout or a rate needs it).

use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::lane::{self, Lane};
use crate::attempts::{Attempts, Decision, Moment, Reason};
use crate::classify::{Predicates, classify};
use crate::clock::{Clock, Sleep, Time};
use crate::errors::{StopWhy, Stopped};
use crate::failure::{Failure, Kind, Transport};
use crate::observe::{self, Event};
use crate::policy::Resolved;
use crate::quota;
use crate::random;
use crate::rate::Outcome;
use crate::scope::{Key, Registry, Scope};
use crate::site::Site;

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
    key: Key,
    scope: Option<Arc<Scope>>,
    attempts: Attempts,
    lane: Lane,
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
    pub fn new(site: &'static Site, policy: Resolved, key: Key) -> Self {
        let clock = Clock::current();
        let started = clock.now();
        let deadline = [
            policy.total_timeout.map(|timeout| started.saturating_add(timeout)),
            policy.deadline.map(|deadline| clock.time_of(deadline)),
        ];
        Self {
            site,
            deadline: deadline.into_iter().flatten().min(),
            policy,
            clock,
            started,
            key,
            scope: None,
            attempts: Attempts::default(),
            lane: Lane::default(),
            pause: Duration::ZERO,
            unsent: false,
            sleep: None,
            cut: None,
            stopped: None,
            last_failure: None,
        }
    }

    /// The wait before an attempt: the backoff, then the turn. A call that must not wait for its turn
    /// ends here, where its error type can say so; else it is sent without one.
    pub fn poll_wait(&mut self, cx: &mut Context<'_>, can_stop: bool) -> Poll<Option<Stopped>> {
        ready!(self.poll_pause(cx));
        if self.policy.rate.is_some() {
            let scope = self.scope();
            let turn =
                ready!(self.lane.poll_turn(cx, &scope, &self.policy, self.deadline, self.clock));
            if let (Err(why), true) = (turn, can_stop) {
                return Poll::Ready(Some(self.stopped(why)));
            }
        }
        self.begin(can_stop);
        Poll::Ready(None)
    }

    /// The wait before whatever comes next, if there is one.
    pub fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.sleep.is_none() && self.pause > Duration::ZERO {
            self.sleep = Some(self.clock.sleep(std::mem::take(&mut self.pause)));
        }
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
        if can_stop && self.clock.can_sleep() {
            self.cut = first.map(|(after, why)| (self.clock.sleep(after), why));
        }
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
        self.clock.block(std::mem::take(&mut self.pause));
        self.unsent = false;
    }

    pub fn succeeded(&mut self, attempt: u32, hooks: &Hooks<'_>) {
        self.cut = None;
        // A scope that does not exist has a full quota, and no rate.
        let known = || quota::any_drained().then(|| Registry::global().find(self.clock, self.key));
        let scope = self.scope.take().or_else(|| known().flatten());
        if let Some(scope) = scope {
            self.lane.answered(&scope, &self.policy, self.clock, Outcome::Accepted);
            if self.policy.costs.is_some() {
                self.attempts.on_success(&scope.quota);
            }
        }
        if let Some(hook) = hooks.on_attempt {
            hook(&self.event(attempt));
        }
    }

    /// Whether to go on after a failure.
    pub fn failed(
        &mut self,
        attempt: u32,
        failure: &Failure<'_>,
        said: Predicates,
        hooks: &Hooks<'_>,
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
                let outcome = lane::outcome_of(verdict.kind, failure);
                self.lane.answered(&scope, &self.policy, self.clock, outcome);
                if verdict.kind == Kind::Throttled {
                    scope.count_throttle();
                }
                let at = Moment {
                    now: self.clock.now(),
                    deadline: self.deadline,
                    random: random::uniform(),
                };
                let quota = self.policy.costs.map(|_| &scope.quota);
                self.attempts.on_failure(&self.policy, verdict, failure, at, quota)
            }
        };
        let event = self.event(attempt).of_failure(failure, verdict.kind);
        if let Some(hook) = hooks.on_attempt {
            hook(&event);
        }
        match decision {
            Decision::Retry(delay) => {
                let event = Event { delay, ..event };
                self.tell(&event, hooks.on_retry);
                self.pause = delay;
                self.unsent = true;
                self.last_failure = Some(Box::new(failure.to_owned()));
                true
            }
            Decision::Stop { why, first_wait } => {
                let event = Event { reason: Some(why), ..event };
                self.tell(&event, hooks.on_give_up);
                self.pause = first_wait;
                false
            }
        }
    }

    fn tell(&self, event: &Event<'_>, hook: Option<&dyn Fn(&Event<'_>)>) {
        observe::log(self.site, self.policy.log, event, self.clock.now());
        if let Some(hook) = hook {
            hook(event);
        }
    }

    fn scope(&mut self) -> Arc<Scope> {
        let (clock, key) = (self.clock, self.key);
        let scope = self
            .scope
            .get_or_insert_with(|| Registry::global().find_or_insert(clock, key, clock.now()));
        Arc::clone(scope)
    }

    fn event(&self, attempt: u32) -> Event<'static> {
        Event {
            function: self.site.name,
            module: self.site.module,
            attempt,
            max_attempts: self.policy.max_attempts,
            code: None,
            message: None,
            status: None,
            request_id: None,
            kind: None,
            delay: Duration::ZERO,
            elapsed: self.clock.now().saturating_sub(self.started),
            reason: None,
            maybe_hard_limit: false,
        }
    }
}

impl Drop for State {
    /// A retry that was paid for and never sent gives its tokens back.
    fn drop(&mut self) {
        if let Some(scope) = self.scope.as_ref().filter(|_| self.unsent) {
            self.attempts.give_back(&scope.quota);
        }
    }
}
