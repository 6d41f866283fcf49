//! Arguments in macros: those that format, borrow; those that collect, take.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Once, Service, throttles};

#[aws_retry]
async fn ask(
    service: &Service,
    key: Once,
    name: String,
    other: String,
) -> Result<Vec<String>, ErrorMetadata> {
    assert_ne!(key, Once(2), "{key:?}");
    tracing::debug!(?key, %name, size = name.len(), "asks");
    service.ask().await?;
    let text = format!("{name}{}", key.0);
    Ok(vec![text, other])
}

#[tokio::test(start_paused = true)]
async fn holds() {
    let service = throttles(2);
    let answer = ask(&service, Once(1), "a".into(), "b".into()).await;
    assert_eq!(answer.ok(), Some(vec!["a1".to_owned(), "b".to_owned()]));
    assert_eq!(service.runs(), 3);
}
