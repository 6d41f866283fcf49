//! Paced mode counts the requests of an attempt if the interceptor sees them.

use std::sync::{Arc, Mutex};

use aws_retry::sdk::Interceptor;
use aws_retry::{aws_retry, scope};
use aws_retry_testkit::client::answered_by;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, Input, InterceptorContext,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, sleep};

const RATE: f64 = 20.0;
const BURST: f64 = 40.0;

/// Three requests per attempt, against the advice.
#[aws_retry(mode = "paced", scope = "three requests", max_attempts = 100)]
async fn three_requests(client: &Client) -> Result<(), SdkError<CreateSecretError>> {
    for _ in 0..3 {
        sleep(Duration::from_millis(40)).await;
        client.create_secret().name("a").send().await?;
    }
    Ok(())
}

/// A client of a service with a quota of 20 per second, on the runtime's clock.
fn client() -> Client {
    let bucket = Arc::new(Mutex::new((BURST, Instant::now())));
    let http = answered_by(move |_| {
        let mut bucket = bucket.lock().expect("no panic before");
        let now = Instant::now();
        let tokens = (bucket.0 + (now - bucket.1).as_secs_f64() * RATE).min(BURST);
        let admitted = tokens >= 1.0;
        *bucket = (tokens - f64::from(u8::from(admitted)), now);
        if admitted { (200, "{}") } else { (400, r#"{"__type":"ThrottlingException"}"#) }
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

#[aws_retry(mode = "paced", scope = "presigned", max_attempts = 100)]
async fn presigns(client: &Client) -> Result<(), SdkError<CreateSecretError>> {
    sleep(Duration::from_millis(40)).await;
    client.create_secret().name("a").send().await.map(drop)
}

/// Signs 99 URLs before each request. It calls the hooks as the SDK does when it presigns, because no service of
/// these tests can presign.
#[derive(Debug)]
struct Presign;

#[dyn_dispatch_hint]
impl Intercept for Presign {
    fn name(&self) -> &'static str {
        "presign"
    }

    fn read_before_signing(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        for _ in 0..99 {
            let mut context: InterceptorContext = InterceptorContext::new(Input::erase(()));
            context.enter_serialization_phase();
            let _ = context.take_input();
            context.set_request(HttpRequest::empty());
            context.enter_before_transmit_phase();
            let (interceptor, mut cfg) = (Interceptor::new(), ConfigBag::base());
            interceptor.read_before_transmit(&(&context).into(), components, &mut cfg)?;
            interceptor.read_after_attempt(&(&context).into(), components, &mut cfg)?;
            interceptor.read_after_execution(&(&context).into(), components, &mut cfg)?;
        }
        Ok(())
    }
}

/// The quota that 30 workers learn in a minute.
async fn learned<F>(scope: &str, call: impl Fn(Client) -> F) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let client = client();
    let workers: JoinSet<()> = (0..30).map(|_| call(client.clone())).collect();
    sleep(Duration::from_secs(60)).await;
    drop(workers);
    let state = scope::state(scope).and_then(|it| it.paced).expect("in use");
    state.quota.expect("learned")
}

#[tokio::test(start_paused = true)]
async fn a_call_of_many_requests_teaches_the_rate_in_requests() {
    let quota = learned("three requests", |client| async move {
        loop {
            three_requests(&client).await.expect("no limit is near");
        }
    });
    let quota = quota.await;
    assert!((0.9 * RATE..1.1 * RATE).contains(&quota), "{quota} per second");
}

#[tokio::test(start_paused = true)]
async fn presigning_is_not_a_request_and_teaches_nothing() {
    let quota = learned("presigned", |client| async move {
        let config = client.config().to_builder().interceptor(Presign);
        let client = Client::from_conf(config.build());
        loop {
            presigns(&client).await.expect("no limit is near");
        }
    });
    let quota = quota.await;
    assert!((0.9 * RATE..1.1 * RATE).contains(&quota), "{quota} per second");
}
