//! Boxed trait objects inside the returned value.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn list<'a>(
    service: &Service,
    names: &'a [&'a str],
) -> Result<Box<dyn Iterator<Item = &'a str> + Send + 'a>, ErrorMetadata> {
    service.ask().await?;
    Ok(Box::new(names.iter().copied()))
}

#[tokio::test(start_paused = true)]
async fn boxed_trait_objects_come_back() {
    let service = throttles(2);
    assert_eq!(list(&service, &["a", "b"]).await.unwrap().count(), 2);
    assert_eq!(service.runs(), 3);
}
