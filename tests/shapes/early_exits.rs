//! `?`, `return`, labelled loops, nested closures and async blocks with exits of their own.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn question_mark(service: &Service) -> Result<u32, ErrorMetadata> {
    let run = service.ask().await?;
    Ok(run)
}

#[tokio::test(start_paused = true)]
async fn a_question_mark_ends_the_attempt_not_the_call() {
    let service = throttles(3);
    assert_eq!(question_mark(&service).await.ok(), Some(4));
    assert_eq!(service.runs(), 4);
}
