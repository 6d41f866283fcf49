//! The decorator's mode around a real client over HTTP: the outcomes, the time-outs that cut a call, and the lists
//! and predicates that decide.

use std::time::Duration;

use crate::clients;
use aws_retry::{Event, Reason, aws_retry};
use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::list_secrets::ListSecretsError;

type Listed = Result<usize, SdkError<ListSecretsError>>;

async fn list(client: &Client) -> Listed {
    Ok(client.list_secrets().send().await?.secret_list().len())
}

/// Plays `script` to `call`. Gives the outcome and the number of requests.
async fn play<T, E>(
    script: impl IntoIterator<Item = Step>,
    call: impl AsyncFnOnce(&Client) -> Result<T, E>,
) -> (Result<T, E>, usize) {
    let endpoint = Endpoint::start(script, Step::ok(r#"{"SecretList": []}"#));
    let client = clients::secrets_manager(&endpoint.url(), PATIENCE);
    let outcome = call(&client).await;
    (outcome, endpoint.arrived())
}

#[aws_retry(base_delay = "1ms", max_delay = "2ms", quota = false)]
async fn patient(client: &Client) -> Listed {
    list(client).await
}

#[tokio::test]
async fn permanent_failures_are_not_retried() {
    for (status, code) in [
        (400, "ResourceNotFoundException"),
        (403, "AccessDeniedException"),
        (400, "ExpiredTokenException"),
        (403, "UnrecognizedClientException"),
        (501, "NotImplemented"),
    ] {
        let (outcome, sent) = play([Step::error(status, code)], patient).await;
        assert_eq!(outcome.unwrap_err().code(), Some(code));
        assert_eq!(sent, 1, "{code}");
    }
}

#[tokio::test]
async fn the_last_error_comes_back_unchanged() {
    let script = (0..6).map(|i| Step::throttled().header("x-amzn-requestid", &format!("R-{i}")));
    let (outcome, sent) = play(script, patient).await;
    let error = outcome.unwrap_err();
    assert_eq!(sent, 6);
    assert_eq!(error.raw_response().unwrap().headers().get("x-amzn-requestid"), Some("R-5"));
}

#[tokio::test]
async fn a_connection_that_was_never_made_is_retried_even_if_not_idempotent() {
    // A port without a listener: it was bound, and released.
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = clients::secrets_manager(&url, PATIENCE);
    let attempts = std::sync::atomic::AtomicU32::new(0);
    #[aws_retry(base_delay = "1ms", max_retries = 2, idempotent = false)]
    async fn counted(client: &Client, attempts: &std::sync::atomic::AtomicU32) -> Listed {
        attempts.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        list(client).await
    }
    let error = counted(&client, &attempts).await.unwrap_err();
    assert!(matches!(error, SdkError::DispatchFailure(_)), "{error:?}");
    assert_eq!(attempts.into_inner(), 3);
}

#[tokio::test]
async fn missing_credentials_are_named_at_once() {
    let endpoint = Endpoint::start([], Step::ok("{}"));
    let config = clients::secrets_manager(&endpoint.url(), PATIENCE).config().to_builder();
    let provider = aws_sdk_secretsmanager::config::SharedCredentialsProvider::new(NoCredentials);
    let client = Client::from_conf(config.credentials_provider(provider).build());
    let reasons = std::sync::Mutex::new(Vec::new());
    #[aws_retry(base_delay = "1ms", on_give_up = |event: &Event<'_>| reasons.lock().unwrap().push((event.reason, event.attempt)))]
    async fn watched(
        client: &Client,
        reasons: &std::sync::Mutex<Vec<(Option<Reason>, u32)>>,
    ) -> Listed {
        list(client).await
    }
    watched(&client, &reasons).await.unwrap_err();
    assert_eq!(reasons.into_inner().unwrap(), [(Some(Reason::Credentials), 1)]);
    assert_eq!(endpoint.arrived(), 0);
}

#[derive(Debug)]
struct NoCredentials;

impl aws_sdk_secretsmanager::config::ProvideCredentials for NoCredentials {
    fn provide_credentials<'a>(
        &'a self,
    ) -> aws_credential_types::provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        use aws_credential_types::provider::error::CredentialsError;
        let none = CredentialsError::not_loaded("the environment is empty");
        aws_credential_types::provider::future::ProvideCredentials::ready(Err(none))
    }
}

#[tokio::test]
async fn an_attempt_that_takes_too_long_is_cut_and_retried() {
    #[aws_retry(base_delay = "1ms", attempt_timeout = "50ms")]
    async fn cut(client: &Client) -> Listed {
        list(client).await
    }
    let (outcome, sent) = play([Step::Stall], cut).await;
    assert_eq!((outcome.ok(), sent), (Some(0), 2));
    let (outcome, sent) = play(vec![Step::Stall; 6], cut).await;
    assert!(matches!(outcome, Err(SdkError::TimeoutError(_))), "{outcome:?}");
    assert_eq!(sent, 6);
}

#[tokio::test]
async fn the_deadline_cuts_the_attempt_in_progress() {
    #[aws_retry(base_delay = "1ms", total_timeout = "100ms")]
    async fn short(client: &Client) -> Listed {
        list(client).await
    }
    let (outcome, sent) = play(vec![Step::throttled(), Step::Stall], short).await;
    let error = outcome.unwrap_err();
    let SdkError::TimeoutError(_) = &error else { panic!("{error:?}") };
    let source = std::error::Error::source(&error).unwrap();
    let stopped = source.downcast_ref::<aws_retry::Stopped>().unwrap();
    assert_eq!(stopped.why, aws_retry::StopWhy::Deadline);
    assert_eq!(stopped.last_failure.as_ref().unwrap().code(), Some("ThrottlingException"));
    assert_eq!(sent, 2);
}

#[tokio::test]
async fn lists_and_predicates_decide_over_real_errors() {
    #[aws_retry(base_delay = "1ms", added_errors = ["InvalidRequest*"], excluded_errors = ["SlowDown"])]
    async fn listed(client: &Client) -> Listed {
        list(client).await
    }
    #[aws_retry(base_delay = "1ms", unless = |error| error.code() == Some("ThrottlingException"))]
    async fn vetoed(client: &Client) -> Listed {
        list(client).await
    }
    #[aws_retry(base_delay = "1ms", max_retries = 2, retry_if_ok = |secrets: &usize| *secrets == 0)]
    async fn wanted(client: &Client) -> Listed {
        list(client).await
    }
    let mine = Step::error(400, "InvalidRequestException");
    assert_eq!(play([mine], listed).await.1, 2);
    assert_eq!(play([Step::error(503, "SlowDown")], listed).await.1, 1);
    assert_eq!(play([Step::throttled()], vetoed).await.1, 1);
    assert_eq!(play([Step::empty(503)], vetoed).await.1, 2);
    let (outcome, sent) = play([], wanted).await;
    assert_eq!((outcome.ok(), sent), (Some(0), 3), "used up: the last `Ok` comes back");
}

#[tokio::test]
async fn the_closure_form_retries_as_the_attribute_does() {
    let policy = aws_retry::RetryPolicy::new().base_delay(Duration::from_millis(1));
    let run = async |client: &Client| policy.run(|| list(client)).await;
    let (outcome, sent) = play([Step::throttled(), Step::Reset], run).await;
    assert_eq!((outcome.ok(), sent), (Some(0), 3));
}
