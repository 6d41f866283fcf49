//! Arguments that `move` closures, `async move` blocks and spawned tasks capture.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn ask(
    service: std::sync::Arc<Service>,
    name: String,
    suffix: String,
) -> Result<String, ErrorMetadata> {
    let add = move |text: &str| format!("{text}{suffix}");
    let task = tokio::spawn(async move { service.ask().await.map(|run| format!("{name}{run}")) });
    let answer = task.await.unwrap()?;
    Ok(add(&answer))
}

#[tokio::test(start_paused = true)]
async fn an_argument_that_a_block_captures_is_cloned_per_attempt() {
    let service = std::sync::Arc::new(throttles(2));
    assert_eq!(ask(service.clone(), "a".into(), "!".into()).await.ok().as_deref(), Some("a3!"));
    assert_eq!(service.runs(), 3);
}
