//! `#[instrument]` above the attribute, which first turns the body into an `async move` block.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Once, Service, throttles};

#[tracing::instrument(skip(service, once))]
#[aws_retry]
async fn plain(service: &Service, name: String, once: Once) -> Result<String, ErrorMetadata> {
    service.ask().await?;
    Ok(name + &once.0.to_string())
}

#[tracing::instrument(skip_all, err, ret)]
#[aws_retry]
async fn with_events(service: &Service, name: String, once: Once) -> Result<String, ErrorMetadata> {
    let run = service.ask().await?;
    if run > 100 {
        return Ok(name);
    }
    Ok(name + &once.0.to_string())
}

#[tokio::test(start_paused = true)]
async fn a_body_that_instrument_has_wrapped_is_retried() {
    assert_eq!(plain(&throttles(2), "a".into(), Once(1)).await.ok().as_deref(), Some("a1"));
    let service = throttles(2);
    assert_eq!(with_events(&service, "a".into(), Once(1)).await.ok().as_deref(), Some("a1"));
    assert_eq!(service.runs(), 3);
}
