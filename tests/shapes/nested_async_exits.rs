//! An async block in the body has a `?` and a `return` of its own.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn twice(service: &Service) -> Result<u32, ErrorMetadata> {
    let inner = async {
        let run = service.ask().await?;
        if run > 100 {
            return Ok(0);
        }
        Ok::<u32, ErrorMetadata>(run)
    };
    let moved = async move { service.runs() };
    let run = inner.await?;
    Ok(run * 100 + moved.await)
}

#[tokio::test(start_paused = true)]
async fn exits_of_a_nested_async_block_stay_its_own() {
    let service = throttles(2);
    assert_eq!(twice(&service).await.ok(), Some(303));
}
