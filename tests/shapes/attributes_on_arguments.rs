//! Arguments with `#[cfg]` and lint attributes.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn ask(
    service: &Service,
    #[cfg(test)] name: String,
    #[cfg(not(test))] name: Vec<NoSuchType>,
    #[allow(unused_variables)] unused: u32,
) -> Result<String, ErrorMetadata> {
    service.ask().await?;
    Ok(name)
}

#[tokio::test(start_paused = true)]
async fn a_cfg_on_an_argument_applies_to_its_rebinding() {
    let service = throttles(2);
    assert_eq!(ask(&service, "a".into(), 1).await.ok().as_deref(), Some("a"));
    assert_eq!(service.runs(), 3);
}
