//! The client's own retry classifiers, called as the SDK's retry strategy calls them.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryReason,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::retry::ErrorKind;

use crate::decision::failure::Kind;

/// The kind of a failure that the SDK would retry.
pub(super) fn kind_of(
    context: &InterceptorContext,
    components: &RuntimeComponents,
) -> Option<Kind> {
    let mut action = RetryAction::NoActionIndicated;
    for classifier in components.retry_classifiers() {
        match classifier.classify_retry_v2(context, &action) {
            RetryAction::NoActionIndicated => {}
            RetryAction::RetryForbidden => return None,
            indicated => action = indicated,
        }
    }
    let RetryAction::RetryIndicated(reason) = action else { return None };
    let throttled =
        matches!(reason, RetryReason::RetryableError { kind: ErrorKind::ThrottlingError, .. });
    Some(if throttled { Kind::Throttled } else { Kind::Transient })
}
