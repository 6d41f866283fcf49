//! Side by side with boto3, DynamoDB: it has attempts, delays and codes of its own.
#![cfg(test)]

mod erased;
mod support;

#[path = "../boto3/cases.rs"]
mod cases;
#[path = "../boto3/compare.rs"]
mod compare;
#[path = "../boto3/meant.rs"]
mod meant;

use aws_retry::aws_retry;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
use aws_sdk_dynamodb::types::AttributeValue;
use compare::{Comparison, Operation, Stage, Waits};
use support::client::{PATIENCE, sdk_client};

const PUT_ITEM: Operation = Operation {
    service: "dynamodb",
    name: "put_item",
    params: r#"{"TableName": "a", "Item": {"a": {"S": "b"}}}"#,
};

type Answer = Result<PutItemOutput, SdkError<PutItemError>>;

sdk_client!(dynamodb, aws_sdk_dynamodb);

/// As in the comparison of Secrets Manager.
macro_rules! side_by_side {
    ($mode:ident, $waits:expr, $meant:expr, $($arguments:tt)*) => {
        #[tokio::test(start_paused = true)]
        async fn $mode() {
            #[aws_retry(scope = scope, jitter = false, $($arguments)*)]
            async fn call(client: &Client, scope: &str) -> Answer {
                let item = AttributeValue::S("b".to_owned());
                client.put_item().table_name("a").item("a", item).send().await
            }
            let Some(mut stage) = Stage::set() else {
                return;
            };
            let client = dynamodb(&stage.endpoint.url(), PATIENCE);
            let mode = stringify!($mode);
            let mut comparison = Comparison::new($waits, $meant);
            for case in cases::all() {
                let boto3 = stage.boto3(PUT_ITEM, mode, &case);
                let scope = format!("{mode} {}", case.name);
                let ours = stage.ours(&case, async || call(&client, &scope).await).await;
                comparison.add(&case, &boto3, &ours);
            }
            comparison.finish();
        }
    };
}

side_by_side!(decorator, Waits::Agree, meant::DECORATOR, codes = "python", quota = false);
side_by_side!(legacy, Waits::Agree, meant::LEGACY, mode = "legacy", service = "dynamodb");
side_by_side!(standard, Waits::Agree, meant::STANDARD, mode = "standard", service = "dynamodb");
side_by_side!(adaptive, Waits::Differ, meant::STANDARD, mode = "adaptive", service = "dynamodb");
