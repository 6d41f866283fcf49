//! `Option<&mut T>` and `Pin<&mut T>` arguments.

use std::pin::Pin;

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn note(service: &Service, log: Option<&mut Vec<u32>>) -> Result<u32, ErrorMetadata> {
    if let Some(log) = log {
        log.push(service.runs());
    }
    service.ask().await
}

#[aws_retry]
async fn drive(service: &Service, counter: Pin<&mut u32>) -> Result<u32, ErrorMetadata> {
    *counter.get_mut() += 1;
    service.ask().await
}

#[tokio::test(start_paused = true)]
async fn optional_and_pinned_references_are_reborrowed() {
    let service = throttles(2);
    let mut log = Vec::new();
    assert_eq!(note(&service, Some(&mut log)).await.ok(), Some(3));
    assert_eq!(log, [0, 1, 2]);

    let service = throttles(2);
    let mut counter = 0;
    assert_eq!(drive(&service, Pin::new(&mut counter)).await.ok(), Some(3));
    assert_eq!(counter, 3);
}
