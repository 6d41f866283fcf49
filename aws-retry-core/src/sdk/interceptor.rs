//! The SDK's interceptor: who retries what, and what a failed attempt was.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryReason,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_smithy_types::retry::{ErrorKind, RetryConfig};

use crate::context::{self, AttemptRecord, SdkAttempt, Source};
use crate::decision::codes;
use crate::decision::failure::{Failure, Kind};
use crate::errors::{self, StopWhy, Stopped};

/// Shares the work between the SDK's retries and an annotated call's: one line on a service's `Config`.
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
/// [`RetryClient`](crate::RetryClient)) it looks at each attempt that failed, with the client's own retry
/// classifiers:
///
/// - A throttle leaves the SDK at once: the annotated call owns throttles, with its scope, quota and pace.
///   A code that `throttling_errors` names is known for one once an attempt has failed.
/// - A 5xx, a lost connection or a clock skew stays with the SDK, inside the same operation and with the
///   same idempotency token. The annotated call does not retry what the SDK has retried.
/// - What is known of the failure is recorded, so that the call understands an error whose type was erased.
/// - In the modes with a send rate, the requests of an attempt are counted: a quota counts them, not runs.
///
/// Outside every annotated call the client is as configured.
///
/// Credentials are loaded as often as without it, and in the time that the SDK grants. It is not for the
/// client that a credentials provider uses: that one's calls happen inside the annotated call, and their
/// throttles are not that call's.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Interceptor;

impl Interceptor {
    /// The interceptor. It has no state: any number of clients may have one each.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

/// Tells one operation from all others of the process; in its configuration from its first failure on.
#[derive(Clone, Copy, Debug)]
struct Execution(u64);

impl Storable for Execution {
    type Storer = StoreReplace<Self>;
}

impl Execution {
    fn of(cfg: &mut ConfigBag) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        if let Some(known) = cfg.load::<Self>() {
            return *known;
        }
        let new = Self(NEXT.fetch_add(1, Ordering::Relaxed));
        cfg.interceptor_state().store_put(new);
        new
    }
}

#[dyn_dispatch_hint]
impl Intercept for Interceptor {
    fn name(&self) -> &'static str {
        "aws_retry::sdk::Interceptor"
    }

    /// A call whose error type can't say that its deadline has passed runs its body all the same: what
    /// the body sends is refused here.
    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context::with(|frame| frame.refuses()) {
            return Err(Stopped::new(StopWhy::Deadline, None).into());
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let context = context.inner();
        if context::with(|frame| frame.is_in_call()) {
            if context.is_failed() {
                failed(context, components, cfg);
            } else {
                let execution = cfg.load::<Execution>().map(|it| it.0);
                context::with(|frame| frame.succeeded(execution));
            }
        }
        Ok(())
    }
}

#[cold]
fn failed(context: &InterceptorContext, components: &RuntimeComponents, cfg: &mut ConfigBag) {
    let Some(Err(error)) = context.output_or_error() else { return };
    let failure = errors::of_attempt(error, context.response());
    let kind = match failure.code() {
        Some(code) if is_throttle(code) => Some(Kind::Throttled),
        _ => kind_of(&classify(context, components)),
    };
    if kind == Some(Kind::Throttled)
        && let Some(retries) = cfg.load::<RetryConfig>().filter(|it| it.max_attempts() > 1)
    {
        let none = retries.clone().with_max_attempts(1);
        cfg.interceptor_state().store_put(none);
    }
    let attempts = cfg.load::<RequestAttempts>().map_or(1, RequestAttempts::attempts);
    let sent =
        SdkAttempt { execution: Execution::of(cfg).0, retried: kind.is_some() && attempts > 1 };
    let metadata = cfg.load::<Metadata>();
    // Not where the status alone made it so: the policy has its own say on statuses.
    let by_status = failure.status.is_some_and(|it| codes::TRANSIENT_STATUSES.contains(&it));
    let told = kind.filter(|it| *it == Kind::Throttled || (failure.code.is_some() && !by_status));
    let failure = Failure {
        modeled_kind: told,
        service: metadata.map(|it| it.service().into()),
        operation: metadata.map(|it| it.name().into()),
        ..failure
    };
    let record =
        AttemptRecord::new(failure.to_owned(), kind.unwrap_or(Kind::Permanent), Source::Sdk(sent));
    context::with(|frame| frame.add(record));
}

/// A throttle is one whatever the model says, which calls some of them a server's error.
fn is_throttle(code: &str) -> bool {
    codes::THROTTLING.contains(&code) || context::with(|frame| frame.calls_throttle(code))
}

/// What the client's classifiers say, as the SDK's own retry strategy asks them.
fn classify(context: &InterceptorContext, components: &RuntimeComponents) -> RetryAction {
    let mut action = RetryAction::NoActionIndicated;
    for classifier in components.retry_classifiers() {
        match classifier.classify_retry_v2(context, &action) {
            RetryAction::NoActionIndicated => {}
            RetryAction::RetryForbidden => return RetryAction::RetryForbidden,
            indicated => action = indicated,
        }
    }
    action
}

/// The kind of a failure that the SDK would retry.
fn kind_of(action: &RetryAction) -> Option<Kind> {
    match action {
        RetryAction::RetryIndicated(RetryReason::RetryableError { kind, .. }) => {
            let throttled = *kind == ErrorKind::ThrottlingError;
            Some(if throttled { Kind::Throttled } else { Kind::Transient })
        }
        RetryAction::RetryIndicated(_) => Some(Kind::Transient),
        _ => None,
    }
}
