//! `?` ends the attempt, not the call.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn ask(service: &Service) -> Result<u32, ErrorMetadata> {
    let run = service.ask().await?;
    Ok(run)
}

#[tokio::test(start_paused = true)]
async fn a_question_mark_ends_the_attempt_and_not_the_call() {
    let service = throttles(3);
    assert_eq!(ask(&service).await.ok(), Some(4));
    assert_eq!(service.runs(), 4);
}
