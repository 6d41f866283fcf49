//! Secrets Manager, compared with boto3.

use aws_retry_testkit::boto3::{Operation, Waits, meant};
use aws_retry_testkit::side_by_side;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::get_secret_value::{
    GetSecretValueError, GetSecretValueOutput,
};

use crate::clients;

const GET_SECRET_VALUE: Operation = Operation {
    service: "secretsmanager",
    name: "get_secret_value",
    params: r#"{"SecretId": "a"}"#,
};

side_by_side! {
    GET_SECRET_VALUE, clients::secrets_manager,
    async fn call(client: &Client) -> Result<GetSecretValueOutput, SdkError<GetSecretValueError>> {
        client.get_secret_value().secret_id("a").send().await
    }
    the_decorator_mode_does_as_boto3_does: "decorator", Waits::Agree, meant::DECORATOR, (codes = "python", quota = false);
    the_legacy_mode_does_as_boto3_does: "legacy", Waits::Agree, meant::LEGACY, (mode = "legacy", service = "secretsmanager");
    the_standard_mode_does_as_boto3_does: "standard", Waits::Agree, meant::STANDARD, (mode = "standard", service = "secretsmanager");
    the_adaptive_mode_does_as_boto3_does: "adaptive", Waits::Differ, meant::STANDARD, (mode = "adaptive", service = "secretsmanager");
}
