//! The SDK's interceptor: it decides who sends a retry, and records what is known about a failed request.

mod classifiers;
mod operation;

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
    FinalizerInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::{RetryConfig, RetrySpec};

use crate::context::ambient::{self, Ambient};
use crate::context::{self, AttemptRecord, RecordedBy, SdkAttempt, SdkRequests, SdkRetry};
use crate::decision::classify::{Predicates, classify};
use crate::decision::codes;
use crate::decision::failure::{Failure, Kind};
use crate::decision::policy::RetryPolicy;
use crate::decision::sdk_retry::{Request, Sender, sender};
use crate::errors::{self, StopWhy, Stopped};
use crate::switches::Switch;
use operation::Operation;

/// Divides the work between the SDK's retries and those of an annotated call. It takes one line on a
/// service's `Config`.
///
/// ```
/// # use aws_retry_core as aws_retry;
/// # let region = aws_sdk_sqs::config::Region::new("us-east-1");
/// let config = aws_sdk_sqs::Config::builder()
///     .region(region)
///     .interceptor(aws_retry::sdk::Interceptor::new())
///     .build();
/// ```
///
/// Inside an annotated call (or [`RetryPolicy::run`](crate::RetryPolicy::run), or a
/// [`RetryClient`](crate::RetryClient)) it looks at each failed request with the call's policy and the
/// client's own retry classifiers:
///
/// - A throttle leaves the SDK at once: the annotated call handles throttles, with its scope, retry tokens
///   and pace. A throttle stays with the SDK only if an earlier request of the same operation may have been
///   executed and the operation has an idempotency token, which the SDK repeats.
/// - A 5xx, a lost connection, a time-out or a clock skew stays with the SDK, inside the same operation and
///   with the same idempotency token. The SDK gets the call's number of attempts, whatever the client's
///   `RetryConfig` says. A client whose retries are disabled still does not retry.
/// - Under `idempotent = false` the SDK repeats a request only with proof that neither it nor any earlier
///   request of the call was executed. It also stops for codes that `excluded_errors` names, and under
///   `transient = false`.
/// - Every request counts toward `max_attempts`, over all operations in the call's body. If the SDK gives up
///   early because its own token bucket is empty, the call goes on with the remaining attempts.
/// - The failure is recorded, so that the call can classify an error whose type was erased.
///
/// An operation has an idempotency token if the service crate registered its `IdempotencyTokenInterceptor`
/// for it. This is so for every operation whose model has such a token, even if the caller passes the token.
///
/// Outside of all annotated calls the client works as configured.
///
/// Credentials are loaded as often as without it, and in the time that the SDK grants. Do not use it on the
/// client of a credentials provider: those calls happen inside the annotated call, but their throttles are
/// not the annotated call's own.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Interceptor;

impl Interceptor {
    /// The interceptor. It has no state: each of any number of clients may have one.
    #[must_use]
    pub fn new() -> Self {
        // From now on calls show their policy to the operations inside them.
        Switch::Interceptor.set(true);
        Self
    }
}

impl Default for Interceptor {
    fn default() -> Self {
        Self::new()
    }
}

#[dyn_dispatch_hint]
impl Intercept for Interceptor {
    fn name(&self) -> &'static str {
        "aws_retry::sdk::Interceptor"
    }

    /// A call whose error type can't report that its deadline has passed runs its body nevertheless: the
    /// requests that the body sends are refused here.
    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context::with(|call| call.refuses()) {
            return Err(Stopped::new(StopWhy::Deadline, None).into());
        }
        Ok(())
    }

    /// After the deadline, the SDK does not send a request again either.
    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let repeats = cfg.load::<Operation>().is_some_and(|it| it.last.is_some());
        if repeats && context::with(|call| call.is_in_call() && call.is_late()) {
            return Err(Stopped::new(StopWhy::Deadline, None).into());
        }
        Ok(())
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        context::with(|call| {
            if call.is_in_call() {
                let operation = Operation::of(cfg);
                let repeated = operation.last.as_deref().cloned();
                call.sdk_requests(|requests| {
                    keep_promise(&operation, requests);
                    requests.on_sent(repeated);
                });
                Operation { in_flight: true, promised: false, ..operation }.store(cfg);
            }
        });
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let context = context.inner();
        if context::with(|call| call.is_in_call()) {
            if context.is_failed() {
                failed(context, components, cfg);
            } else {
                succeeded(context, cfg);
            }
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(operation) = cfg.load::<Operation>().filter(|it| it.promised) {
            // The SDK gave up early.
            context::with(|call| call.sdk_requests(|requests| keep_promise(operation, requests)));
        }
        Ok(())
    }
}

/// The SDK sends the promised request, or ends without sending it.
fn keep_promise(operation: &Operation, requests: &mut SdkRequests) {
    if operation.promised {
        requests.promise(false);
    }
}

/// Whether the request was sent. The connector takes it out of the context; a request that was only signed,
/// as in presigning, is still there.
fn was_sent(operation: &Operation, context: &InterceptorContext) -> bool {
    operation.in_flight && context.request().is_none()
}

fn succeeded(context: &InterceptorContext, cfg: &ConfigBag) {
    let operation = Operation::of(cfg);
    context::with(|call| {
        if operation.in_flight && !was_sent(&operation, context) {
            call.sdk_requests(SdkRequests::on_unsent);
        }
        call.succeeded(operation.execution);
    });
}

#[cold]
fn failed(context: &InterceptorContext, components: &RuntimeComponents, cfg: &mut ConfigBag) {
    let Some(Err(error)) = context.output_or_error() else { return };
    let sdk_kind = classifiers::kind_of(context, components);
    let failure = complete(errors::of_attempt(error, context.response()), sdk_kind, cfg);
    let mut operation = Operation::of(cfg);
    let sent = was_sent(&operation, context);
    let of_operation = cfg.load::<RequestAttempts>().map_or(1, RequestAttempts::attempts);

    let shown = context::with(|call| call.sdk_requests(|requests| requests.policy.clone()));
    let policy = shown.as_ref().map_or_else(
        || RetryPolicy::new().resolve(),
        |shown| shown.resolve(failure.service(), failure.operation()),
    );
    let verdict = classify(&policy, &failure, Predicates::default());
    let proved = !sent || verdict.surely_not_executed(&failure);
    let sdk_throttle = sdk_kind == Some(Kind::Throttled);
    let throttled = sdk_throttle || verdict.kind == Kind::Throttled;
    let request = context::with(|call| {
        let attempt = call.attempt;
        call.sdk_requests(|requests| {
            keep_promise(&operation, requests);
            if operation.in_flight && !sent {
                requests.on_unsent();
            } else if sent && proved {
                requests.on_not_executed();
            }
            if sent && !throttled {
                requests.on_not_throttled();
            }
            Request {
                failure: &failure,
                verdict,
                sdk_throttle,
                of_operation,
                of_call: requests.facts(),
                attempt,
                operation_may_have_run: operation.may_have_run,
                call_may_have_run: requests.others_may_have_run(proved),
                has_token: Operation::has_token(components),
            }
        })
    });
    // A call that began before the process created its first interceptor does not show a policy: it decides
    // by itself, as does one whose deadline has passed. A client whose retries are disabled still does not
    // retry.
    let late = context::with(|call| call.sdk_requests(|requests| requests.is_late()));
    let decides = shown.is_none() || late;
    let sender = if decides { Sender::Call } else { sender(&policy, &request) };
    if let Some(retries) = cfg.load::<RetryConfig>().filter(|it| it.max_attempts() > 1) {
        let max_attempts = match sender {
            Sender::Sdk { max_attempts } => max_attempts,
            Sender::Call => 1,
        };
        let mut retries = retries.clone().with_max_attempts(max_attempts);
        if Ambient::skips_waits(ambient::current().as_deref()) {
            // A test without waits: the SDK's own waits are empty, too.
            retries = retries.with_max_backoff(Duration::ZERO).with_retry_spec(RetrySpec::v2_0());
        }
        cfg.interceptor_state().store_put(retries);
        operation.promised = sender != Sender::Call;
    }

    let kind = if verdict.is_retryable() { verdict.kind } else { sdk_kind.unwrap_or(verdict.kind) };
    operation.in_flight = false;
    operation.may_have_run |= !proved;
    operation.last = Some(Arc::new(SdkRetry { failure: failure.clone(), kind }));
    let source = RecordedBy::Sdk(SdkAttempt { execution: operation.execution });
    context::with(|call| {
        if operation.promised {
            call.sdk_requests(|requests| requests.promise(true));
        }
        call.add(AttemptRecord::new(failure, kind, source));
    });
    operation.store(cfg);
}

/// The failure, completed by the operation and the client's classifiers.
fn complete(failure: Failure<'_>, kind: Option<Kind>, cfg: &ConfigBag) -> Failure<'static> {
    // Some models call a throttling code a server error.
    let throttled = failure.code().is_some_and(|code| codes::THROTTLING.contains(&code));
    // Not if only the status made it so: the policy has its own rules for statuses.
    let by_status = failure.status.is_some_and(|it| codes::TRANSIENT_STATUSES.contains(&it));
    let by_model = |kind: &Kind| *kind == Kind::Throttled || (failure.code.is_some() && !by_status);
    let modeled_kind = if throttled { Some(Kind::Throttled) } else { kind.filter(by_model) };
    let metadata = cfg.load::<Metadata>();
    let failure = Failure {
        modeled_kind,
        service: metadata.map(|it| it.service().into()),
        operation: metadata.map(|it| it.name().into()),
        endpoint: operation::endpoint(cfg).map(Arc::new),
        ..failure
    };
    failure.to_owned()
}
