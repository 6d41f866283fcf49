//! Paced mode counts the requests of an attempt, where the interceptor sees them.

use std::sync::{Arc, Mutex};

use aws_retry::sdk::Interceptor;
use aws_retry::{aws_retry, scope};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::body::SdkBody;
use tokio::time::{Duration, Instant, sleep};

const RATE: f64 = 20.0;
const BURST: f64 = 40.0;

/// Three requests an attempt, against the house rule.
#[aws_retry(mode = "paced", scope = "three requests", max_attempts = 100)]
async fn three_requests(client: &Client) -> Result<(), SdkError<CreateSecretError>> {
    for _ in 0..3 {
        sleep(Duration::from_millis(40)).await;
        client.create_secret().name("a").send().await?;
    }
    Ok(())
}

/// A client of a service with a quota of 20 a second, on the runtime's clock.
fn client() -> Client {
    let bucket = Arc::new(Mutex::new((BURST, Instant::now())));
    let http = infallible_client_fn(move |_| {
        let mut bucket = bucket.lock().expect("no panic before");
        let now = Instant::now();
        let tokens = (bucket.0 + (now - bucket.1).as_secs_f64() * RATE).min(BURST);
        let admitted = tokens >= 1.0;
        *bucket = (tokens - f64::from(u8::from(admitted)), now);
        let (status, body) =
            if admitted { (200, "{}") } else { (400, r#"{"__type":"ThrottlingException"}"#) };
        http::Response::builder().status(status).body(SdkBody::from(body)).expect("a response")
    });
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKIDTEST", "secret", None, None, "test"))
        .http_client(http)
        .interceptor(Interceptor::new())
        .build();
    Client::from_conf(config)
}

#[tokio::test(start_paused = true)]
async fn a_call_of_many_requests_teaches_the_rate_in_requests() {
    let client = client();
    let workers: Vec<_> = (0..30)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                loop {
                    three_requests(&client).await.expect("no limit is near");
                }
            })
        })
        .collect();
    sleep(Duration::from_secs(60)).await;
    let state = scope::state("three requests").and_then(|it| it.paced).expect("in use");
    let quota = state.quota.expect("learned");
    assert!(
        (0.9 * RATE..1.1 * RATE).contains(&quota),
        "{quota} a second, {} throttles",
        state.throttles
    );
    workers.iter().for_each(tokio::task::JoinHandle::abort);
}
