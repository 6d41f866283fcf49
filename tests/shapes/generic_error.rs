//! An error type that is a parameter: `E: ProvideErrorMetadata`, `E: Error + 'static`.

use std::error::Error;

use aws_retry::aws_retry;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn by_metadata<E>(service: &Service) -> Result<u32, E>
where
    E: ProvideErrorMetadata + From<ErrorMetadata>,
{
    Ok(service.ask().await?)
}

#[aws_retry]
async fn by_source<E: Error + 'static>(
    service: &Service,
    wrap: impl Fn(ErrorMetadata) -> E,
) -> Result<u32, E> {
    service.ask().await.map_err(|error| wrap(error))
}

#[tokio::test(start_paused = true)]
async fn a_generic_error_is_read_by_its_bounds() {
    let service = throttles(2);
    assert_eq!(by_metadata::<ErrorMetadata>(&service).await.ok(), Some(3));
    let service = throttles(2);
    assert_eq!(by_source(&service, std::io::Error::other).await.ok(), Some(3));
}
