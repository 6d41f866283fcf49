//! The part of AWS that this example needs, on loopback: Secrets Manager, with a quota per account, region and action.
//! Your program has `aws_config::load_defaults(..)` instead.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use aws_retry::sdk::Interceptor;
use aws_retry_testkit::Answer;
use aws_retry_testkit::bucket::Quota;
use aws_retry_testkit::call::{Call, Protocol};
use aws_retry_testkit::client::plain_http;
use aws_retry_testkit::endpoint::Request;
use aws_retry_testkit::proxy::{Behind, Proxy, Weather};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::RetryConfig;
use aws_sdk_secretsmanager::config::{BehaviorVersion, Config, Credentials, Region};

/// Of the paced callers, of those in the default mode, and of those that meet a hot secret.
pub const ACCOUNTS: [&str; 3] = ["111111111111", "222222222222", "333333333333"];
/// The secret whose own limit is used up.
pub const HOT: &str = "hot";

/// The service: a burst of 20 requests, then 20 per second, each in 40 ms.
pub async fn start() -> io::Result<Arc<Proxy>> {
    let weather = Weather {
        quota: Some(Quota { burst: 20.0, rate: 20.0 }),
        latency: Duration::from_millis(40),
        seed: 1,
        ..Weather::default()
    };
    Proxy::start(Behind::handler(answer), weather).await.map(Arc::new)
}

fn answer(_: &Call, request: &Request) -> Answer {
    let hot = String::from_utf8_lossy(&request.body).contains(HOT);
    if hot { Protocol::of(request).throttle() } else { Answer::json("{}") }
}

/// A client whose access key is the account, which is how the service tells accounts apart.
pub fn client(service: &Proxy, account: &str, interceptor: Interceptor) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-west-1"))
        .credentials_provider(Credentials::new(account, "secret", None, None, "example"))
        .endpoint_url(service.url())
        .http_client(plain_http())
        .retry_config(RetryConfig::standard())
        .interceptor(interceptor);
    Client::from_conf(config.build())
}
