//! A modeled throttle behind `anyhow`, with the interceptor and without.

use anyhow::Context;
use aws_retry::aws_retry;
use aws_retry::sdk::Interceptor;
use aws_retry_testkit::client::PATIENCE;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;

async fn put(client: &Client) -> anyhow::Result<()> {
    let item = AttributeValue::S("b".to_owned());
    client.put_item().table_name("a").item("a", item).send().await.context("Storing: an item")?;
    Ok(())
}

#[aws_retry(base_delay = "1ms", quota = false)]
async fn stored(client: &Client) -> anyhow::Result<u32> {
    put(client).await?;
    Ok(aws_retry::attempt())
}

#[aws_retry(mode = "legacy", base_delay = "1ms")]
async fn stored_as_legacy(client: &Client) -> anyhow::Result<()> {
    put(client).await
}

fn throttled() -> Step {
    Step::error(400, "ProvisionedThroughputExceededException")
}

fn clients(endpoint: &Endpoint, retries: &RetryConfig) -> (Client, Client) {
    let client = crate::dynamodb(&endpoint.url(), PATIENCE);
    let config = client.config().to_builder().retry_config(retries.clone());
    let plain = Client::from_conf(config.clone().build());
    (plain, Client::from_conf(config.interceptor(Interceptor::new()).build()))
}

#[tokio::test]
async fn a_throttle_is_ours_with_the_interceptor_and_the_sdks_without() {
    let endpoint = Endpoint::start([], Step::ok("{}"));
    let retries = RetryConfig::standard().with_initial_backoff(std::time::Duration::from_millis(1));
    let (plain, intercepted) = clients(&endpoint, &retries);
    for (client, attempts) in [(&plain, 1), (&intercepted, 3)] {
        endpoint.play([throttled(), throttled()]);
        assert_eq!(stored(client).await.expect("stored"), attempts);
        assert_eq!(endpoint.arrived(), 3);
    }
    let endpoint = Endpoint::start([], throttled());
    let (plain, intercepted) = clients(&endpoint, &retries);
    // Six attempts, with three requests each or with one.
    for (client, requests) in [(&plain, 18), (&intercepted, 6)] {
        endpoint.play([]);
        stored(client).await.expect_err("throttled");
        assert_eq!(endpoint.arrived(), requests);
    }
}

/// A code that is in none of the sets, and that the model marks as retryable. The operation's error says so
/// without the answer around it.
#[tokio::test]
async fn the_error_of_an_operation_says_that_its_code_is_retryable() {
    #[aws_retry(mode = "standard", base_delay = "1ms", quota = false)]
    async fn stored(client: &Client) -> Result<(), PutItemError> {
        let item = AttributeValue::S("b".to_owned());
        let put = client.put_item().table_name("a").item("a", item).send().await;
        put.map(drop).map_err(aws_sdk_dynamodb::error::SdkError::into_service_error)
    }

    let endpoint = Endpoint::start([], Step::error(400, "ReplicatedWriteConflictException"));
    let (plain, intercepted) = clients(&endpoint, &RetryConfig::disabled());
    // If the service is known, the call has AWS's attempts for DynamoDB.
    for (client, requests) in [(&plain, 3), (&intercepted, 4)] {
        endpoint.play([]);
        let error = stored(client).await.expect_err("a conflict");
        assert!(error.is_replicated_write_conflict_exception());
        assert_eq!(endpoint.arrived(), requests);
    }
}

/// botocore's legacy mode has ten attempts for DynamoDB alone.
#[tokio::test]
async fn the_interceptor_knows_the_service() {
    let endpoint = Endpoint::start([], throttled());
    let (plain, intercepted) = clients(&endpoint, &RetryConfig::disabled());
    stored_as_legacy(&plain).await.expect_err("throttled");
    // The erased error has lost its status, so that the code alone counts. The service is unknown.
    assert_eq!(endpoint.arrived(), 5);
    endpoint.play([]);
    stored_as_legacy(&intercepted).await.expect_err("throttled");
    assert_eq!(endpoint.arrived(), 10);
}
