//! A call that is dropped between two attempts, and a call that is dropped during an attempt.

use std::time::Duration;

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry(base_delay = "10s")]
async fn ask(service: &Service) -> Result<u32, ErrorMetadata> {
    service.ask().await
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_stops_between_and_inside_attempts() {
    let service = throttles(2);
    assert!(tokio::time::timeout(Duration::from_secs(1), ask(&service)).await.is_err());
    assert_eq!(service.runs(), 1);
    assert_eq!(ask(&service).await.ok(), Some(3));
}
