//! With the SDK's own replay client.

use std::time::Duration;

use aws_retry::aws_retry;
use aws_retry::sdk::Interceptor;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::{
    BehaviorVersion, Config, Credentials, Region, retry::RetryConfig,
};
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
use aws_smithy_types::body::SdkBody;

#[aws_retry(base_delay = "1ms", quota = false)]
async fn create(client: &Client) -> Result<u32, SdkError<CreateSecretError>> {
    client.create_secret().name("a").send().await?;
    Ok(aws_retry::attempt())
}

fn event(status: u16, body: &'static str) -> ReplayEvent {
    let request = http::Request::builder().uri("https://replayed").body(SdkBody::empty());
    let response = http::Response::builder().status(status).body(SdkBody::from(body));
    ReplayEvent::new(request.expect("a request"), response.expect("a response"))
}

#[tokio::test]
async fn a_500_a_throttle_and_a_200_are_replayed_through_both_retries() {
    let replayed = StaticReplayClient::new(vec![
        event(500, r#"{"__type":"InternalServiceError"}"#),
        event(400, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#),
        event(200, "{}"),
    ]);
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDTEST", "secret", None, None, "test"))
        .http_client(replayed.clone())
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .interceptor(Interceptor::new())
        .build();
    let attempts = create(&Client::from_conf(config)).await.expect("created");
    assert_eq!((attempts, replayed.actual_requests().count()), (1, 3));
    let token = |body: &SdkBody| -> serde_json::Value {
        serde_json::from_slice(body.bytes().expect("in memory")).expect("JSON")
    };
    let tokens: Vec<_> = replayed
        .actual_requests()
        .map(|request| token(request.body())["ClientRequestToken"].clone())
        .collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]), "the 500 may have been executed");
}
