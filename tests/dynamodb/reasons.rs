//! The limit that DynamoDB and Lambda name when they throttle, in each error type, without the interceptor:
//! their errors have a field for it.

use aws_retry::{Limit, Throttle, aws_retry, report};
use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::{Answer, Endpoint, Step};
use aws_retry_testkit::sdk_client;
use aws_sdk_dynamodb::error::{ErrorMetadata, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_lambda::operation::invoke::InvokeError;

sdk_client!(lambda, aws_sdk_lambda);

type BoxError = Box<dyn std::error::Error + Send + Sync>;

const ARN: &str = "arn:aws:dynamodb:us-east-1:123456789012:table/songs/index/by_title";

/// The throttles of a report on a call that ends with this error type.
macro_rules! throttles {
    ($operation:ident, $endpoint:expr, $error:ty, $convert:expr) => {{
        #[aws_retry(base_delay = "1ms", max_retries = 1)]
        async fn retried(endpoint: &Endpoint) -> Result<(), $error> {
            $operation(endpoint).await.map_err($convert)
        }
        let (_, report) = report(retried($endpoint)).await;
        let throttles: Vec<_> = report.failures.into_iter().map(|it| it.throttle).collect();
        throttles
    }};
}

async fn get(endpoint: &Endpoint) -> Result<(), SdkError<GetItemError>> {
    let key = AttributeValue::S("b".to_owned());
    let client = crate::dynamodb(&endpoint.url(), PATIENCE);
    client.get_item().table_name("songs").key("id", key).send().await.map(drop)
}

async fn invoke(endpoint: &Endpoint) -> Result<(), SdkError<InvokeError>> {
    lambda(&endpoint.url(), PATIENCE).invoke().function_name("f").send().await.map(drop)
}

#[derive(Debug, thiserror::Error)]
#[error("reading failed")]
struct Failed(#[source] SdkError<GetItemError>);

/// Each of the three errors that have the list, and each error type.
#[tokio::test]
async fn dynamodbs_reasons_reach_every_error_type() {
    for (code, list) in [
        ("ProvisionedThroughputExceededException", "ThrottlingReasons"),
        ("ThrottlingException", "throttlingReasons"),
        ("RequestLimitExceeded", "ThrottlingReasons"),
    ] {
        let body = format!(
            r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"a \"quoted\" text",
                "{list}":[{{"reason":"IndexReadKeyRangeThroughputExceeded","resource":"{ARN}"}}]}}"#
        );
        let step = Step::Answer(Answer { status: 400, ..Answer::json(body) });
        let endpoint = Endpoint::start([], step);
        let limit = Limit::IndexReadKeyRangeThroughputExceeded;
        let named = Some(Throttle::new(limit, Some(ARN.into())));
        macro_rules! assert_named {
            ($error:ty, $convert:expr) => {
                let found = throttles!(get, &endpoint, $error, $convert);
                assert_eq!(found, [named.clone(), named.clone()], "{code} {}", stringify!($error));
            };
        }
        assert_named!(SdkError<GetItemError>, |error| error);
        assert_named!(GetItemError, SdkError::into_service_error);
        assert_named!(aws_sdk_dynamodb::Error, Into::into);
        assert_named!(BoxError, Into::into);
        assert_named!(anyhow::Error, |error| anyhow::Error::from(error).context("reading"));
        assert_named!(Failed, Failed);
        // The metadata alone has lost it.
        let lost = throttles!(get, &endpoint, ErrorMetadata, |error| error.meta().clone());
        assert_eq!(lost, [None, None]);
    }
}

#[tokio::test]
async fn lambdas_reason_reaches_every_error_type() {
    let limit = Limit::ReservedFunctionConcurrentInvocationLimitExceeded;
    let body = format!(r#"{{"Reason":"{limit}","Type":"User","message":"Rate Exceeded."}}"#);
    let step = Step::Answer(Answer { status: 429, ..Answer::json(body) });
    let endpoint = Endpoint::start([], step.header("x-amzn-errortype", "TooManyRequestsException"));
    let named = Some(Throttle::new(limit, None));
    macro_rules! assert_named {
        ($error:ty, $convert:expr) => {
            let found = throttles!(invoke, &endpoint, $error, $convert);
            assert_eq!(found, [named.clone(), named.clone()], stringify!($error));
        };
    }
    assert_named!(SdkError<InvokeError>, |error| error);
    assert_named!(InvokeError, SdkError::into_service_error);
    assert_named!(aws_sdk_lambda::Error, Into::into);
    assert_named!(BoxError, Into::into);
    assert_named!(anyhow::Error, |error| anyhow::Error::from(error).context("invoking"));
}
