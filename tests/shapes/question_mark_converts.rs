//! `?` reaches the function's error type through `From`.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn parse(
    service: &Service,
    text: &str,
) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    let run = service.ask().await?;
    let number: u32 = text.parse()?;
    Ok(run + number)
}

#[tokio::test(start_paused = true)]
async fn a_question_mark_converts_into_the_fns_error_type() {
    let service = throttles(2);
    assert_eq!(parse(&service, "40").await.ok(), Some(43));
    let service = throttles(2);
    let error = parse(&service, "forty").await.unwrap_err();
    assert!(error.is::<std::num::ParseIntError>(), "the last error comes back as it was");
    assert_eq!(service.runs(), 3, "no number after the third: no retry");
    let _: ErrorMetadata = crate::support::throttled();
}
