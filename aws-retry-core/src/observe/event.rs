//! The event that hooks, observers, reports and the log receive.

use std::borrow::Cow;
use std::time::Duration;

use crate::decision::failure::{Failure, Kind, Transport};
use crate::decision::reason::Reason;
use crate::decision::shown::debug_shown;
use crate::decision::throttle::Throttle;
use crate::limits::rate::RateState;
use crate::limits::rate::fleet::FleetState;

/// The `rpc.system.name` of every call.
#[cfg(feature = "tracing")]
pub(super) const SYSTEM: &str = "aws-api";

/// The `error.type` of a failure that has no class.
pub(crate) const OTHER: &str = "_OTHER";

/// An attempt ended, a retry is about to wait, or the call gave up; or the SDK sent a request again inside an
/// attempt.
///
/// It borrows from the failed attempt: copy any part that must outlive the hook. Texts are as the service
/// sent them: display them through [`shown`](crate::observe::shown), as `Debug` does.
#[derive(Clone)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The function's name, or the argument `name = ".."`.
    pub function: &'static str,
    /// The module that contains the function.
    pub module: &'static str,
    /// The service, such as `"Secrets Manager"`: from the argument, or recorded by the interceptor.
    pub service: Option<&'a str>,
    /// The operation, such as `"ListSecrets"`: from the argument, or recorded by the interceptor.
    pub operation: Option<&'a str>,
    /// The elements of the scope, with `/` between them, if
    /// [`keep_scope_names`](crate::observe::keep_scope_names) is on.
    pub scope: Option<&'a str>,
    /// The attempt that ended, from 1.
    pub attempt: u32,
    /// The number of times that the call had sent its request again by then: our retries, and those of the SDK
    /// that its interceptor saw.
    pub resends: u32,
    /// Whether the attempt was sent. `false` if the call ended before that: its turn could not come in time,
    /// its deadline had passed, or `fail_fast` did not let it wait. The failure is then that of the attempt
    /// before.
    pub sent: bool,
    /// The requests that the attempt sent. The SDK's interceptor counts them if it runs; otherwise an attempt
    /// is one request.
    pub requests: u32,
    /// The number of these that the SDK sent again inside the attempt.
    pub sdk_retries: u32,
    /// The event is about one such request: the failure is that of the request before it, and the attempt
    /// goes on. The process's observer, reports, metrics and the log get these events; hooks get the count in
    /// the attempt's own event. `requests` and `sdk_retries` are zero here: that event counts them.
    pub sdk_retried: bool,
    /// Attempts allowed in all.
    pub max_attempts: u32,
    /// The error code, such as `ThrottlingException`.
    pub code: Option<&'a str>,
    /// The service's message. It may contain ARNs: keep it out of logs that many people read.
    pub message: Option<&'a str>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The request id, by which AWS support finds the request.
    pub request_id: Option<&'a str>,
    /// The way in which the attempt failed if no service answered it.
    pub transport: Option<Transport>,
    /// The host name or address that the failed request was sent to, if the interceptor runs.
    pub server_address: Option<&'a str>,
    /// The port, if the client's endpoint has one.
    pub server_port: Option<u16>,
    /// The AWS region that the failed request was sent to, if the interceptor runs and the endpoint names it.
    pub region: Option<&'a str>,
    /// The kind that the failure was treated as; `None` after a success.
    pub kind: Option<Kind>,
    /// The limit that the service named when it throttled the request, and the resource that has it.
    pub throttle: Option<Throttle<'a>>,
    /// The wait before the next attempt; zero after a success and at the end.
    pub delay: Duration,
    /// The time for which the attempt waited for its turn, in the modes with a send rate; not part of
    /// `delay`.
    pub queued: Duration,
    /// Time since the call's start, or since its first failure if the time before it was not measured.
    pub elapsed: Duration,
    /// The reason for which the call gave up; `None` while it goes on.
    pub reason: Option<Reason>,
    /// The code looks like a throttle, but is often a hard limit that no retry lifts
    /// (`LimitExceededException`).
    pub maybe_hard_limit: bool,
    /// The scope's send rate and the queue before it, in the modes that have one.
    pub rate: Option<RateState>,
    /// The scope's part in the fleet that this process has joined, if it takes part in one.
    pub fleet: Option<FleetState>,
}

debug_shown! {
    Event<'_> {
        function, module, service: text, operation: text, scope: text, attempt, resends, sent,
        requests, sdk_retries, sdk_retried, max_attempts, code: text, message: text, status,
        request_id: text, transport, server_address: text, server_port, region: text, kind,
        throttle, delay, queued, elapsed, reason, maybe_hard_limit, rate, fleet
    }
}

impl<'a> Event<'a> {
    /// This event with the facts of the failure.
    pub(crate) fn of_failure(mut self, failure: &'a Failure<'_>, kind: Kind) -> Self {
        self.code = failure.code();
        self.message = failure.message();
        self.status = failure.status();
        self.request_id = failure.request_id();
        self.service = self.service.or(failure.service());
        self.operation = self.operation.or(failure.operation());
        self.transport = failure.transport;
        let endpoint = failure.endpoint.as_deref();
        self.server_address = endpoint.map(|it| &*it.address);
        self.server_port = endpoint.and_then(|it| it.port);
        self.region = endpoint.and_then(|it| it.region.as_deref());
        self.kind = Some(kind);
        self.throttle = failure.throttle();
        self.maybe_hard_limit =
            self.code.is_some_and(|code| crate::decision::codes::MAYBE_HARD_LIMIT.contains(&code));
        self
    }

    /// The class of the failure, for people and programs: the code, or else the HTTP status, or else the way in
    /// which no answer came; `_OTHER` if none of them is known. `None` after a success. It is OpenTelemetry's
    /// `error.type`.
    #[must_use]
    pub fn error_type(&self) -> Option<Cow<'a, str>> {
        self.kind?;
        let status = || self.status.map(|it| Cow::Owned(it.to_string()));
        let transport = || Some(Cow::Borrowed(self.transport?.as_str()));
        let known = self.code.map(Cow::Borrowed).or_else(status).or_else(transport);
        Some(known.unwrap_or(Cow::Borrowed(OTHER)))
    }

    /// Whether the attempt failed and another one follows.
    #[must_use]
    pub fn is_retried(&self) -> bool {
        self.kind.is_some() && self.reason.is_none() && !self.sdk_retried
    }
}
