//! `return Ok` and `return Err`, in branches and before the end.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttled, throttles};

#[aws_retry]
async fn ask(service: &Service, shortcut: bool) -> Result<u32, ErrorMetadata> {
    if shortcut {
        return Ok(0);
    }
    if service.ask().await.is_err() {
        return Err(throttled());
    }
    return Ok(service.runs());
}

#[tokio::test(start_paused = true)]
async fn an_early_return_ends_the_attempt() {
    let service = throttles(2);
    assert_eq!(ask(&service, false).await.ok(), Some(3));
    assert_eq!(ask(&service, true).await.ok(), Some(0));
    assert_eq!(service.runs(), 3);
}
