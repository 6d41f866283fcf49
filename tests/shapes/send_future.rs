//! The future is `Send` exactly when the bare function's is.

use std::cell::Cell;
use std::rc::Rc;

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn owned(
    service: &Service,
    name: String,
    token: Option<String>,
) -> Result<String, ErrorMetadata> {
    service.ask().await?;
    Ok(name + token.as_deref().unwrap_or_default())
}

/// `Cell` is `Send`, a reference to one is not.
#[aws_retry]
async fn send_but_not_sync(service: &Service, cell: Cell<u32>) -> Result<u32, ErrorMetadata> {
    let value = cell.take();
    service.ask().await.map(|run| run + value)
}

/// The error is not `Send`, and is dropped before the wait.
#[aws_retry]
async fn error_not_send(service: &Service) -> Result<u32, Box<dyn std::error::Error>> {
    let run = service.send()?;
    Ok(run)
}

#[aws_retry]
async fn local(service: Rc<Service>) -> Result<u32, ErrorMetadata> {
    service.ask().await
}

fn is_send<T: Send>(future: T) -> T {
    future
}

#[tokio::test(start_paused = true)]
async fn the_future_is_send_exactly_if_the_bare_one_is() {
    let service = throttles(2);
    assert_eq!(is_send(owned(&service, "a".into(), None)).await.ok().as_deref(), Some("a"));
    assert_eq!(is_send(send_but_not_sync(&throttles(2), Cell::new(1))).await.ok(), Some(4));
    assert_eq!(is_send(error_not_send(&throttles(2))).await.ok(), Some(3));

    let service = std::sync::Arc::new(throttles(2));
    let own = service.clone();
    let task = tokio::spawn(async move { owned(&own, "a".into(), None).await.is_ok() });
    assert!(task.await.unwrap());
    assert_eq!(service.runs(), 3);

    let tasks = tokio::task::LocalSet::new();
    assert_eq!(tasks.run_until(async { local(Rc::new(throttles(2))).await }).await.ok(), Some(3));
}
