//! The kinds of failure, in every error type in which they can reach the caller. Each kind is played once by a
//! scripted endpoint to a real client without retries of its own; the number of requests tells whether the
//! annotated function retried it.

mod body;
mod event_stream;
mod http2;
mod sts;

use std::time::Duration;

use aws_retry::{Mode, RetryPolicy, aws_retry};
use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::list_secrets::ListSecretsError;

use crate::clients;
use crate::listing::{ListError, error_types, list};

#[derive(Debug, thiserror::Error)]
#[error("listing failed")]
#[allow(clippy::large_enum_variant, reason = "an error of the user's, as they write them")]
struct Wrapped(#[from] ListError);

#[derive(Debug, thiserror::Error)]
#[allow(clippy::large_enum_variant, reason = "an error of the user's, as they write them")]
enum Transparent {
    #[error(transparent)]
    List(#[from] ListError),
}

error_types! {
    "SdkError": ListError, |error| error;
    "operation error": ListSecretsError, SdkError::into_service_error;
    "service error": aws_sdk_secretsmanager::Error, Into::into;
    "anyhow": anyhow::Error, |error| anyhow::Error::from(error).context("listing");
    "anyhow of a service error": anyhow::Error,
        |error| anyhow::Error::from(aws_sdk_secretsmanager::Error::from(error)).context("listing");
    "anyhow with words of a throttle": anyhow::Error,
        |error| anyhow::Error::from(error).context("request has timed out").context("Throttling: list");
    "box": Box<dyn std::error::Error + Send + Sync>, Into::into;
    "io error": std::io::Error, std::io::Error::other;
    "thiserror": Wrapped, Into::into;
    "transparent thiserror": Transparent, Into::into;
}

/// The requests that each error type sends after `step`, under `policy`.
async fn requests(
    client: &Client,
    endpoint: &Endpoint,
    step: &Step,
    policy: &RetryPolicy,
) -> Vec<(&'static str, usize)> {
    let mut requests = Vec::new();
    for (name, call) in ERROR_TYPES {
        endpoint.play([step.clone()]);
        let succeeded = call(client, policy).await;
        let sent = endpoint.arrived();
        assert_eq!(succeeded, sent == 2, "{name}: {step:?}");
        requests.push((*name, sent));
    }
    requests
}

/// Asserts that every error type sends `expected` requests after each of `steps`.
async fn assert_requests(
    steps: impl IntoIterator<Item = Step>,
    policy: &RetryPolicy,
    expected: usize,
) {
    let endpoint = Endpoint::start([], Step::ok("{}"));
    let client = clients::secrets_manager(&endpoint.url(), PATIENCE);
    assert_requests_of(&client, &endpoint, steps, policy, expected).await;
}

async fn assert_requests_of(
    client: &Client,
    endpoint: &Endpoint,
    steps: impl IntoIterator<Item = Step>,
    policy: &RetryPolicy,
    expected: usize,
) {
    for step in steps {
        let found = requests(client, endpoint, &step, policy).await;
        let wrong: Vec<_> = found.iter().filter(|(_, sent)| *sent != expected).collect();
        assert!(wrong.is_empty(), "{policy:?} {step:?}: {wrong:?} instead of {expected}");
    }
}

fn default_and_paced() -> [RetryPolicy; 2] {
    [RetryPolicy::new(), RetryPolicy::paced()]
}

#[tokio::test(start_paused = true)]
async fn a_server_fault_with_a_code_is_retried_where_the_type_lost_the_status() {
    let steps = || {
        [
            Step::error(503, "ServiceUnavailableException"),
            Step::error(500, "InternalServerException"),
            Step::error(500, "InternalServiceError"),
            Step::error(500, "InternalFailure"),
            Step::error(500, "InternalError"),
            Step::error(503, "Unavailable"),
        ]
    };
    for policy in default_and_paced() {
        assert_requests(steps(), &policy, 2).await;
    }
    for mode in [Mode::Standard, Mode::Standard20, Mode::Adaptive, Mode::Legacy] {
        assert_requests(steps(), &RetryPolicy::new().mode(mode), 2).await;
    }
    let no_transients = RetryPolicy::new().transient(false);
    assert_requests(steps(), &no_transients, 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_throttle_that_awss_fourteen_lack_is_retried_in_the_default_and_the_paced_mode_alone() {
    let steps = || {
        ["KMSThrottlingException", "KmsThrottled", "EKSRequestThrottledException"]
            .into_iter()
            .chain(["ThrottledClientException", "TooManyRequestException", "Throttled"])
            .map(|code| Step::error(400, code))
    };
    for policy in default_and_paced() {
        assert_requests(steps(), &policy, 2).await;
    }
    assert_requests(steps(), &RetryPolicy::standard(), 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_limit_is_not_a_throttle() {
    let steps = ["LimitExceeded", "TooManyTagsException", "ConcurrentModificationException"]
        .map(|code| Step::error(400, code));
    for policy in default_and_paced() {
        assert_requests(steps.clone(), &policy, 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_out_of_the_clients_attempt_is_retried_in_every_error_type() {
    let endpoint = Endpoint::start([], Step::ok("{}"));
    let client = clients::secrets_manager(&endpoint.url(), Duration::from_secs(60));
    let timeouts =
        TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(300)).build();
    let config = client.config().to_builder().timeout_config(timeouts);
    let client = Client::from_conf(config.build());
    for policy in default_and_paced() {
        assert_requests_of(&client, &endpoint, [Step::Stall], &policy, 2).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_answer_is_retried_in_every_error_type() {
    let cut = || Step::ok(r#"{"SecretList": []}"#).cut();
    for policy in default_and_paced() {
        assert_requests([cut()], &policy, 2).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_retried_in_every_error_type() {
    for policy in default_and_paced() {
        assert_requests([Step::Reset, Step::Hangup, Step::Stall], &policy, 2).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrappers_words_overrule_nothing_that_the_sdk_knows() {
    // Modeled by the operation, and not modeled.
    let permanent = ["InvalidParameterException", "SomethingElse"];
    let steps = permanent.map(|code| Step::error(400, code));
    for policy in default_and_paced() {
        assert_requests(steps.clone(), &policy, 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn lists_and_patterns_match_modeled_and_unmodeled_errors_in_every_error_type() {
    let modeled = || [Step::error(400, "InvalidParameterException")];
    for name in ["InvalidParameter", "InvalidParameterException", "InvalidParam*"] {
        let names: &'static [&'static str] = vec![name].leak();
        assert_requests(modeled(), &RetryPolicy::new().added_errors(names), 2).await;
        let throttling = RetryPolicy::new().throttling_errors(names);
        assert_requests(modeled(), &throttling, 2).await;
        let retryable = RetryPolicy::standard().retryable_errors(names);
        assert_requests(modeled(), &retryable, 2).await;
    }
    let limits = RetryPolicy::new().excluded_errors(&["Limit*"]);
    assert_requests([Step::error(400, "LimitExceededException")], &limits, 1).await;
    let service_errors = RetryPolicy::new().excluded_errors(&["InternalService*"]);
    assert_requests([Step::error(500, "InternalServiceError")], &service_errors, 1).await;
}

/// The one-line answer to "why was this retried?", for each place where a failure can be read.
#[tokio::test(start_paused = true)]
async fn explain_tells_code_kind_rule_and_where_it_was_read() {
    let endpoint = Endpoint::start([], Step::ok("{}"));
    let client = clients::secrets_manager(&endpoint.url(), PATIENCE);
    let error = async |step: Step| {
        endpoint.play([step]);
        list(&client).await.unwrap_err()
    };
    let fault = || Step::error(503, "ServiceUnavailableException");
    let transient = "kind: transient, verdict: retried, reason: ";
    let models = "its code is in the server faults of AWS's models, read from: ";
    let said = aws_retry::explain!(error(fault()).await).to_string();
    let code = "code: ServiceUnavailableException, ";
    assert_eq!(said, format!("{code}status: 503, {transient}{models}the SDK's error"));
    let service = aws_sdk_secretsmanager::Error::from(error(fault()).await);
    let said = aws_retry::explain!(service).to_string();
    assert_eq!(said, format!("{code}{transient}{models}the error's metadata"));
    let erased = anyhow::Error::from(error(fault()).await).context("Throttling: listing");
    let chain = "a type in the chain of sources";
    assert_eq!(
        aws_retry::explain(&erased).to_string(),
        format!("{code}{transient}{models}{chain}")
    );
    let text = anyhow::anyhow!("ServiceUnavailableException: later");
    let said = aws_retry::explain(&text).to_string();
    assert_eq!(said, format!("{code}{transient}{models}the text of a message"));
    let service = aws_sdk_secretsmanager::Error::from(error(Step::Stall).await);
    let said = aws_retry::explain!(service).to_string();
    assert!(said.contains("reason: it timed out, read from: "), "{said}");

    let modeled = || Step::error(400, "InvalidParameterException");
    let erased = anyhow::Error::from(error(modeled()).await).context("SlowDown: listing");
    assert_eq!(
        aws_retry::explain(&erased).to_string(),
        "code: InvalidParameterException, kind: permanent, verdict: not retried, reason: no rule \
         retries it: neither its code nor its status, read from: a type in the chain of sources",
    );
    let added = RetryPolicy::new().added_errors(&["InvalidParam*"]);
    let said = added.explain(&erased).to_string();
    assert!(said.contains("kind: other, verdict: retried, reason: `added_errors` names"), "{said}");
}

/// The interceptor has recorded the status that a service's error has lost.
#[tokio::test(start_paused = true)]
async fn explain_inside_a_call_reads_the_record() {
    #[aws_retry(max_retries = 0)]
    async fn look(client: &Client) -> Result<String, aws_retry::Stopped> {
        let error = aws_sdk_secretsmanager::Error::from(list(client).await.unwrap_err());
        Ok(aws_retry::explain!(error).to_string())
    }
    let endpoint = Endpoint::start([], Step::html(503));
    let client = clients::intercepted(&endpoint, RetryConfig::disabled());
    assert_eq!(
        look(&client).await.unwrap(),
        "code: none, status: 503, kind: transient, verdict: retried, reason: HTTP 503 is retried, \
         read from: the record of the SDK's attempt",
    );
}

/// The server's hint is a header: a service's error has lost it, the interceptor has not.
#[tokio::test(start_paused = true)]
async fn a_hint_behind_a_services_error_is_known_where_the_interceptor_runs() {
    #[aws_retry(base_delay = "1s", jitter = false)]
    async fn call(client: &Client) -> Result<(), aws_sdk_secretsmanager::Error> {
        Ok(list(client).await?)
    }
    let endpoint = Endpoint::start([], Step::ok("{}"));
    let plain = clients::plain(&endpoint, RetryConfig::disabled());
    let intercepted = clients::intercepted(&endpoint, RetryConfig::disabled());
    for (client, seconds) in [(plain, 1.0), (intercepted, 7.0)] {
        endpoint.play([Step::throttled().header("retry-after", "7")]);
        let began = tokio::time::Instant::now();
        call(&client).await.unwrap();
        // The paused clock moves a little while the runtime waits for a socket.
        let waited = began.elapsed().as_secs_f64();
        // Up to a tenth is added to a hint at random.
        assert!(waited > seconds - 0.1 && waited < seconds * 1.1 + 0.5, "{waited}, not {seconds}");
    }
}
