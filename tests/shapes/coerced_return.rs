//! A `return` whose value must be coerced to the written type.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn show(service: &Service) -> Result<Box<dyn std::fmt::Display + Send>, ErrorMetadata> {
    let run = service.ask().await?;
    if run > 100 {
        return Ok(Box::new("many"));
    }
    Ok(Box::new(run))
}

#[tokio::test(start_paused = true)]
async fn a_return_is_coerced_to_the_written_type() {
    let service = throttles(1);
    assert_eq!(show(&service).await.unwrap().to_string(), "2");
    assert_eq!(service.runs(), 2);
}
