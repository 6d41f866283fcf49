//! The inputs of the SDK's retry strategy, for the benchmarks.

use aws_smithy_runtime_api::client::interceptors::context::{
    Error, Input, InterceptorContext, Output,
};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};

/// A classifier to which every failure is of the same kind.
#[derive(Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Failures {
    AreThrottles,
    AreTransient,
}

impl ClassifyRetry for Failures {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match self {
            _ if !context.is_failed() => RetryAction::default(),
            Self::AreThrottles => RetryAction::throttling_error(),
            Self::AreTransient => RetryAction::transient_error(),
        }
    }

    fn name(&self) -> &'static str {
        "every failure"
    }
}

/// An attempt that failed.
#[must_use]
pub fn failed() -> InterceptorContext {
    ended(Err(OrchestratorError::other("scripted")))
}

/// An attempt that succeeded.
#[must_use]
pub fn succeeded() -> InterceptorContext {
    ended(Ok(Output::doesnt_matter()))
}

fn ended(end: Result<Output, OrchestratorError<Error>>) -> InterceptorContext {
    let mut context = InterceptorContext::new(Input::doesnt_matter());
    context.set_output_or_error(end);
    context
}
