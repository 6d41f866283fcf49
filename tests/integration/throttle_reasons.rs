//! The limit that a service names when it throttles: read from real answers, for each error type and on each
//! way to the user.

use std::sync::Mutex;

use crate::clients;
use aws_retry::{Limit, Reason, RetryPolicy, Throttle, aws_retry, report};
use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::{Answer, Endpoint, Step};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::error::{ErrorMetadata, ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::list_secrets::ListSecretsError;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

const ARN: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/songs";

/// DynamoDB's spelling.
fn throttled_by(limit: &str) -> Step {
    let code = "ProvisionedThroughputExceededException";
    Step::Answer(Answer {
        status: 400,
        ..Answer::json(format!(
            r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"too fast",
                "ThrottlingReasons":[{{"reason":"{limit}","resource":"{ARN}"}}]}}"#
        ))
    })
}

/// Lambda's.
fn refused_by(reason: &str) -> Step {
    let body = format!(r#"{{"Reason":"{reason}","Type":"User","message":"Rate Exceeded."}}"#);
    Step::Answer(Answer { status: 429, ..Answer::json(body) })
        .header("x-amzn-errortype", "TooManyRequestsException")
}

async fn list(client: &Client) -> Result<(), SdkError<ListSecretsError>> {
    client.list_secrets().send().await.map(drop)
}

fn named(limit: Limit) -> Option<Throttle<'static>> {
    Some(Throttle::new(limit, Some(ARN.into())))
}

/// The throttle that a report holds after a call with this error type that was throttled once.
macro_rules! throttle_of {
    ($error:ty, $client:expr, $convert:expr) => {{
        #[aws_retry(base_delay = "1ms")]
        async fn retried(client: &Client) -> Result<(), $error> {
            list(client).await.map_err($convert)
        }
        let endpoint =
            Endpoint::start([throttled_by("IndexWriteAccountLimitExceeded")], Step::ok("{}"));
        let (outcome, report) = report(retried(&$client(&endpoint, RetryConfig::disabled()))).await;
        outcome.unwrap();
        report.failures[0].throttle.clone()
    }};
}

#[tokio::test]
async fn with_the_interceptor_every_error_type_knows_the_limit() {
    #[derive(Debug, thiserror::Error)]
    #[error("listing failed")]
    struct Failed(#[source] SdkError<ListSecretsError>);

    let limit = named(Limit::IndexWriteAccountLimitExceeded);
    macro_rules! assert_known {
        ($error:ty, $convert:expr) => {
            let found = throttle_of!($error, clients::intercepted, $convert);
            assert_eq!(found, limit, stringify!($error));
        };
    }
    assert_known!(SdkError<ListSecretsError>, |error| error);
    assert_known!(ListSecretsError, SdkError::into_service_error);
    assert_known!(aws_sdk_secretsmanager::Error, Into::into);
    assert_known!(ErrorMetadata, |error| error.meta().clone());
    assert_known!(BoxError, Into::into);
    assert_known!(anyhow::Error, |error| anyhow::Error::from(error).context("listing"));
    assert_known!(Failed, Failed);
}

/// This service's model has no field for the limit: only the raw answer has it.
#[tokio::test]
async fn without_it_an_sdk_error_knows_the_limit_and_a_type_that_lost_the_answer_does_not() {
    let limit = named(Limit::IndexWriteAccountLimitExceeded);
    let of_sdk_error = throttle_of!(SdkError<ListSecretsError>, clients::plain, |error| error);
    assert_eq!(of_sdk_error, limit);
    let of_service = throttle_of!(aws_sdk_secretsmanager::Error, clients::plain, Into::into);
    assert_eq!(of_service, None);
    assert_eq!(throttle_of!(anyhow::Error, clients::plain, Into::into), None);
}

/// EC2 says it in the message, which every error type keeps.
#[tokio::test]
async fn a_limit_in_the_message_is_known_in_every_error_type() {
    let said = "Request limit exceeded. Account 1 has been throttled on ec2:RunInstances because it \
                exceeded its request rate limit.";
    let body = format!(r#"{{"__type":"RequestLimitExceeded","message":"{said}"}}"#);
    let step = Step::Answer(Answer { status: 503, ..Answer::json(body) });
    macro_rules! assert_known {
        ($error:ty, $convert:expr) => {
            let endpoint = Endpoint::start([step.clone()], Step::ok("{}"));
            let client = clients::secrets_manager(&endpoint.url(), PATIENCE);
            let error: $error = list(&client).await.map_err($convert).unwrap_err();
            let said = aws_retry::explain!(error).to_string();
            assert!(said.contains(", limit: RequestRateLimitExceeded, read from: "), "{said}");
        };
    }
    assert_known!(SdkError<ListSecretsError>, |error| error);
    assert_known!(aws_sdk_secretsmanager::Error, Into::into);
    assert_known!(anyhow::Error, |error| anyhow::Error::from(error).context("listing"));
}

#[tokio::test]
async fn hooks_and_explain_tell_the_limit_and_its_resource() {
    static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

    #[aws_retry(base_delay = "1ms", on_retry = |event| SEEN.lock().unwrap().push(format!("{:?}", event.throttle)))]
    async fn retried(client: &Client) -> Result<(), SdkError<ListSecretsError>> {
        list(client).await
    }

    let endpoint = Endpoint::start(
        [refused_by("ConcurrentInvocationLimitExceeded"), throttled_by("TableReadMoonExceeded")],
        Step::ok("{}"),
    );
    let client = clients::secrets_manager(&endpoint.url(), PATIENCE);
    retried(&client).await.unwrap();
    let lambda = "Some(Throttle { limit: ConcurrentInvocationLimitExceeded, resource: None })";
    let unknown = format!("Some(Throttle {{ limit: Unknown, resource: Some({ARN:?}) }})");
    assert_eq!(*SEEN.lock().unwrap(), [lambda, unknown.as_str()]);

    endpoint.play([throttled_by("TableReadKeyRangeThroughputExceeded")]);
    let error = list(&client).await.unwrap_err();
    assert_eq!(
        aws_retry::explain!(error).to_string(),
        format!(
            "code: ProvisionedThroughputExceededException, status: 400, kind: throttled, verdict: retried, \
             reason: its code is in the Python decorator's set, \
             limit: TableReadKeyRangeThroughputExceeded, resource: {ARN}, read from: the SDK's error"
        )
    );
}

/// A hot key in paced mode: nothing is paced, the call backs off alone, and the last event says why.
#[tokio::test(start_paused = true)]
async fn a_call_behind_a_limit_of_its_own_backs_off_alone_and_its_end_names_the_limit() {
    const SCOPE: &str = "a limit of the call's own";
    static LAST: Mutex<Option<(Reason, Throttle<'static>)>> = Mutex::new(None);

    #[aws_retry(mode = "paced", scope = SCOPE)]
    async fn other(client: &Client) -> Result<(), SdkError<ListSecretsError>> {
        list(client).await
    }

    /// Another call of the scope passes in each of its attempts.
    #[aws_retry(
        mode = "paced",
        jitter = false,
        scope = SCOPE,
        on_give_up = |event| {
            let limit = event.throttle.as_ref().map(|it| Throttle::new(it.limit, None));
            *LAST.lock().unwrap() = event.reason.zip(limit);
        }
    )]
    async fn invoke(hot: &Client, healthy: &Client) -> Result<(), SdkError<ListSecretsError>> {
        other(healthy).await?;
        list(hot).await
    }

    let reserved = "ReservedFunctionConcurrentInvocationLimitExceeded";
    let endpoints = [refused_by(reserved), Step::ok("{}")].map(|it| Endpoint::start([], it));
    let [hot, healthy] =
        endpoints.each_ref().map(|it| clients::secrets_manager(&it.url(), PATIENCE));
    let (_, report) = report(invoke(&hot, &healthy)).await;
    let waits: Vec<_> = report.failures.iter().map(|it| it.delay.as_millis()).collect();
    assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 0]);
    let limit = Limit::ReservedFunctionConcurrentInvocationLimitExceeded;
    let expected = (Reason::RefusedAlone, Throttle::new(limit, None));
    assert_eq!(*LAST.lock().unwrap(), Some(expected));
    let state = aws_retry::scope::state(SCOPE).unwrap();
    assert_eq!(state.paced.and_then(|it| it.rate), None, "no rate was learned: {state:?}");
}

/// The caller's rate is the scope's: the first throttle paces all of its calls.
#[tokio::test(start_paused = true)]
async fn a_limit_of_the_callers_rate_paces_the_scope() {
    const SCOPE: &str = "a limit of the caller's rate";
    let endpoint = Endpoint::start([refused_by("CallerRateLimitExceeded")], Step::ok("{}"));
    let client = clients::secrets_manager(&endpoint.url(), PATIENCE);
    RetryPolicy::paced().run_in(SCOPE, || list(&client)).await.unwrap();
    let state = aws_retry::scope::state(SCOPE).unwrap();
    assert!(state.paced.and_then(|it| it.rate).is_some(), "{state:?}");
}
