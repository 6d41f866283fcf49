//! The sender of the retry of a request that the SDK sent inside a call: the SDK, in the same operation and
//! with the same idempotency token, or the call, which runs its body again.

use crate::decision::classify::{Rule, Verdict};
use crate::decision::failure::{Failure, Kind};
use crate::decision::policy::{Mode, Resolved};

/// The requests of a call, as far as the interceptor saw them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Requests {
    /// All requests that were sent, and those that the SDK is about to send again; 0 without the interceptor.
    pub sent: u32,
    /// The number of these that the SDK sends again.
    pub repeats: u32,
    /// The number that failed and were not throttled.
    pub not_throttled: u32,
    /// One of them may have been executed.
    pub may_have_run: bool,
}

impl Requests {
    /// The part of `max_attempts` that a call has used in its attempt number `attempt`. A body that sends one
    /// request uses one for each request. If the body sends several operations, all their requests count as
    /// soon as the SDK repeats one of them. But a body that needs more than `max_attempts` requests by itself
    /// is a loop, and only its repeats count.
    pub fn used(self, attempt: u32, max_attempts: u32) -> u32 {
        let is_loop = self.sent.saturating_sub(self.repeats) >= max_attempts;
        if self.repeats == 0 || is_loop {
            attempt.saturating_add(self.repeats)
        } else {
            self.sent.max(attempt)
        }
    }
}

/// A failed request, and the facts that the call knows about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub failure: &'a Failure<'a>,
    /// The failure under the call's policy.
    pub verdict: Verdict,
    /// The client's own classifiers call it a throttle.
    pub sdk_throttle: bool,
    /// The requests of this operation, including this one.
    pub of_operation: u32,
    /// The requests of the call, including this one.
    pub of_call: Requests,
    /// The number of the call's attempt.
    pub attempt: u32,
    /// An earlier request of this operation may have been executed.
    pub operation_may_have_run: bool,
    /// Any other request of the call may have been executed.
    pub call_may_have_run: bool,
    /// The operation has an idempotency token, which stays the same while the SDK retries it.
    pub has_token: bool,
}

/// Who sends the retry, if one is sent at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The SDK must not send it: the call decides.
    Call,
    /// The SDK, up to this many requests of this operation, if its own rules retry the failure.
    Sdk { max_attempts: u32 },
}

/// The sender of the retry of `request` under `policy`.
pub(crate) fn sender(policy: &Resolved, request: &Request<'_>) -> Sender {
    let Request { failure, verdict, .. } = *request;
    if !policy.idempotent && (request.call_may_have_run || !verdict.surely_not_executed(failure)) {
        return Sender::Call;
    }
    // The user's own arguments forbid it.
    if matches!(verdict.rule, Rule::Excluded | Rule::TransientOff) {
        return Sender::Call;
    }
    // If the call would not retry it, the SDK may.
    let throttled =
        verdict.is_retryable() && (request.sdk_throttle || verdict.kind == Kind::Throttled);
    if throttled && !(request.has_token && request.operation_may_have_run) {
        return Sender::Call;
    }
    let used = request.of_call.used(request.attempt, policy.max_attempts);
    let mut left = policy.max_attempts.saturating_sub(used);
    if policy.mode == Mode::Paced {
        let failures = policy.max_retries.saturating_add(1);
        left = left.min(failures.saturating_sub(request.of_call.not_throttled));
    }
    match left {
        0 => Sender::Call,
        _ => Sender::Sdk { max_attempts: request.of_operation.saturating_add(left) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RetryPolicy;
    use crate::decision::classify::{Predicates, classify};
    use crate::decision::failure::Transport;

    const SENT_BY_CALL: Sender = Sender::Call;
    const fn sent_by_sdk(max_attempts: u32) -> Sender {
        Sender::Sdk { max_attempts }
    }

    fn requests(sent: u32, repeats: u32) -> Requests {
        Requests { sent, repeats, not_throttled: repeats, may_have_run: false }
    }

    /// The second request of its operation, and the third of its call, of six.
    fn request<'a>(policy: &Resolved, failure: &'a Failure<'a>) -> Request<'a> {
        Request {
            failure,
            verdict: classify(policy, failure, Predicates::default()),
            sdk_throttle: false,
            of_operation: 2,
            of_call: requests(3, 1),
            attempt: 2,
            operation_may_have_run: false,
            call_may_have_run: false,
            has_token: true,
        }
    }

    fn failures() -> [Failure<'static>; 4] {
        [
            Failure::new().with_status(500).with_code("InternalServiceError"),
            Failure::transport(Transport::Timeout),
            Failure::transport(Transport::NeverConnected),
            Failure::new().with_status(400).with_code("ThrottlingException"),
        ]
    }

    #[test]
    fn a_transient_is_the_sdks_and_a_throttle_the_calls() {
        let policy = RetryPolicy::new().resolve();
        let expected = [sent_by_sdk(5), sent_by_sdk(5), sent_by_sdk(5), SENT_BY_CALL];
        for (failure, expected) in failures().iter().zip(expected) {
            assert_eq!(sender(&policy, &request(&policy, failure)), expected);
        }
    }

    #[test]
    fn a_throttle_stays_with_the_sdk_where_the_token_matters() {
        let policy = RetryPolicy::new().resolve();
        let [.., throttle] = failures();
        for (has_token, operation_may_have_run) in
            [(false, false), (false, true), (true, false), (true, true)]
        {
            let request =
                Request { has_token, operation_may_have_run, ..request(&policy, &throttle) };
            let stays = has_token && operation_may_have_run;
            let expected = if stays { sent_by_sdk(5) } else { SENT_BY_CALL };
            assert_eq!(sender(&policy, &request), expected);
        }
    }

    #[test]
    fn without_idempotence_only_proof_lets_the_sdk_go_on() {
        let policy = RetryPolicy::new().idempotent(false).resolve();
        let of = |failure, call_may_have_run| {
            let request = Request { call_may_have_run, ..request(&policy, failure) };
            sender(&policy, &request)
        };
        let expected = [SENT_BY_CALL, SENT_BY_CALL, sent_by_sdk(5), SENT_BY_CALL];
        for (failure, expected) in failures().iter().zip(expected) {
            assert_eq!(of(failure, false), expected);
            assert_eq!(of(failure, true), SENT_BY_CALL);
        }
    }

    #[test]
    fn the_call_counts_every_request() {
        let policy = RetryPolicy::new().max_attempts(4).resolve();
        let [broken, ..] = failures();
        let of = |sent| {
            let of_call = requests(sent, sent - 2);
            sender(&policy, &Request { of_call, ..request(&policy, &broken) })
        };
        assert_eq!([3, 4, 5].map(of), [sent_by_sdk(3), SENT_BY_CALL, SENT_BY_CALL]);

        let paced = RetryPolicy::paced().max_retries(2).resolve();
        let of = |not_throttled| {
            let of_call = Requests { not_throttled, ..requests(3, 1) };
            sender(&paced, &Request { of_call, ..request(&paced, &broken) })
        };
        assert_eq!([1, 2, 3].map(of), [sent_by_sdk(4), sent_by_sdk(3), SENT_BY_CALL]);
    }

    #[test]
    fn the_use_of_max_attempts() {
        for (sent, repeats, attempt, used) in [
            (0, 0, 3, 3), // Without the interceptor.
            (3, 0, 3, 3),
            (3, 2, 1, 3),
            (6, 0, 3, 3),  // Two operations per attempt, which the SDK does not repeat,
            (5, 2, 1, 5),  // and which it does.
            (11, 1, 1, 2), // A loop of ten operations.
        ] {
            assert_eq!(
                requests(sent, repeats).used(attempt, 6),
                used,
                "{sent} {repeats} {attempt}"
            );
        }
    }

    #[test]
    fn what_the_arguments_forbid_the_sdk_does_not_send() {
        let excluded = RetryPolicy::new().excluded_errors(&["Internal*"]).resolve();
        let listed = RetryPolicy::new().retryable_errors(&["Busy"]).resolve();
        let [broken, ..] = failures();
        for policy in [excluded, listed] {
            assert_eq!(sender(&policy, &request(&policy, &broken)), SENT_BY_CALL);
        }
    }
}
