//! The requests that the SDK's operations send inside a call, as the interceptor sees them: their number,
//! those that may have been executed, and those that the SDK sent again by itself.

use std::sync::Arc;

use crate::clock::{Clock, Time};
use crate::decision::batch::Sends;
use crate::decision::failure::{Failure, Kind};
#[cfg(feature = "sdk")]
use crate::decision::policy::Resolved;
use crate::decision::policy::RetryPolicy;
use crate::decision::sdk_retry::Requests;

/// The newest repeats are kept for the log; all of them are counted.
#[cfg(feature = "sdk")]
const KEPT: usize = 16;

/// A request that the SDK sent again inside its operation.
#[derive(Clone, Debug)]
pub(crate) struct SdkRetry {
    /// The failure of the request before it.
    pub failure: Failure<'static>,
    /// The kind of that failure under the call's policy.
    pub kind: Kind,
}

/// The policy in force of a call, as the interceptor sees it.
#[derive(Debug)]
#[cfg_attr(not(feature = "sdk"), expect(dead_code))]
pub(crate) struct ShownPolicy {
    pub policy: RetryPolicy,
    /// A test's own bound on attempts.
    pub cap: u32,
}

#[cfg(feature = "sdk")]
impl ShownPolicy {
    /// The policy for an SDK operation.
    pub fn resolve(&self, service: Option<&str>, operation: Option<&str>) -> Resolved {
        let mut resolved = self.policy.resolve_for(service, operation);
        resolved.max_attempts = resolved.max_attempts.min(self.cap).max(1);
        resolved
    }
}

/// The facts that are known about the requests of one call.
#[derive(Debug, Default)]
pub(crate) struct SdkRequests {
    /// The policy in force: the interceptor asks it who sends a retry.
    pub policy: Option<Arc<ShownPolicy>>,
    /// The call's deadline, and the clock that tells whether it has passed.
    pub deadline: Option<(Clock, Time)>,
    /// Requests that were sent, over all attempts of the call.
    pub sent: u32,
    /// The number of these that the SDK sent again.
    pub retries: u32,
    /// The number of these sent in the present attempt, and of those that the SDK sent again in it.
    sent_in_attempt: u32,
    retries_in_attempt: u32,
    /// A call inside the present attempt reported its own requests.
    pub called_inside: bool,
    /// Requests that the SDK is about to send again.
    promised: u32,
    /// Failed requests of the call that were not throttled.
    not_throttled: u32,
    /// Requests of the call that may have been executed: they were sent, and there is no proof to the
    /// contrary.
    may_have_run: u32,
    /// An operation has begun in the present attempt, whether it sent anything or not.
    operation_seen: bool,
    /// The requests that the SDK sent again since the last look.
    repeats: Vec<SdkRetry>,
}

impl SdkRequests {
    /// The attempt in progress is over, and the next one begins.
    pub const fn begin_attempt(&mut self) {
        self.sent_in_attempt = 0;
        self.retries_in_attempt = 0;
        self.called_inside = false;
        self.operation_seen = false;
    }

    /// The facts for a decision.
    pub const fn facts(&self) -> Requests {
        Requests {
            sent: self.sent.saturating_add(self.promised),
            repeats: self.retries.saturating_add(self.promised),
            not_throttled: self.not_throttled,
            may_have_run: self.may_have_run > 0,
        }
    }

    /// The requests of the present attempt, if the interceptor saw any operation in it.
    pub fn in_attempt(&self) -> Option<u32> {
        self.operation_seen.then_some(self.sent_in_attempt)
    }

    /// The requests of the present attempt for whatever adds them up, and the ones among them that the SDK
    /// sent again. Without the interceptor an attempt is one request, unless an inner call counts its own.
    pub fn counts(&self) -> (u32, u32) {
        match self.in_attempt() {
            Some(sent) => (sent, self.retries_in_attempt),
            None => (u32::from(!self.called_inside), 0),
        }
    }

    /// From now on the counts are those of the items of a batch that are left.
    pub const fn speak_for(&mut self, sends: Sends) {
        self.sent = sends.requests;
        self.retries = sends.requests.saturating_sub(sends.attempts);
        self.not_throttled = sends.not_throttled;
    }

    /// The requests so far have not executed the items of a batch that are left.
    pub const fn forget_executed(&mut self) {
        self.may_have_run = 0;
    }

    /// The requests that the SDK sent again since the last look, oldest first.
    pub fn take_repeats(&mut self) -> Vec<SdkRetry> {
        std::mem::take(&mut self.repeats)
    }
}

#[cfg(feature = "sdk")]
impl SdkRequests {
    /// A request goes out. With `repeat`, the SDK sends it again because of that failure.
    pub fn on_sent(&mut self, repeat: Option<SdkRetry>) {
        self.operation_seen = true;
        self.sent = self.sent.saturating_add(1);
        self.sent_in_attempt = self.sent_in_attempt.saturating_add(1);
        self.may_have_run = self.may_have_run.saturating_add(1);
        if let Some(repeat) = repeat {
            self.retries = self.retries.saturating_add(1);
            self.retries_in_attempt = self.retries_in_attempt.saturating_add(1);
            if self.repeats.len() >= KEPT {
                self.repeats.remove(0);
            }
            self.repeats.push(repeat);
        }
    }

    /// The request never left: it was only signed, or failed before it was sent.
    pub fn on_unsent(&mut self) {
        self.sent = self.sent.saturating_sub(1);
        self.sent_in_attempt = self.sent_in_attempt.saturating_sub(1);
        self.on_not_executed();
    }

    /// The service certainly did not execute the request.
    pub fn on_not_executed(&mut self) {
        self.may_have_run = self.may_have_run.saturating_sub(1);
    }

    /// Whether a request other than the present one may have been executed. The present one itself may have
    /// been, unless it is `proved` that it was not.
    pub const fn others_may_have_run(&self, proved: bool) -> bool {
        self.may_have_run > !proved as u32
    }

    /// Whether the call's deadline has passed.
    pub fn is_late(&self) -> bool {
        self.deadline.as_ref().is_some_and(|(clock, deadline)| clock.now() >= *deadline)
    }

    /// An inner call is over whose requests may have been executed.
    pub const fn on_inner(&mut self, inner: &Self) {
        self.may_have_run = self.may_have_run.saturating_add(inner.may_have_run);
    }

    /// The SDK is about to send a request again, or does not send it after all.
    pub fn promise(&mut self, promised: bool) {
        self.promised = if promised {
            self.promised.saturating_add(1)
        } else {
            self.promised.saturating_sub(1)
        };
    }

    /// A request failed, and the reason was not a throttle.
    pub fn on_not_throttled(&mut self) {
        self.not_throttled = self.not_throttled.saturating_add(1);
    }
}

#[cfg(all(test, feature = "sdk"))]
#[path = "sdk_requests_tests.rs"]
mod tests;
