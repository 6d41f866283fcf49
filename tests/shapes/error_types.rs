//! Error types that users return, each read without a line of their code.

use std::sync::Arc;

use aws_retry::aws_retry;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use crate::support::{ErrorMetadata, Service, throttles};

type Sdk = SdkError<ErrorMetadata, HttpResponse>;

fn sdk(error: ErrorMetadata) -> Sdk {
    let status = StatusCode::try_from(400).unwrap();
    SdkError::service_error(error, HttpResponse::new(status, SdkBody::empty()))
}

#[aws_retry]
async fn sdk_error(service: &Service) -> Result<u32, Sdk> {
    service.ask().await.map_err(sdk)
}

#[aws_retry]
async fn boxed_sdk_error(service: &Service) -> Result<u32, Box<Sdk>> {
    service.ask().await.map_err(|error| Box::new(sdk(error)))
}

#[aws_retry]
async fn shared_sdk_error(service: &Service) -> Result<u32, Arc<Sdk>> {
    service.ask().await.map_err(|error| Arc::new(sdk(error)))
}

#[aws_retry]
async fn generic_sdk_error<E>(service: &Service) -> Result<u32, SdkError<E, HttpResponse>>
where
    E: aws_smithy_types::error::metadata::ProvideErrorMetadata + From<ErrorMetadata>,
{
    service.ask().await.map_err(|error| sdk(error).map_service_error(E::from))
}

#[aws_retry]
async fn anyhow_error(service: &Service) -> anyhow::Result<u32> {
    use anyhow::Context as _;
    service.ask().await.map_err(sdk).context("while asking")
}

#[aws_retry]
async fn eyre_error(service: &Service) -> eyre::Result<u32> {
    Ok(service.ask().await.map_err(sdk)?)
}

#[aws_retry]
async fn boxed_error(service: &Service) -> Result<u32, Box<dyn std::error::Error>> {
    Ok(service.ask().await?)
}

#[aws_retry]
async fn boxed_send_error(
    service: &Service,
) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    Ok(service.ask().await.map_err(sdk)?)
}

#[aws_retry]
async fn io_error(service: &Service) -> std::io::Result<u32> {
    service.ask().await.map_err(std::io::Error::other)
}

#[derive(Debug, thiserror::Error)]
enum StoreError {
    #[error("the service said no")]
    Service(#[from] Sdk),
    #[error("not a number")]
    Number(#[from] std::num::ParseIntError),
}

#[aws_retry]
async fn thiserror_enum(service: &Service) -> Result<u32, StoreError> {
    let run = service.ask().await.map_err(sdk)?;
    Ok(run + "0".parse::<u32>()?)
}

#[tokio::test(start_paused = true)]
async fn each_error_type_is_read_without_a_line_of_the_users_code() {
    assert_eq!(sdk_error(&throttles(2)).await.ok(), Some(3));
    assert_eq!(boxed_sdk_error(&throttles(2)).await.ok(), Some(3));
    assert_eq!(shared_sdk_error(&throttles(2)).await.ok(), Some(3));
    assert_eq!(generic_sdk_error::<ErrorMetadata>(&throttles(2)).await.ok(), Some(3));
    assert_eq!(anyhow_error(&throttles(2)).await.ok(), Some(3));
    assert_eq!(eyre_error(&throttles(2)).await.ok(), Some(3));
    assert_eq!(boxed_error(&throttles(2)).await.ok(), Some(3));
    assert_eq!(boxed_send_error(&throttles(2)).await.ok(), Some(3));
    assert_eq!(io_error(&throttles(2)).await.ok(), Some(3));
    assert_eq!(thiserror_enum(&throttles(2)).await.ok(), Some(3));
}
