//! Every error type that works without a line of the user's code, over real answers: a throttle and a
//! lost connection are retried, an unknown code is not, and a cut attempt becomes a value of the type.

use std::io;
use std::sync::Arc;

use crate::clients;
use crate::listing::{ListError, list};
use aws_retry::{RetryPolicy, aws_retry};
use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ErrorMetadata, ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::list_secrets::ListSecretsError;
use aws_smithy_types::byte_stream::ByteStream;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, thiserror::Error)]
#[allow(clippy::large_enum_variant, reason = "an error of the user's, as they write them")]
enum ScanError {
    #[error("listing failed")]
    List(#[from] ListError),
    #[error("the scan was stopped")]
    Stopped(#[from] aws_retry::Stopped),
}

/// A function and its tests per error type.
macro_rules! cases {
    ($($name:ident: $error:ty, $convert:expr;)+) => {$(
        mod $name {
            use super::*;

            #[aws_retry(base_delay = "1ms", max_retries = 3, attempt_timeout = "100ms")]
            async fn retried(client: &Client) -> Result<(), $error> {
                list(client).await.map_err($convert)
            }

            async fn play(script: impl IntoIterator<Item = Step>) -> (Result<(), $error>, usize) {
                let endpoint = Endpoint::start(script, Step::ok("{}"));
                let client = clients::secrets_manager(&endpoint.url(), PATIENCE);
                let outcome = retried(&client).await;
                (outcome, endpoint.arrived())
            }

            #[tokio::test]
            async fn an_unmodeled_throttle_is_retried() {
                let (outcome, sent) = play([Step::throttled()]).await;
                outcome.unwrap();
                assert_eq!(sent, 2);
            }

            #[tokio::test]
            async fn a_permanent_failure_is_not_retried() {
                // Modeled by the operation: the chain ends in its struct.
                let (outcome, sent) = play([Step::error(400, "InvalidParameterException")]).await;
                assert!(outcome.is_err());
                assert_eq!(sent, 1);
            }

            #[tokio::test]
            async fn an_attempt_that_is_cut_every_time_ends_as_this_type() {
                let (outcome, sent) = play(vec![Step::Stall; 4]).await;
                assert!(outcome.is_err());
                assert_eq!(sent, 4);
            }
        }
    )+};
}

cases! {
    sdk_error: ListError, |error| error;
    operation_error: ListSecretsError, SdkError::into_service_error;
    service_error: aws_sdk_secretsmanager::Error, Into::into;
    metadata: ErrorMetadata, |error| error.meta().clone();
    boxed: BoxError, Into::into;
    boxed_sdk_error: Box<StopList>, |error| Box::new(StopList::List(error));
    anyhow_report: anyhow::Error, |error| anyhow::Error::from(error).context("listing");
    eyre_report: eyre::Report, |error| eyre::Report::from(error).wrap_err("listing");
    user_enum: ScanError, Into::into;
    io_error: io::Error, io::Error::other;
}

/// An enum behind a `Box`.
#[derive(Debug, thiserror::Error)]
#[allow(clippy::large_enum_variant, reason = "an error of the user's, as they write them")]
enum StopList {
    #[error("listing failed")]
    List(#[source] ListError),
    #[error("stopped")]
    Stopped,
}

impl From<aws_retry::Stopped> for Box<StopList> {
    fn from(_: aws_retry::Stopped) -> Self {
        Box::new(StopList::Stopped)
    }
}

/// If the type was erased, a lost connection is recognized by the chain of sources alone.
#[tokio::test]
async fn a_lost_connection_is_seen_through_every_wrapper() {
    macro_rules! retried {
        ($error:ty) => {{
            #[aws_retry(base_delay = "1ms")]
            async fn retried(client: &Client) -> Result<(), $error> {
                Ok(list(client).await?)
            }
            let endpoint = Endpoint::start([Step::Reset], Step::ok("{}"));
            retried(&clients::secrets_manager(&endpoint.url(), PATIENCE)).await.unwrap();
            assert_eq!(endpoint.arrived(), 2, stringify!($error));
        }};
    }
    retried!(anyhow::Error);
    retried!(eyre::Report);
    retried!(BoxError);
    retried!(ScanError);
    retried!(ListError);
    retried!(aws_sdk_secretsmanager::Error);
}

/// An error behind an `Arc` can be returned as well.
#[tokio::test]
async fn an_sdk_error_behind_an_arc_is_read() {
    #[aws_retry(base_delay = "1ms")]
    async fn shared(client: &Client) -> Result<(), Arc<ListError>> {
        list(client).await.map_err(Arc::new)
    }
    let endpoint = Endpoint::start([Step::empty(503)], Step::ok("{}"));
    shared(&clients::secrets_manager(&endpoint.url(), PATIENCE)).await.unwrap();
    assert_eq!(endpoint.arrived(), 2, "the status is still there");
}

/// A body that breaks off while it is read.
#[tokio::test]
async fn the_error_of_a_byte_stream_is_read() {
    #[aws_retry(base_delay = "1ms")]
    async fn read(
        attempts: &mut u32,
    ) -> Result<usize, aws_smithy_types::byte_stream::error::Error> {
        *attempts += 1;
        if *attempts < 3 {
            let lost = io::Error::from(io::ErrorKind::ConnectionReset);
            return Err(aws_smithy_types::byte_stream::error::Error::from(lost));
        }
        Ok(ByteStream::from_static(b"body").collect().await?.into_bytes().len())
    }
    let mut attempts = 0;
    assert_eq!(read(&mut attempts).await.unwrap(), 4);
    assert_eq!(attempts, 3);
}

#[test]
fn explain_tells_code_kind_verdict_reason_and_where_it_was_read() {
    let meta =
        ErrorMetadata::builder().code("ThrottlingException").message("Rate exceeded").build();
    assert_eq!(
        aws_retry::explain(&meta).to_string(),
        "code: ThrottlingException, kind: throttled, verdict: retried, \
         reason: its code is in the Python decorator's set, read from: the error's metadata",
    );
    let once = RetryPolicy::new().idempotent(false);
    let reset = io::Error::from(io::ErrorKind::ConnectionReset);
    assert_eq!(
        once.explain(&reset).to_string(),
        "code: none, kind: transient, verdict: not retried, \
         reason: the service may have executed it, and the policy says `idempotent = false`, \
         read from: a type in the chain of sources",
    );
    let erased = anyhow::Error::from(meta).context("listing");
    assert!(aws_retry::explain(&erased).is_retried());
    let scan = ScanError::Stopped(aws_retry_stopped());
    assert!(aws_retry::explain(&scan as &dyn std::error::Error).is_retried(), "a time-out");
}

/// `explain!` reads the same error types as the attribute.
#[tokio::test]
async fn explain_reads_a_services_error_and_an_enum() {
    let endpoint = Endpoint::start([], Step::throttled());
    let client = clients::secrets_manager(&endpoint.url(), PATIENCE);
    let error = async || list(&client).await.expect_err("throttled");
    let throttled =
        "kind: throttled, verdict: retried, reason: its code is in the Python decorator's set";

    let service: aws_sdk_secretsmanager::Error = error().await.into();
    let said = aws_retry::explain!(service).to_string();
    assert_eq!(
        said,
        format!("code: ThrottlingException, {throttled}, read from: the error's metadata")
    );
    let of_operation = error().await.into_service_error();
    assert_eq!(aws_retry::explain!(of_operation).to_string(), said);
    let erased = &anyhow::Error::from(error().await);
    assert_eq!(
        aws_retry::explain!(*erased).to_string(),
        said.replace("the error's metadata", "a type in the chain of sources")
    );

    let said =
        format!("code: ThrottlingException, status: 400, {throttled}, read from: the SDK's error");
    assert_eq!(aws_retry::explain!(error().await).to_string(), said);
    /// It has the name of a method of this crate.
    struct User;
    impl User {
        const NEVER: RetryPolicy = RetryPolicy::new().excluded_errors(&["Throttling*"]);
    }
    let scan = ScanError::List(error().await);
    assert!(aws_retry::explain!(scan).is_retried());
    assert!(!aws_retry::explain!(scan, User::NEVER).is_retried());
}

/// A `Stopped`, made by a call.
fn aws_retry_stopped() -> aws_retry::Stopped {
    #[aws_retry(max_retries = 0, attempt_timeout = "1ms")]
    async fn never() -> Result<(), aws_retry::Stopped> {
        std::future::pending().await
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(never()).unwrap_err()
}
