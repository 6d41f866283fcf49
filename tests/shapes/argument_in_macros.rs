//! Arguments in macros: macros that format borrow them, macros that collect take them.

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
async fn macros_that_format_borrow_and_macros_that_collect_get_a_clone() {
    let service = throttles(2);
    let answer = ask(&service, Once(1), "a".into(), "b".into()).await;
    assert_eq!(answer.ok(), Some(vec!["a1".to_owned(), "b".to_owned()]));
    assert_eq!(service.runs(), 3);
}
