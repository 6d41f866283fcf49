//! `mut` arguments begin each attempt as they were passed.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn pages(
    service: &Service,
    mut token: Option<String>,
    mut left: u32,
) -> Result<String, ErrorMetadata> {
    let mut seen = String::new();
    while let Some(page) = token.take() {
        seen.push_str(&page);
        left -= 1;
    }
    token = Some(format!("{left}"));
    service.ask().await?;
    Ok(seen + &token.unwrap_or_default())
}

#[aws_retry]
async fn advance(service: &Service, mut rest: &[u8]) -> Result<usize, ErrorMetadata> {
    rest = &rest[1..];
    service.ask().await?;
    Ok(rest.len())
}

#[tokio::test(start_paused = true)]
async fn a_mut_argument_begins_each_attempt_as_it_was_passed() {
    let service = throttles(3);
    assert_eq!(pages(&service, Some("a".into()), 1).await.ok().as_deref(), Some("a0"));
    let service = throttles(3);
    assert_eq!(advance(&service, b"abc").await.ok(), Some(2));
}
