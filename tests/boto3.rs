//! Side by side with boto3, Secrets Manager: the same scripted failures, call for call the same
//! number of requests, the same outcome and the same waits, mode by mode.

mod support;

#[path = "boto3/cases.rs"]
mod cases;
#[path = "boto3/compare.rs"]
mod compare;
#[path = "boto3/meant.rs"]
mod meant;

use aws_retry::aws_retry;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::get_secret_value::{
    GetSecretValueError, GetSecretValueOutput,
};
use compare::{Comparison, Operation, Stage, Waits};
use support::client::PATIENCE;
use support::clients;

const GET_SECRET_VALUE: Operation = Operation {
    service: "secretsmanager",
    name: "get_secret_value",
    params: r#"{"SecretId": "a"}"#,
};

type Answer = Result<GetSecretValueOutput, SdkError<GetSecretValueError>>;

/// A test that plays all cases to boto3 and to an annotated fn. Without jitter a wait is as long as
/// the jitter of the modes allows, as it is on boto3's side.
macro_rules! side_by_side {
    ($mode:ident, $waits:expr, $meant:expr, $($arguments:tt)*) => {
        #[tokio::test(start_paused = true)]
        async fn $mode() {
            #[aws_retry(scope = scope, jitter = false, $($arguments)*)]
            async fn call(client: &Client, scope: &str) -> Answer {
                client.get_secret_value().secret_id("a").send().await
            }
            let Some(mut stage) = Stage::set() else {
                return;
            };
            let client = clients::secrets_manager(&stage.endpoint.url(), PATIENCE);
            let mode = stringify!($mode);
            let mut comparison = Comparison::new($waits, $meant);
            for case in cases::all() {
                let boto3 = stage.boto3(GET_SECRET_VALUE, mode, &case);
                let scope = format!("{mode} {}", case.name);
                let ours = stage.ours(&case, async || call(&client, &scope).await).await;
                comparison.add(&case, &boto3, &ours);
            }
            comparison.finish();
        }
    };
}

side_by_side!(decorator, Waits::Agree, meant::DECORATOR, codes = "python", quota = false);
side_by_side!(legacy, Waits::Agree, meant::LEGACY, mode = "legacy", service = "secretsmanager");
side_by_side!(
    standard,
    Waits::Agree,
    meant::STANDARD,
    mode = "standard",
    service = "secretsmanager"
);
side_by_side!(
    adaptive,
    Waits::Differ,
    meant::STANDARD,
    mode = "adaptive",
    service = "secretsmanager"
);
