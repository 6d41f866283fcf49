//! An async function that calls itself.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn descend(service: &Service, depth: u32) -> Result<u32, ErrorMetadata> {
    if depth > 0 {
        return Box::pin(descend(service, depth - 1)).await;
    }
    service.ask().await
}

#[tokio::test(start_paused = true)]
async fn an_async_fn_that_calls_itself_is_retried() {
    assert_eq!(descend(&throttles(2), 3).await.ok(), Some(3));
}
