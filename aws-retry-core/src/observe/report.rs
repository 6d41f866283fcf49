//! The sums and failures of the calls inside a future.

use std::iter::Sum;
use std::ops::AddAssign;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Time};
use crate::decision::failure::Kind;
use crate::decision::reason::Reason;
use crate::decision::shown::{debug_shown, kept, kept_id};
use crate::decision::throttle::Throttle;
use crate::observe::event::Event;

/// The result of the retried calls inside a future: see [`report`](crate::report()).
///
/// Reports add up with `+=`, or with `sum()` over an iterator: those of the regions to one per account, and
/// those to one per run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Calls of retried functions, including those inside other retried functions.
    pub calls: u32,
    /// Attempts of all these calls that came to an end.
    pub attempts: u32,
    /// Requests that these attempts sent. The SDK's interceptor counts them if it runs: an attempt may send
    /// several, since the SDK retries some failures itself, or none. Otherwise an attempt is one request.
    pub requests: u32,
    /// The number of these that the SDK sent again inside an attempt. Known only if the interceptor runs.
    pub sdk_retries: u32,
    /// The sum of the waits between attempts that were begun.
    pub total_wait: Duration,
    /// The sum of the times for which attempts waited for their turn, in the modes with a send rate.
    pub total_queued: Duration,
    /// Every failed attempt, and every failed request that the SDK sent again inside one, in order.
    pub failures: Vec<FailedAttempt>,
}

impl Report {
    /// Attempts beyond the first of each call, which boto3 calls `RetryAttempts`. [`Report::sdk_retries`] are
    /// not among them.
    #[must_use]
    pub fn retries(&self) -> u32 {
        self.attempts.saturating_sub(self.calls)
    }

    /// The failed attempts after which a call gave up.
    pub fn give_ups(&self) -> impl Iterator<Item = &FailedAttempt> {
        self.failures.iter().filter(|failure| failure.reason.is_some())
    }
}

impl AddAssign for Report {
    /// Adds the sums, and appends the failures of `other`.
    fn add_assign(&mut self, other: Self) {
        let sums = [
            (&mut self.calls, other.calls),
            (&mut self.attempts, other.attempts),
            (&mut self.requests, other.requests),
            (&mut self.sdk_retries, other.sdk_retries),
        ];
        for (sum, more) in sums {
            *sum = sum.saturating_add(more);
        }
        self.total_wait = self.total_wait.saturating_add(other.total_wait);
        self.total_queued = self.total_queued.saturating_add(other.total_queued);
        self.failures.extend(other.failures);
    }
}

impl Sum for Report {
    fn sum<I: Iterator<Item = Self>>(reports: I) -> Self {
        reports.fold(Self::default(), |mut sum, report| {
            sum += report;
            sum
        })
    }
}

/// A failed attempt in a [`Report`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedAttempt {
    /// The function's name.
    pub function: &'static str,
    /// The service, such as `"Secrets Manager"`: from the argument, or recorded by the interceptor.
    pub service: Option<String>,
    /// The operation, such as `"ListSecrets"`: from the argument, or recorded by the interceptor.
    pub operation: Option<String>,
    /// The elements of the scope, with `/` between them, if
    /// [`keep_scope_names`](crate::observe::keep_scope_names) is on.
    pub scope: Option<String>,
    /// Its number within its call, from 1.
    pub attempt: u32,
    /// The time from the report's start to the failure.
    pub at: Duration,
    /// The error code.
    pub code: Option<String>,
    /// The first 1024 bytes of the service's message. It may contain ARNs, and is not escaped.
    pub message: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The request id.
    pub request_id: Option<String>,
    /// The kind that it was treated as.
    pub kind: Kind,
    /// The limit that the service named when it throttled the request, and the first 256 bytes of its
    /// resource, not escaped.
    pub throttle: Option<Throttle<'static>>,
    /// Whether the SDK sent the request again inside the attempt. The delay is then the SDK's own, and zero
    /// here.
    pub sdk_retried: bool,
    /// The wait that followed.
    pub delay: Duration,
    /// The reason for which the call gave up, if it did.
    pub reason: Option<Reason>,
}

debug_shown! {
    FailedAttempt {
        function, service: text, operation: text, scope: text, attempt, at, code: text,
        message: text, status, request_id: text, kind, throttle, sdk_retried, delay, reason
    }
}

/// Adds up the events of a report.
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
        if !event.sdk_retried {
            report.attempts = report.attempts.saturating_add(u32::from(event.sent));
            report.calls = report.calls.saturating_add(u32::from(event.attempt == 1));
        }
        report.requests = report.requests.saturating_add(event.requests);
        report.sdk_retries = report.sdk_retries.saturating_add(event.sdk_retries);
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
        let owned = |text: Option<&str>| text.map(|text| kept_id(text).to_owned());
        let throttle = event.throttle.as_ref();
        Some(Self {
            function: event.function,
            service: owned(event.service),
            operation: owned(event.operation),
            scope: event.scope.map(Into::into),
            attempt: event.attempt,
            at,
            code: owned(event.code),
            message: event.message.map(|message| kept(message).to_owned()),
            status: event.status,
            request_id: owned(event.request_id),
            kind: event.kind?,
            throttle: throttle.map(|Throttle { limit, resource }| {
                Throttle::new(*limit, owned(resource.as_deref()).map(Into::into))
            }),
            sdk_retried: event.sdk_retried,
            delay: event.delay,
            reason: event.reason,
        })
    }
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use super::*;
    use crate::{RetryPolicy, report, testing::Harness};
    use std::io::{Error, ErrorKind};

    #[tokio::test]
    async fn reports_of_regions_add_up_to_that_of_an_account() {
        let policy = RetryPolicy::new().service("SQS").operation("ListQueues").max_retries(1);
        let region = || {
            let call = policy.run(|| async { Err::<(), _>(Error::from(ErrorKind::BrokenPipe)) });
            async { report(Harness::new().no_waits().scope(call)).await.1 }
        };
        let regions = [region().await, region().await, region().await];
        let mut account: Report = regions.iter().cloned().sum();
        assert_eq!((account.calls, account.attempts, account.requests), (3, 6, 6));
        assert_eq!((account.retries(), account.sdk_retries), (3, 0));
        assert_eq!(account.give_ups().count(), 3);
        assert_eq!(account.total_wait, regions.iter().map(|it| it.total_wait).sum::<Duration>());
        account += Report::default();
        let failure = &account.failures[0];
        assert_eq!(failure.service.as_deref(), Some("SQS"));
        assert_eq!(failure.operation.as_deref(), Some("ListQueues"));
        assert_eq!(failure.scope, None, "kept only on demand");
    }

    #[test]
    fn a_kept_failure_holds_the_start_of_a_long_message() {
        let message = "a".repeat(10_000_000);
        let failure = crate::Failure::new().with_message(message.as_str());
        assert_eq!(failure.to_owned().message().map(str::len), Some(1024));
    }
}
