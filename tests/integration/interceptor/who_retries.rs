//! Request counts and idempotency tokens, with and without the interceptor.

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use aws_retry::{Reason, aws_retry};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::Config;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};

use crate::clients::{intercepted, plain, three};
use aws_retry_testkit::endpoint::{Endpoint, Step};

type Created = Result<(), SdkError<CreateSecretError>>;

async fn send(client: &Client) -> Created {
    client.create_secret().name("a").secret_string("b").send().await.map(drop)
}

#[aws_retry(base_delay = "1ms", quota = false)]
async fn create(client: &Client) -> Created {
    send(client).await
}

fn broken() -> Step {
    Step::error(500, "InternalServiceError")
}

fn created() -> Step {
    Step::ok(r#"{"Name":"a"}"#)
}

/// The client tokens of all requests, in order.
fn tokens(endpoint: &Endpoint) -> Vec<String> {
    let token = |body: &[u8]| -> String {
        let body: serde_json::Value = serde_json::from_slice(body).expect("JSON");
        body["ClientRequestToken"].as_str().expect("a token").to_owned()
    };
    endpoint.requests().iter().map(|request| token(&request.body)).collect()
}

/// The number of requests, and of different tokens.
fn sent(endpoint: &Endpoint) -> (usize, usize) {
    let tokens = tokens(endpoint);
    (tokens.len(), tokens.iter().collect::<HashSet<_>>().len())
}

#[tokio::test]
async fn a_500_stays_inside_the_operation_and_keeps_its_token() {
    let endpoint = Endpoint::start([broken()], created());
    create(&intercepted(&endpoint, three())).await.expect("created");
    assert_eq!(sent(&endpoint), (2, 1));

    // The attribute's retries make a new operation each time, with a token of its own,
    let endpoint = Endpoint::start([broken()], created());
    create(&intercepted(&endpoint, RetryConfig::disabled())).await.expect("created");
    assert_eq!(sent(&endpoint), (2, 2));

    // unless the function passes one.
    #[aws_retry(base_delay = "1ms", quota = false)]
    async fn create_once(client: &Client) -> Created {
        let token = aws_retry::client_token();
        let request = client.create_secret().name("a").client_request_token(token);
        request.send().await.map(drop)
    }
    let endpoint = Endpoint::start([broken(), broken()], created());
    create_once(&intercepted(&endpoint, RetryConfig::disabled())).await.expect("created");
    assert_eq!(sent(&endpoint), (3, 1));
}

#[tokio::test]
async fn attempts_of_the_sdk_and_ours_do_not_multiply_in_an_outage() {
    static REASON: Mutex<Option<Reason>> = Mutex::new(None);

    #[aws_retry(base_delay = "1ms", quota = false, on_give_up = |event| {
        *REASON.lock().expect("no panic before") = event.reason;
    })]
    async fn create_and_tell(client: &Client) -> Created {
        send(client).await
    }

    let endpoint = Endpoint::start([], broken());
    let error = create_and_tell(&intercepted(&endpoint, three())).await.expect_err("an outage");
    assert_eq!(error.code(), Some("InternalServiceError"));
    assert_eq!(
        sent(&endpoint),
        (6, 1),
        "the attribute's number of attempts, not the client's three"
    );
    assert_eq!(*REASON.lock().expect("no panic before"), Some(Reason::Attempts));

    let endpoint = Endpoint::start([], broken());
    create(&plain(&endpoint, three())).await.expect_err("an outage");
    assert_eq!(sent(&endpoint), (18, 6), "without the interceptor: 6 operations of 3 requests");
    let endpoint = Endpoint::start([], broken());
    create(&plain(&endpoint, RetryConfig::disabled())).await.expect_err("an outage");
    assert_eq!(sent(&endpoint), (6, 6));
}

/// A code on one of the user's lists is not one of our transient failures. The SDK retries it all the same.
#[tokio::test]
async fn attempts_do_not_multiply_for_a_listed_code() {
    #[aws_retry(base_delay = "1ms", quota = false, retryable_errors = ["Internal*"])]
    async fn create_on_these(client: &Client) -> Created {
        send(client).await
    }

    let endpoint = Endpoint::start([], broken());
    create_on_these(&intercepted(&endpoint, three())).await.expect_err("an outage");
    assert_eq!(sent(&endpoint), (6, 1));
    // If the SDK does not retry it, we do.
    endpoint.play([]);
    create_on_these(&intercepted(&endpoint, RetryConfig::disabled())).await.expect_err("an outage");
    assert_eq!(sent(&endpoint), (6, 6));
}

#[tokio::test]
async fn a_throttle_leaves_the_sdk_at_once() {
    #[aws_retry(base_delay = "1ms", quota = false)]
    async fn create_and_count(client: &Client) -> Result<u32, SdkError<CreateSecretError>> {
        send(client).await?;
        Ok(aws_retry::attempt())
    }

    let throttled = || [Step::throttled(), Step::throttled()];
    let endpoint = Endpoint::start(throttled(), created());
    let attempts = create_and_count(&intercepted(&endpoint, three())).await.expect("created");
    assert_eq!((attempts, sent(&endpoint)), (3, (3, 3)));

    let endpoint = Endpoint::start(throttled(), created());
    let attempts = create_and_count(&plain(&endpoint, three())).await.expect("created");
    assert_eq!((attempts, sent(&endpoint)), (1, (3, 1)), "the SDK has retried it");

    for (client, requests) in [(intercepted as fn(&_, _) -> _, (6, 6)), (plain, (18, 6))] {
        let endpoint = Endpoint::start([], Step::throttled());
        create(&client(&endpoint, three())).await.expect_err("throttled");
        assert_eq!(sent(&endpoint), requests);
    }
}

/// Some models declare a throttling code a server error, and the model wins in the SDK.
#[tokio::test]
async fn a_throttle_is_ours_whatever_the_model_says() {
    #[derive(Debug)]
    struct Model;

    impl ClassifyRetry for Model {
        fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
            match context.output_or_error() {
                Some(Err(_)) => RetryAction::server_error(),
                _ => RetryAction::NoActionIndicated,
            }
        }
        fn name(&self) -> &'static str {
            "a model"
        }
        fn priority(&self) -> RetryClassifierPriority {
            RetryClassifierPriority::modeled_as_retryable_classifier()
        }
    }

    let endpoint = Endpoint::start([], Step::throttled());
    let config = intercepted(&endpoint, three()).config().to_builder().retry_classifier(Model);
    create(&Client::from_conf(config.build())).await.expect_err("throttled");
    assert_eq!(sent(&endpoint), (6, 6));
}

/// A 5xx that the function alone calls a throttle.
#[tokio::test]
async fn a_5xx_that_the_fn_calls_a_throttle_is_ours() {
    #[aws_retry(base_delay = "1ms", quota = false, throttling_errors = ["Internal*"])]
    async fn create_slowly(client: &Client) -> Created {
        send(client).await
    }

    let endpoint = Endpoint::start([], broken());
    create_slowly(&intercepted(&endpoint, three())).await.expect_err("throttled");
    assert_eq!(sent(&endpoint), (6, 6));
}

/// A throttle after a 500: the first request may have been executed, and only the SDK can repeat its token.
#[tokio::test]
async fn a_throttle_after_a_500_keeps_the_token() {
    let scripts = [
        vec![broken(), Step::throttled()],
        vec![Step::throttled(), broken(), Step::throttled(), broken()],
    ];
    for (script, expected) in scripts.into_iter().zip([(3, 1), (5, 2)]) {
        let endpoint = Endpoint::start(script, created());
        create(&intercepted(&endpoint, three())).await.expect("created");
        assert_eq!(sent(&endpoint), expected);
    }
}

#[tokio::test]
async fn a_lost_connection_is_retried_by_the_sdk() {
    for lost in [Step::Hangup, Step::Reset, Step::Stall, created().cut()] {
        let endpoint = Endpoint::start([lost.clone()], created());
        create(&intercepted(&endpoint, three())).await.expect("created");
        assert_eq!(endpoint.arrived(), 2, "{lost:?}");
        let endpoint = Endpoint::start([], lost.clone());
        create(&intercepted(&endpoint, three())).await.expect_err("no answer");
        assert_eq!(endpoint.arrived(), 6, "{lost:?}");
    }
}

/// The SDK cuts these attempts itself, and they are recorded all the same.
#[tokio::test]
async fn an_attempt_that_the_sdk_cuts_is_retried_by_the_sdk() {
    let endpoint = Endpoint::start([], Step::Stall);
    let cut =
        TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(300)).build();
    let config = intercepted(&endpoint, three()).config().to_builder().timeout_config(cut);
    create(&Client::from_conf(config.build())).await.expect_err("no answer");
    assert_eq!(sent(&endpoint), (6, 1));
}

#[tokio::test]
async fn a_failure_that_the_sdk_does_not_retry_is_ours() {
    // A bare 429 has no code that the SDK knows.
    let endpoint = Endpoint::start([Step::empty(429)], created());
    create(&intercepted(&endpoint, three())).await.expect("created");
    assert_eq!(endpoint.arrived(), 2);
}

#[tokio::test]
async fn outside_a_retried_fn_the_client_is_as_configured() {
    let script = [Step::throttled(), broken()];
    let endpoint = Endpoint::start(script, created());
    send(&intercepted(&endpoint, three())).await.expect("created");
    assert_eq!(sent(&endpoint), (3, 1));
    let endpoint = Endpoint::start([], Step::throttled());
    send(&intercepted(&endpoint, three())).await.expect_err("throttled");
    assert_eq!(endpoint.arrived(), 3);
}

#[tokio::test]
async fn the_call_governs_whatever_the_client_and_an_override_say() {
    #[aws_retry(max_attempts = 4, base_delay = "1ms", quota = false)]
    async fn create_with(client: &Client, retries: RetryConfig) -> Created {
        let retries = Config::builder().retry_config(retries);
        let request = client.create_secret().name("a").customize().config_override(retries);
        request.send().await.map(drop)
    }

    for attempts in [2, 3, 9] {
        let endpoint = Endpoint::start([], broken());
        let client = intercepted(&endpoint, three());
        let retries = three().with_max_attempts(attempts);
        create_with(&client, retries).await.expect_err("an outage");
        assert_eq!(sent(&endpoint), (4, 1));
    }
    // The client's retries are off and stay off: the call makes all of them.
    let endpoint = Endpoint::start([], broken());
    let client = intercepted(&endpoint, three());
    create_with(&client, RetryConfig::disabled()).await.expect_err("an outage");
    assert_eq!(sent(&endpoint), (4, 4));
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_corrected_inside_the_operation() {
    let endpoint = Endpoint::start([Step::clock_skew()], created());
    create(&intercepted(&endpoint, three())).await.expect("created");
    assert_eq!(sent(&endpoint), (2, 1));
    let dates: Vec<_> = endpoint
        .requests()
        .iter()
        .map(|request| request.header("x-amz-date").expect("a date")[..4].to_owned())
        .collect();
    assert_ne!(dates[0], "2100");
    assert_eq!(dates[1], "2100");

    let endpoint = Endpoint::start([], Step::clock_skew());
    create(&intercepted(&endpoint, three())).await.expect_err("wrong for ever");
    assert_eq!(endpoint.arrived(), 6);

    // The SDK retries it, with the interceptor or without. If the SDK does not, we do not either.
    let endpoint = Endpoint::start([Step::clock_skew()], created());
    create(&plain(&endpoint, three())).await.expect("created");
    assert_eq!(sent(&endpoint), (2, 1));
    let endpoint = Endpoint::start([Step::clock_skew()], created());
    create(&plain(&endpoint, RetryConfig::disabled())).await.expect_err("the clock stays wrong");
    assert_eq!(sent(&endpoint), (1, 1));
}
