//! What became of the calls inside a future.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Time};
use crate::decision::failure::Kind;
use crate::decision::reason::Reason;
use crate::observe::event::Event;

/// What became of the retried calls inside a future: see [`report`](crate::report()).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Calls of retried fns, those inside other retried fns included.
    pub calls: u32,
    /// Attempts of all these calls that came to an end.
    pub attempts: u32,
    /// The waits between attempts that were begun, added up.
    pub total_wait: Duration,
    /// The time that attempts waited for their turn, in the modes with a send rate, added up.
    pub total_queued: Duration,
    /// Every failed attempt, in order.
    pub failures: Vec<FailedAttempt>,
}

impl Report {
    /// Attempts beyond the first of each call: what boto3 calls `RetryAttempts`.
    #[must_use]
    pub fn retries(&self) -> u32 {
        self.attempts.saturating_sub(self.calls)
    }

    /// The attempts with which a call gave up.
    pub fn give_ups(&self) -> impl Iterator<Item = &FailedAttempt> {
        self.failures.iter().filter(|failure| failure.reason.is_some())
    }
}

/// A failed attempt in a [`Report`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedAttempt {
    /// The fn's name.
    pub function: &'static str,
    /// Its number within its call, from 1.
    pub attempt: u32,
    /// When it failed, since the report began.
    pub at: Duration,
    /// The error code.
    pub code: Option<String>,
    /// The service's message. It may hold ARNs.
    pub message: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The request id.
    pub request_id: Option<String>,
    /// What it was taken for.
    pub kind: Kind,
    /// The wait that followed.
    pub delay: Duration,
    /// Why the call gave up, if it did.
    pub reason: Option<Reason>,
}

/// Adds up a report.
#[derive(Debug)]
pub(crate) struct Collector {
    clock: Clock,
    began: Time,
    report: Mutex<Report>,
}

impl Collector {
    pub fn new(clock: Clock) -> Self {
        Self { began: clock.now(), clock, report: Mutex::default() }
    }

    pub fn add(&self, event: &Event<'_>) {
        let at = self.clock.now().saturating_sub(self.began);
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        report.attempts = report.attempts.saturating_add(u32::from(event.sent));
        report.calls = report.calls.saturating_add(u32::from(event.attempt == 1));
        report.total_wait = report.total_wait.saturating_add(event.delay);
        report.total_queued = report.total_queued.saturating_add(event.queued);
        report.failures.extend(FailedAttempt::of(event, at));
    }

    pub fn take(&self) -> Report {
        std::mem::take(&mut *self.report.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl FailedAttempt {
    fn of(event: &Event<'_>, at: Duration) -> Option<Self> {
        Some(Self {
            function: event.function,
            attempt: event.attempt,
            at,
            code: event.code.map(Into::into),
            message: event.message.map(Into::into),
            status: event.status,
            request_id: event.request_id.map(Into::into),
            kind: event.kind?,
            delay: event.delay,
            reason: event.reason,
        })
    }
}
