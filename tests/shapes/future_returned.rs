//! Plain functions that return `impl Future` or a boxed one.

use std::future::Future;
use std::pin::Pin;

use aws_retry::aws_retry;
use futures::future::{BoxFuture, FutureExt};

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
fn block(
    service: &Service,
    name: String,
) -> impl Future<Output = Result<String, ErrorMetadata>> + Send + '_ {
    let greeting = format!("to {name}");
    async move {
        let run = service.ask().await?;
        Ok(greeting + &run.to_string())
    }
}

#[aws_retry]
fn passed_on(service: &Service) -> impl Future<Output = Result<u32, ErrorMetadata>> + '_ {
    service.ask()
}

#[aws_retry]
fn pinned<'a>(
    service: &'a Service,
) -> Pin<Box<dyn Future<Output = Result<u32, ErrorMetadata>> + Send + 'a>> {
    Box::pin(async move { service.ask().await })
}

#[aws_retry]
fn boxed(service: &Service) -> BoxFuture<'_, Result<u32, ErrorMetadata>> {
    async move { service.ask().await }.boxed()
}

#[aws_retry]
fn boxed_from_elsewhere(service: &Service) -> BoxFuture<'_, Result<u32, ErrorMetadata>> {
    if service.runs() > 100 {
        return Box::pin(async { Ok(0) });
    }
    Box::pin(service.ask())
}

#[tokio::test(start_paused = true)]
async fn fns_that_return_a_future_are_retried() {
    assert_eq!(block(&throttles(2), "you".into()).await.ok().as_deref(), Some("to you3"));
    assert_eq!(passed_on(&throttles(2)).await.ok(), Some(3));
    assert_eq!(pinned(&throttles(2)).await.ok(), Some(3));
    assert_eq!(boxed(&throttles(2)).await.ok(), Some(3));
    assert_eq!(boxed_from_elsewhere(&throttles(2)).await.ok(), Some(3));
}
