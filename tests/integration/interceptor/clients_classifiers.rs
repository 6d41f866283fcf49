//! The verdict of the client's own retry classifiers, which may be a service's model, on codes that no list has.

use aws_retry::{Kind, RetryPolicy, report};
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use aws_smithy_types::retry::ErrorKind;

use crate::clients::intercepted;

/// Says the same of every failure.
#[derive(Debug)]
struct Says(RetryAction);

impl ClassifyRetry for Says {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.output_or_error() {
            Some(Err(_)) => self.0.clone(),
            _ => RetryAction::NoActionIndicated,
        }
    }
    fn name(&self) -> &'static str {
        "says"
    }
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::modeled_as_retryable_classifier()
    }
}

/// The kind of a failure of this status whose code no list has, and whether the call retries it.
async fn verdict(status: u16, says: &RetryAction, policy: &RetryPolicy) -> (Kind, bool) {
    let endpoint = Endpoint::start([Step::error(status, "Odd")], Step::ok("{}"));
    let config = intercepted(&endpoint, RetryConfig::disabled()).config().to_builder();
    let client = Client::from_conf(config.retry_classifier(Says(says.clone())).build());
    let call = policy.run(|| client.list_secrets().send());
    let (outcome, report) = report(call).await;
    assert_eq!(outcome.is_ok(), endpoint.arrived() == 2);
    (report.failures[0].kind, outcome.is_ok())
}

#[tokio::test(start_paused = true)]
async fn a_code_that_no_list_has_is_what_the_classifiers_say_but_a_status_is_the_policys() {
    let nothing = || RetryAction::NoActionIndicated;
    let forbidden = || RetryAction::RetryForbidden;
    let transient = || RetryAction::transient_error();
    let server = || RetryAction::server_error();
    let throttled = || RetryAction::retryable_error(ErrorKind::ThrottlingError);
    let (is_throttled, is_transient) = ((Kind::Throttled, true), (Kind::Transient, true));
    let permanent = (Kind::Permanent, false);
    for policy in [RetryPolicy::new(), RetryPolicy::paced(), RetryPolicy::standard()] {
        let strict = policy.clone().transient(false);
        for (policy, status, says, expected) in [
            (&policy, 400, nothing(), permanent),
            (&policy, 400, forbidden(), permanent),
            (&policy, 400, transient(), is_transient),
            (&policy, 400, server(), is_transient),
            (&policy, 400, throttled(), is_throttled),
            (&policy, 503, nothing(), is_transient),
            (&policy, 503, transient(), is_transient),
            (&policy, 503, throttled(), is_throttled),
            (&strict, 400, throttled(), is_throttled),
            (&strict, 503, throttled(), is_throttled),
            // The SDK's own classifier says so of the status alone.
            (&strict, 503, nothing(), permanent),
            (&strict, 503, transient(), permanent),
        ] {
            let found = verdict(status, &says, policy).await;
            assert_eq!(found, expected, "{status} {says:?} {policy:?}");
        }
    }
}
