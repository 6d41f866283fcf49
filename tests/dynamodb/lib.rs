//! DynamoDB, which has attempts, delays and codes of its own: a comparison with boto3, erased errors,
//! and the limits that it and Lambda name when they throttle. Also the SDK's own replay client: what it needs
//! takes long to build, too.
#![cfg(test)]

mod erased;
mod reasons;
mod replay;

use aws_retry_testkit::boto3::{Operation, Waits, meant};
use aws_retry_testkit::{sdk_client, side_by_side};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
use aws_sdk_dynamodb::types::AttributeValue;

const PUT_ITEM: Operation = Operation {
    service: "dynamodb",
    name: "put_item",
    params: r#"{"TableName": "a", "Item": {"a": {"S": "b"}}}"#,
};

sdk_client!(dynamodb, aws_sdk_dynamodb);

side_by_side! {
    PUT_ITEM, dynamodb,
    async fn call(client: &Client) -> Result<PutItemOutput, SdkError<PutItemError>> {
        let item = AttributeValue::S("b".to_owned());
        client.put_item().table_name("a").item("a", item).send().await
    }
    the_decorator_mode_does_as_boto3_does: "decorator", Waits::Agree, meant::DECORATOR, (codes = "python", quota = false);
    the_legacy_mode_does_as_boto3_does: "legacy", Waits::Agree, meant::LEGACY, (mode = "legacy", service = "dynamodb");
    the_standard_mode_does_as_boto3_does: "standard", Waits::Agree, meant::STANDARD, (mode = "standard", service = "dynamodb");
    the_adaptive_mode_does_as_boto3_does: "adaptive", Waits::Differ, meant::STANDARD, (mode = "adaptive", service = "dynamodb");
}
