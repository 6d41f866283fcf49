//! A by-value argument that the body consumes is cloned once per attempt.

use std::sync::atomic::Ordering::SeqCst;

use aws_retry::aws_retry;

use crate::support::{Clones, ErrorMetadata, Service, throttles};

fn consume(_: Clones) {}

#[aws_retry]
async fn send(service: &Service, body: Clones) -> Result<u32, ErrorMetadata> {
    consume(body);
    service.ask().await
}

#[aws_retry]
async fn send_string(service: &Service, body: String) -> Result<String, ErrorMetadata> {
    service.ask().await?;
    Ok(body)
}

#[tokio::test(start_paused = true)]
async fn a_consumed_argument_is_cloned_once_per_attempt() {
    let service = throttles(2);
    let body = Clones::default();
    let clones = body.counter();
    assert_eq!(send(&service, body).await.ok(), Some(3));
    assert_eq!(clones.load(SeqCst), 3);
    assert_eq!(send_string(&service, "a".into()).await.ok().as_deref(), Some("a"));
}
