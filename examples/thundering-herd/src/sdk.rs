//! The SDK's real client, on tokio's clock, with the server in place of the network.

use std::time::{Duration, SystemTime};

use aws_sdk_secretsmanager::{
    Client,
    config::{Config, Credentials, Region, SharedAsyncSleep, SharedHttpClient, retry::RetryConfig},
};
use aws_smithy_async::{rt::sleep::TokioSleep, time::TimeSource};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use tokio::time::Instant;

use crate::server::Server;

#[derive(Debug)]
struct Network(Server);

impl HttpConnector for Network {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let server = self.0.clone();
        HttpConnectorFuture::new(async move {
            let (status, body) = match server.request().await {
                Ok(()) => (200, r#"{"SecretList":[]}"#),
                Err(_) => (400, r#"{"__type":"ThrottlingException"}"#),
            };
            let status = StatusCode::try_from(status)
                .map_err(|error| ConnectorError::other(error.into(), None))?;
            Ok(HttpResponse::new(status, SdkBody::from(body)))
        })
    }
}

/// The wall clock that goes with tokio's paused one.
#[derive(Debug)]
struct PausedTime(Instant);

impl TimeSource for PausedTime {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000) + self.0.elapsed()
    }
}

pub fn client(server: &Server, retries: RetryConfig) -> Client {
    let connector = SharedHttpConnector::new(Network(server.clone()));
    let config = Config::builder()
        .behavior_version_latest()
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "example"))
        .http_client(SharedHttpClient::new(http_client_fn(move |_, _| connector.clone())))
        .time_source(PausedTime(Instant::now()))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(retries)
        .build();
    Client::from_conf(config)
}
