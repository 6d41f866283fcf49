//! `#[instrument]` below the attribute: one span around all attempts.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Once, Service, throttles};

#[aws_retry]
#[tracing::instrument(skip(service, once), err)]
async fn ask(service: &Service, name: String, once: Once) -> Result<String, ErrorMetadata> {
    service.ask().await?;
    Ok(name + &once.0.to_string())
}

#[tokio::test(start_paused = true)]
async fn one_span_surrounds_all_attempts() {
    let service = throttles(2);
    assert_eq!(ask(&service, "a".into(), Once(1)).await.ok().as_deref(), Some("a1"));
    assert_eq!(service.runs(), 3);
}
