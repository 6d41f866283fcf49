//! `cargo run -p aws-retry-examples --bin wrapper_client`: the wrapper class of a boto3 program, around the
//! clients of three services: calls, pages, and a wait until something is so.

use std::time::Duration;

use aws_retry::{Polled, RetryClient, RetryPolicy};
use aws_retry_examples::{print_retries, sdk_config};
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_sdk_dynamodb::types::TableStatus;
use aws_types::SdkConfig;

/// Every call of these clients is retried.
struct Aws {
    dynamodb: RetryClient<aws_sdk_dynamodb::Client>,
    lambda: RetryClient<aws_sdk_lambda::Client>,
    s3: RetryClient<aws_sdk_s3::Client>,
}

impl Aws {
    fn new(config: &SdkConfig) -> Self {
        const PATIENT: RetryPolicy =
            RetryPolicy::new().base_delay(Duration::from_millis(10)).max_retries(8);
        let s3 = aws_sdk_s3::config::Builder::from(config).force_path_style(true).build();
        Self {
            dynamodb: RetryClient::new(aws_sdk_dynamodb::Client::new(config), PATIENT),
            lambda: RetryClient::new(aws_sdk_lambda::Client::new(config), PATIENT.max_retries(2)),
            s3: RetryClient::new(aws_sdk_s3::Client::from_conf(s3), PATIENT),
        }
    }

    /// Waits until the table can be used. A throttled poll does not end the wait.
    async fn table_is_active(&self, table: &str) -> anyhow::Result<()> {
        let waiter = self.dynamodb.wait_until(
            |client| client.describe_table().table_name(table).send(),
            |polled| match polled {
                Ok(output) => match output.table().and_then(|table| table.table_status()) {
                    Some(TableStatus::Active) => Polled::Success,
                    _ => Polled::Retry,
                },
                Err(error) if error.is_resource_not_found_exception() => Polled::Retry,
                Err(_) => Polled::Failure,
            },
        );
        waiter.min_delay(Duration::from_millis(10)).wait(Duration::from_secs(60)).await?;
        Ok(())
    }

    /// The names of all tables, over all pages.
    async fn tables(&self) -> anyhow::Result<Vec<String>> {
        let pages = self.dynamodb.paginate(
            |client, last| client.list_tables().set_exclusive_start_table_name(last).send(),
            |page| page.last_evaluated_table_name.clone(),
        );
        let pages = pages.collect().await?;
        Ok(pages.into_iter().flat_map(|page| page.table_names.unwrap_or_default()).collect())
    }

    /// The name is used in the log, and has retry tokens of its own.
    async fn functions(&self) -> anyhow::Result<usize> {
        let listed = self.lambda.call_named("ListFunctions", |it| it.list_functions().send());
        Ok(listed.await?.functions().len())
    }

    async fn etag(&self, bucket: &str, key: &str) -> anyhow::Result<Option<String>> {
        let head = self
            .s3
            .call_named("HeadObject", |client| client.head_object().bucket(bucket).key(key).send());
        Ok(head.await?.e_tag)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    print_retries();
    let throttled = || Step::error(400, "ProvisionedThroughputExceededException");
    let status = |status: &str| Step::ok(format!(r#"{{"Table":{{"TableStatus":"{status}"}}}}"#));
    let endpoint = Endpoint::start([], Step::error(400, "ScriptIsOver"));
    let aws = Aws::new(&sdk_config(&endpoint));

    endpoint.play([status("CREATING"), throttled(), status("ACTIVE")]);
    aws.table_is_active("users").await?;
    println!("the table is active after {} requests", endpoint.arrived());

    endpoint.play([
        Step::ok(r#"{"TableNames":["orders"],"LastEvaluatedTableName":"orders"}"#),
        throttled(),
        Step::ok(r#"{"TableNames":["users"]}"#),
    ]);
    println!("tables: {:?}, {} requests", aws.tables().await?, endpoint.arrived());

    endpoint.play([
        Step::error(429, "TooManyRequestsException"),
        Step::ok(r#"{"Functions":[{"FunctionName":"resize"}]}"#),
    ]);
    println!("functions: {}, {} requests", aws.functions().await?, endpoint.arrived());

    endpoint.play([Step::empty(503), Step::ok("").header("etag", "\"9b2cf5\"")]);
    println!("etag: {:?}, {} requests", aws.etag("photos", "cat").await?, endpoint.arrived());
    Ok(())
}
