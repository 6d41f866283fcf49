//! `docs/failures.md`: which failures an annotated call survives, in which error type, with and without the
//! interceptor, in three modes. Each cell is played by a scripted endpoint to a real client.

use std::time::Duration;

use aws_retry::sdk::Interceptor;
use aws_retry::{AsFailure, Mode, RetryPolicy, aws_retry};
use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::interceptors::{
    BeforeDeserializationInterceptorContextMut, FinalizerInterceptorContextMut,
};
use aws_sdk_secretsmanager::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_secretsmanager::error::{BoxError, SdkError};
use aws_sdk_secretsmanager::operation::list_secrets::ListSecretsError;
use futures::future::join_all;

use crate::clients::{plain, three};
use crate::listing::{ListError, error_types, list};

#[derive(Debug, thiserror::Error)]
#[allow(clippy::large_enum_variant, reason = "an error of the user's, as they write them")]
enum ScanError {
    #[error("listing failed")]
    List(#[from] ListError),
}

#[derive(Debug, AsFailure)]
#[allow(clippy::large_enum_variant, reason = "an error of the user's, as they write them")]
enum OwnError {
    List(#[failure(source)] ListError),
}

error_types! {
    "`SdkError`": ListError, |error| error;
    "operation's": ListSecretsError, SdkError::into_service_error;
    "service's `Error`": aws_sdk_secretsmanager::Error, Into::into;
    "`anyhow`": anyhow::Error, Into::into;
    "`Box`": Box<dyn std::error::Error + Send + Sync>, Into::into;
    "thiserror": ScanError, Into::into;
    "own `AsFailure`": OwnError, OwnError::List;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failing {
    Throttle,
    CodedFault,
    BareFault,
    TimeOut,
    LostBefore,
    LostAfter,
    StalledBody,
    ErrorIn200,
    ClockSkew,
}

use Failing::*;

const FAILURES: &[(Failing, &str)] = &[
    (Throttle, "throttle: 400 `ThrottlingException`"),
    (CodedFault, "5xx with a code: 503 `ServiceUnavailableException`"),
    (BareFault, "5xx without a code: 503 and a page of HTML"),
    (TimeOut, "no answer: the client's attempt times out"),
    (LostBefore, "connection reset before the request is read"),
    (LostAfter, "connection closed after the request is read"),
    (StalledBody, "the answer's body stalls"),
    (ErrorIn200, "200 with an error, as of S3's `CopyObject`: `InternalError`"),
    (ClockSkew, "the client's clock is wrong: `RequestTimeTooSkewed`"),
];

impl Failing {
    fn step(self) -> Step {
        match self {
            Throttle => Step::throttled(),
            CodedFault => Step::error(503, "ServiceUnavailableException"),
            BareFault => Step::html(503),
            TimeOut => Step::Stall,
            LostBefore => Step::Reset,
            LostAfter => Step::Hangup,
            StalledBody => Step::ok(r#"{"SecretList": []}"#).stalled(),
            ErrorIn200 => Step::error(200, "InternalError").header(FAILED, ""),
            ClockSkew => Step::clock_skew(),
        }
    }

    /// The reason for which a call with this error type does not survive the failure without the interceptor.
    fn reason(self, error_type: &str) -> Option<Reason> {
        let keeps_status = ["`SdkError`", "own `AsFailure`"].contains(&error_type);
        match self {
            BareFault if !keeps_status => Some(Reason::StatusLost),
            ClockSkew => Some(Reason::Signing),
            _ => None,
        }
    }
}

/// The reason for which a failure is not retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    StatusLost,
    Signing,
}

impl Reason {
    const ALL: [(Self, &str); 2] = [
        (
            Self::StatusLost,
            "The answer had no code, and the type lost the HTTP status: only the interceptor knows it.",
        ),
        (
            Self::Signing,
            "Only the client can correct its clock and sign again. Its own retries do that, and the \
             interceptor leaves them on.",
        ),
    ];

    fn number(self) -> usize {
        1 + Self::ALL.iter().position(|(reason, _)| *reason == self).expect("listed")
    }
}

/// Marks an answer with status 200 that holds an error.
const FAILED: &str = "x-failed";

/// S3's client reads an error in an answer with status 200; this makes one of Secrets Manager's do so.
#[derive(Debug)]
struct ReadErrorsIn200;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for ReadErrorsIn200 {
    fn name(&self) -> &'static str {
        "ReadErrorsIn200"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        if response.headers().get(FAILED).is_some() {
            *response.status_mut() = 400.try_into()?;
        }
        Ok(())
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match context.response_mut() {
            Some(response) if response.headers().get(FAILED).is_some() => {
                *response.status_mut() = 200.try_into()?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// S3's client retries the code, too.
fn retry_internal_error() -> AwsErrorCodeClassifier<ListSecretsError> {
    AwsErrorCodeClassifier::builder().transient_errors(vec!["InternalError"]).build()
}

fn client(
    endpoint: &Endpoint,
    failing: Failing,
    retries: RetryConfig,
    intercepted: bool,
) -> Client {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(PATIENCE).build();
    let mut config = plain(endpoint, retries).config().to_builder().timeout_config(timeouts);
    // It has a token bucket of its own: otherwise all clients of a region share one.
    config = config.retry_partition(RetryPartition::new(endpoint.url()));
    if failing == ErrorIn200 {
        config = config.interceptor(ReadErrorsIn200).retry_classifier(retry_internal_error());
    }
    if intercepted {
        config = config.interceptor(Interceptor::new());
    }
    Client::from_conf(config.build())
}

/// Whether a call whose first request fails succeeds.
async fn survives(
    failing: Failing,
    retries: RetryConfig,
    intercepted: bool,
    call: impl AsyncFnOnce(&Client) -> bool,
) -> bool {
    let endpoint = Endpoint::start([failing.step()], Step::ok("{}"));
    let survived = call(&client(&endpoint, failing, retries, intercepted)).await;
    assert_eq!(endpoint.arrived(), if survived { 2 } else { 1 }, "{failing:?}");
    survived
}

async fn bare_sdk_survives(failing: Failing) -> bool {
    survives(failing, three(), false, async |client| list(client).await.is_ok()).await
}

fn modes(failing: Failing) -> [RetryPolicy; 3] {
    [Mode::Decorator, Mode::Paced, Mode::Standard].map(|mode| {
        let policy = RetryPolicy::new().mode(mode).base_delay(Duration::from_millis(1));
        // AWS's mode retries the code for S3 alone.
        if failing == ErrorIn200 { policy.service("s3") } else { policy }
    })
}

/// One line of a table: each cell is checked in all modes.
async fn line(failing: Failing, name: &str, intercepted: bool, wrong: &mut Vec<String>) -> String {
    let bare = bare_sdk_survives(failing).await;
    let mut line = format!("| {name} | {} |", if bare { "yes" } else { "no" });
    for (error_type, call) in ERROR_TYPES {
        let reason = failing.reason(error_type).filter(|_| !intercepted);
        let cells = modes(failing).map(|policy| async move {
            let retries = if intercepted { three() } else { RetryConfig::disabled() };
            let call = async |client: &Client| call(client, &policy).await;
            let survived = survives(failing, retries, intercepted, call).await;
            (survived != reason.is_none())
                .then(|| format!("{failing:?} {error_type} {policy:?}: survived {survived}"))
        });
        wrong.extend(join_all(cells).await.into_iter().flatten());
        line += &match reason {
            None => " yes |".to_owned(),
            Some(reason) => format!(" no ({}) |", reason.number()),
        };
    }
    line
}

async fn table(intercepted: bool) -> String {
    let types: Vec<_> = ERROR_TYPES.iter().map(|(name, _)| *name).collect();
    let mut table = format!(
        "| the first request fails by | bare SDK | {} |\n|---|{}\n",
        types.join(" | "),
        "---|".repeat(types.len() + 1)
    );
    let mut wrong = Vec::new();
    for (failing, name) in FAILURES {
        table += &line(*failing, name, intercepted, &mut wrong).await;
        table += "\n";
    }
    assert!(wrong.is_empty(), "interceptor: {intercepted}\n{}", wrong.join("\n"));
    table
}

fn reasons() -> String {
    let line = |(reason, text): &(Reason, &str)| format!("({}) {text}\n", reason.number());
    Reason::ALL.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn assert_documented(part: &str) {
    let page = include_str!("../../docs/failures.md");
    assert!(page.contains(part), "docs/failures.md should hold this:\n\n{part}");
}

#[tokio::test(start_paused = true)]
async fn without_the_interceptor_a_call_survives_what_its_error_type_still_tells() {
    assert_documented(&table(false).await);
    assert_documented(&reasons());
}

#[tokio::test(start_paused = true)]
async fn with_the_interceptor_a_call_survives_all_that_the_bare_sdk_survives_in_every_error_type() {
    assert_documented(&table(true).await);
}

/// The README's quick start, word for word.
mod quick_start {
    use super::*;
    use aws_sdk_secretsmanager::Error;

    macro_rules! printed {
        ($code:item) => {
            const PRINTED: &str = stringify!($code);
            $code
        };
    }

    printed! {
        #[aws_retry]
        async fn names(client: &Client) -> Result<Vec<String>, Error> {
            let page = client.list_secrets().send().await?;
            Ok(page.secret_list().iter().filter_map(|secret| secret.name.clone()).collect())
        }
    }

    #[test]
    fn is_what_the_readme_prints() {
        let words = |text: &str| text.chars().filter(|it| !it.is_whitespace()).collect::<String>();
        assert!(words(include_str!("../../README.md")).contains(&words(PRINTED)), "{PRINTED}");
    }

    /// The SDK's three attempts survive any two failures in a row.
    #[tokio::test(start_paused = true)]
    async fn survives_any_two_failures_that_the_bare_sdk_survives() {
        let mut lost = Vec::new();
        for (first, _) in FAILURES {
            let pairs = FAILURES.iter().map(|(second, _)| async move {
                let either = if *first == ErrorIn200 { *first } else { *second };
                let play = async |intercepted| {
                    let endpoint = Endpoint::start([first.step(), second.step()], Step::ok("{}"));
                    let client = client(&endpoint, either, three(), intercepted);
                    let survived = if intercepted {
                        names(&client).await.is_ok()
                    } else {
                        list(&client).await.is_ok()
                    };
                    (survived, endpoint.arrived())
                };
                let (bare, ours) = (play(false).await, play(true).await);
                (bare.0 && ours != (true, 3))
                    .then(|| format!("{first:?}, {second:?}: {ours:?}, bare SDK {bare:?}"))
            });
            lost.extend(join_all(pairs).await.into_iter().flatten());
        }
        assert!(lost.is_empty(), "{}", lost.join("\n"));
    }
}
