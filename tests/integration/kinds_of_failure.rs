//! The kinds of failure, in every error type in which they can reach the caller. Each kind is played once by a
//! scripted endpoint to a real client without retries of its own; the number of requests tells whether the
//! annotated function retried it.

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

mod sts {
    use super::*;
    use aws_retry::sdk::Interceptor;
    use aws_sdk_sts::Client;
    use aws_sdk_sts::error::SdkError;
    use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError as AssumeError;

    aws_retry_testkit::sdk_client!(client, aws_sdk_sts);

    async fn assume(client: &Client) -> Result<(), SdkError<AssumeError>> {
        let request = client.assume_role_with_web_identity().role_arn("arn:aws:iam::1:role/a");
        request.role_session_name("a").web_identity_token("t").send().await.map(drop)
    }

    /// An answer that the SDK can read.
    fn assumed() -> Step {
        Step::ok(
            "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult/>\
             </AssumeRoleWithWebIdentityResponse>",
        )
    }

    /// The requests of a typed, an operation's, a service's and an erased error.
    async fn requests(step: Step, policy: &RetryPolicy, intercepted: bool) -> [usize; 4] {
        #[aws_retry(policy = policy)]
        async fn typed(client: &Client, policy: &RetryPolicy) -> Result<(), SdkError<AssumeError>> {
            assume(client).await
        }
        #[aws_retry(policy = policy)]
        async fn of_operation(client: &Client, policy: &RetryPolicy) -> Result<(), AssumeError> {
            assume(client).await.map_err(SdkError::into_service_error)
        }
        #[aws_retry(policy = policy)]
        async fn of_service(
            client: &Client,
            policy: &RetryPolicy,
        ) -> Result<(), aws_sdk_sts::Error> {
            Ok(assume(client).await?)
        }
        #[aws_retry(policy = policy)]
        async fn erased(client: &Client, policy: &RetryPolicy) -> anyhow::Result<()> {
            assume(client).await.map_err(|error| anyhow::Error::from(error).context("assuming"))
        }
        let endpoint = Endpoint::start([], assumed());
        let client = client(&endpoint.url(), PATIENCE);
        let client = if intercepted {
            let config = client.config().to_builder().interceptor(Interceptor::new());
            Client::from_conf(config.build())
        } else {
            client
        };
        let mut requests = [0; 4];
        for (index, sent) in requests.iter_mut().enumerate() {
            endpoint.play([step.clone()]);
            match index {
                0 => drop(typed(&client, policy).await),
                1 => drop(of_operation(&client, policy).await),
                2 => drop(of_service(&client, policy).await),
                _ => drop(erased(&client, policy).await),
            }
            *sent = endpoint.arrived();
        }
        requests
    }

    /// The code on the wire is `IDPCommunicationError`, the shape `IDPCommunicationErrorException`.
    #[tokio::test(start_paused = true)]
    async fn an_identity_provider_that_did_not_answer_is_asked_again() {
        for policy in default_and_paced() {
            let step = Step::xml_error(400, "IDPCommunicationError");
            assert_eq!(requests(step, &policy, false).await, [2; 4], "{policy:?}");
        }
    }

    /// The code on the wire is `InvalidIdentityToken`, the shape `InvalidIdentityTokenException`.
    #[tokio::test(start_paused = true)]
    async fn a_list_may_name_the_code_or_the_shape() {
        for intercepted in [false, true] {
            for names in [
                &["InvalidIdentityToken"],
                &["InvalidIdentityTokenException"],
                &["InvalidIdentity*"],
            ] {
                let step = || Step::xml_error(400, "InvalidIdentityToken");
                let added = RetryPolicy::new().added_errors(names);
                assert_eq!(requests(step(), &added, intercepted).await, [2; 4], "{names:?}");
                let excluded = added.excluded_errors(names);
                assert_eq!(requests(step(), &excluded, intercepted).await, [1; 4], "{names:?}");
            }
        }
    }
}

/// Bodies that are read after the operation has succeeded: no `SdkError` describes their failures.
mod body {
    use super::*;
    use aws_smithy_async::rt::sleep::TokioSleep;
    use aws_smithy_async::time::TimeSource;
    use aws_smithy_runtime::client::http::body::minimum_throughput::MinimumThroughputDownloadBody;
    use aws_smithy_runtime::client::http::body::minimum_throughput::options::MinimumThroughputBodyOptions;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::byte_stream::ByteStream;
    use http_body_util::StreamBody;
    use hyper::body::Frame;
    use std::time::SystemTime;

    /// The paused clock, for the SDK.
    #[derive(Debug)]
    struct PausedClock(tokio::time::Instant);

    impl TimeSource for PausedClock {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH + self.0.elapsed()
        }
    }

    /// A body that never sends anything, under the SDK's protection against stalled streams.
    fn stalled() -> ByteStream {
        let nothing = futures::stream::pending::<Result<Frame<bytes::Bytes>, std::io::Error>>();
        let body = MinimumThroughputDownloadBody::new(
            PausedClock(tokio::time::Instant::now()),
            TokioSleep::new(),
            SdkBody::from_body_1_x(StreamBody::new(nothing)),
            MinimumThroughputBodyOptions::default(),
        );
        ByteStream::new(SdkBody::from_body_1_x(body))
    }

    #[tokio::test(start_paused = true)]
    async fn a_stalled_stream_is_read_again() {
        #[aws_retry]
        async fn read(attempts: &mut u32) -> anyhow::Result<usize> {
            *attempts += 1;
            let body = if *attempts == 1 { stalled() } else { ByteStream::from_static(b"body") };
            Ok(body.collect().await?.into_bytes().len())
        }
        let mut attempts = 0;
        assert_eq!(read(&mut attempts).await.unwrap(), 4);
        assert_eq!(attempts, 2);
        let error = anyhow::Error::from(stalled().collect().await.unwrap_err());
        let said = aws_retry::explain(&error).to_string();
        assert!(said.contains("reason: it timed out, read from: a type"), "{said}");
    }
}

/// The ends of HTTP/2 connections, by a real h2 client and server.
mod http2 {
    use super::*;
    use aws_smithy_runtime_api::client::result::ConnectorError;

    /// The server's way to end the first request.
    #[derive(Clone, Copy, Debug)]
    enum Ends {
        Reset(h2::Reason),
        GoAway(h2::Reason),
    }

    /// The client's error, as the SDK's connector passes it on: without a kind.
    async fn error(ends: Ends) -> ListError {
        let (client, server) = tokio::io::duplex(1 << 16);
        let serve = async move {
            let mut server = h2::server::handshake(server).await.unwrap();
            let (_, mut respond) = server.accept().await.unwrap().unwrap();
            match ends {
                Ends::Reset(reason) => respond.send_reset(reason),
                Ends::GoAway(reason) => server.abrupt_shutdown(reason),
            }
            while server.accept().await.is_some() {}
        };
        let ask = async move {
            let (mut send, connection) = h2::client::handshake(client).await.unwrap();
            tokio::spawn(connection);
            let request = http::Request::get("http://localhost/").body(()).unwrap();
            send.send_request(request, true).unwrap().0.await.unwrap_err()
        };
        tokio::spawn(serve);
        let error = ask.await;
        ListError::dispatch_failure(ConnectorError::other(error.into(), None))
    }

    #[tokio::test]
    async fn a_stream_or_connection_that_the_server_ended_is_transient_and_proves_nothing() {
        for ends in [
            Ends::Reset(h2::Reason::INTERNAL_ERROR),
            Ends::Reset(h2::Reason::ENHANCE_YOUR_CALM),
            Ends::GoAway(h2::Reason::ENHANCE_YOUR_CALM),
            Ends::GoAway(h2::Reason::NO_ERROR),
        ] {
            let error = error(ends).await;
            assert!(aws_retry::explain(&error).is_retried(), "{ends:?} {error:?}");
            let once = RetryPolicy::new().idempotent(false);
            assert!(!once.explain(&error).is_retried(), "{ends:?} {error:?}");
            let erased = anyhow::Error::from(aws_sdk_secretsmanager::Error::from(error));
            assert!(aws_retry::explain(&erased).is_retried(), "{ends:?} {erased:?}");
        }
    }
}

/// The failures of receiving from an event stream.
mod event_stream {
    use super::*;
    use aws_sdk_secretsmanager::error::ErrorMetadata;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::event_stream::RawMessage;

    type StreamError = SdkError<ListSecretsError, RawMessage>;

    fn fault() -> StreamError {
        let meta = ErrorMetadata::builder().code("InternalFailureException").build();
        StreamError::service_error(ListSecretsError::generic(meta), RawMessage::invalid(None))
    }

    fn broken() -> StreamError {
        StreamError::response_error("an unknown event", RawMessage::invalid(None))
    }

    fn lost() -> StreamError {
        StreamError::dispatch_failure(ConnectorError::io("reset".into()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_fault_a_broken_event_and_a_lost_stream_are_transient_in_every_error_type() {
        macro_rules! attempts {
            ($error:ty, $failure:ident) => {{
                #[aws_retry]
                async fn receive(attempts: &mut u32) -> Result<(), $error> {
                    *attempts += 1;
                    if *attempts == 1 { Err($failure().into()) } else { Ok(()) }
                }
                let mut attempts = 0;
                receive(&mut attempts).await.unwrap();
                assert_eq!(attempts, 2, "{} {}", stringify!($error), stringify!($failure));
            }};
            ($error:ty) => {
                attempts!($error, fault);
                attempts!($error, broken);
                attempts!($error, lost);
            };
        }
        attempts!(StreamError);
        attempts!(Box<StreamError>);
        attempts!(aws_sdk_secretsmanager::Error);
        attempts!(anyhow::Error);
        attempts!(Box<dyn std::error::Error + Send + Sync>);
    }
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
