//! A permanent error comes back at once and untouched.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn denied(service: &Service) -> Result<u32, ErrorMetadata> {
    service.ask().await?;
    Err(ErrorMetadata::builder().code("AccessDenied").message("no").build())
}

#[tokio::test(start_paused = true)]
async fn a_permanent_error_comes_back_at_once_and_untouched() {
    let service = throttles(1);
    let error = denied(&service).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Some("AccessDenied"), Some("no")));
    assert_eq!(service.runs(), 2);
}
