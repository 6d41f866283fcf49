//! `impl Trait` arguments: borrowed without `Clone`, consumed with it.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn ask(
    service: &Service,
    name: impl AsRef<str>,
    owner: impl Into<String> + Clone,
    ids: impl IntoIterator<Item = u32> + Clone,
) -> Result<String, ErrorMetadata> {
    service.ask().await?;
    let mut text: String = owner.into();
    text.push_str(name.as_ref());
    for id in ids {
        text.push_str(&id.to_string());
    }
    Ok(text)
}

struct Name;

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        "b"
    }
}

#[tokio::test(start_paused = true)]
async fn impl_trait_arguments_need_clone_only_where_they_are_consumed() {
    let service = throttles(2);
    assert_eq!(ask(&service, Name, "a", [1, 2]).await.ok().as_deref(), Some("ab12"));
    assert_eq!(service.runs(), 3);
}
