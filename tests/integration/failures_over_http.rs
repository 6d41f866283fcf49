//! The failures that the decorator's mode retries, over real connections: every failure is played once, and
//! the number of requests tells whether it was retried.

use std::time::Duration;

use crate::clients;
use aws_retry::aws_retry;
use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::list_secrets::{ListSecretsError, ListSecretsOutput};

type Answer = Result<ListSecretsOutput, SdkError<ListSecretsError>>;

#[aws_retry]
async fn list(client: &Client) -> Answer {
    client.list_secrets().send().await
}

#[aws_retry(codes = "python", quota = false)]
async fn list_as_python(client: &Client) -> Answer {
    client.list_secrets().send().await
}

#[aws_retry(idempotent = false)]
async fn list_once(client: &Client) -> Answer {
    client.list_secrets().send().await
}

/// Which of the three functions above retry a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Retried {
    default: bool,
    python: bool,
    once: bool,
}

const ALL: Retried = Retried { default: true, python: true, once: true };
/// AWS's codes that the Python decorator does not retry.
const THROTTLE: Retried = Retried { default: true, python: false, once: true };
/// The Python decorator's codes that do not tell whether the request was executed.
const MAYBE_EXECUTED: Retried = Retried { default: true, python: true, once: false };
const TRANSIENT: Retried = Retried { default: true, python: false, once: false };
const NEVER: Retried = Retried { default: false, python: false, once: false };

fn cut() -> Step {
    Step::ok(r#"{"SecretList": []}"#).cut()
}

fn failures() -> Vec<(Step, Retried)> {
    let mut failures = vec![
        (Step::error(500, "InternalServerError"), MAYBE_EXECUTED),
        (Step::error(400, "InternalServerError"), MAYBE_EXECUTED),
        (Step::error(503, "ServiceUnavailable"), MAYBE_EXECUTED),
        (Step::error(400, "RequestTimeout"), MAYBE_EXECUTED),
        (Step::error(408, "RequestTimeoutException"), TRANSIENT),
        (Step::error(500, "InternalServiceError"), TRANSIENT),
        (Step::error(503, "Whatever"), TRANSIENT),
        (Step::html(503), TRANSIENT),
        (Step::Reset, TRANSIENT),
        (Step::Hangup, TRANSIENT),
        (Step::Stall, TRANSIENT),
        (cut(), TRANSIENT),
        // A status is not a code: a service that answers 429 may have executed the request.
        (Step::empty(429), TRANSIENT),
    ];
    let both = [
        "ThrottlingException",
        "Throttling",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "LimitExceededException",
        "SlowDown",
    ];
    let aws = [
        "ThrottledException",
        "RequestThrottledException",
        "RequestThrottled",
        "TransactionInProgressException",
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
        "EC2ThrottledException",
    ];
    for status in [400, 429, 503] {
        failures.extend(both.map(|code| (Step::error(status, code), ALL)));
        failures.extend(aws.map(|code| (Step::error(status, code), THROTTLE)));
    }
    let permanent = [
        "AccessDeniedException",
        "ExpiredTokenException",
        "ResourceNotFoundException",
        "UnrecognizedClientException",
        "ValidationException",
        "Whatever",
    ];
    failures.extend(permanent.map(|code| (Step::error(400, code), NEVER)));
    failures.extend([500, 502, 503, 504].map(|status| (Step::empty(status), TRANSIENT)));
    failures.extend([400, 403, 404, 409, 501, 505, 509].map(|status| (Step::empty(status), NEVER)));
    failures
}

#[tokio::test(start_paused = true)]
async fn each_failure_is_retried_as_the_arguments_say() {
    let endpoint = Endpoint::start([], Step::ok("{}"));
    let client = clients::secrets_manager(&endpoint.url(), PATIENCE);
    let mut wrong = Vec::new();
    for (step, expected) in failures() {
        let outcome = async |call: Answer| {
            let again = endpoint.arrived() == 2;
            assert_eq!(call.is_ok(), again, "{step:?}: {call:?}");
            endpoint.play([step.clone()]);
            again
        };
        endpoint.play([step.clone()]);
        let retried = Retried {
            default: outcome(list(&client).await).await,
            python: outcome(list_as_python(&client).await).await,
            once: outcome(list_once(&client).await).await,
        };
        if retried != expected {
            wrong.push(format!("{step:?}\n  expected {expected:?}\n  found    {retried:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The wait after `step`: the clock moves only by it.
async fn waited_after(step: Step) -> Duration {
    #[aws_retry(base_delay = "1s", max_delay = "30s", jitter = false)]
    async fn list(client: &Client) -> Answer {
        client.list_secrets().send().await
    }
    let endpoint = Endpoint::start([step], Step::ok("{}"));
    let client = clients::secrets_manager(&endpoint.url(), PATIENCE);
    let began = tokio::time::Instant::now();
    list(&client).await.expect("the second attempt succeeds");
    assert_eq!(endpoint.arrived(), 2);
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn the_hint_of_the_server_is_a_lower_bound_up_to_the_cap() {
    let date = "Mon, 23 Nov 2026 05:00:00 GMT";
    let later = "Mon, 23 Nov 2026 05:00:07 GMT";
    let earlier = "Mon, 23 Nov 2026 04:59:00 GMT";
    for (name, value, seconds) in [
        ("x-amz-retry-after", "2500", 2.5),
        ("x-amz-retry-after", "100", 1.0),
        ("x-amz-retry-after", "90000", 30.0),
        ("x-amz-retry-after", "-2500", 1.0),
        ("x-amz-retry-after", "soon", 1.0),
        ("retry-after", "4", 4.0),
        ("retry-after", "0", 1.0),
        ("retry-after", "3600", 30.0),
        ("retry-after", later, 7.0),
        ("retry-after", earlier, 1.0),
        ("retry-after", "tomorrow", 1.0),
    ] {
        for failure in [Step::throttled(), Step::html(503)] {
            let step = failure.header("date", date).header(name, value);
            let waited = waited_after(step).await;
            let expected = Duration::from_secs_f64(seconds);
            // Up to a tenth is added at random, so that clients do not come back together.
            let grain = Duration::from_millis(2);
            let allowed = expected - grain..=expected.mul_f64(1.1) + grain;
            assert!(allowed.contains(&waited), "{name}: {value}: {waited:?}");
        }
    }
}
