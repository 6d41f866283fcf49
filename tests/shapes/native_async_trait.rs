//! Trait impls with native async functions, and default methods of traits.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

trait Store {
    fn service(&self) -> &Service;

    async fn get(&self, key: String) -> Result<String, ErrorMetadata>;

    #[aws_retry]
    async fn size(&self) -> Result<u32, ErrorMetadata> {
        self.service().ask().await
    }
}

struct Remote(Service);

impl Store for Remote {
    fn service(&self) -> &Service {
        &self.0
    }

    #[aws_retry]
    async fn get(&self, key: String) -> Result<String, ErrorMetadata> {
        self.0.ask().await?;
        Ok(key)
    }
}

#[tokio::test(start_paused = true)]
async fn native_async_trait_methods_are_retried() {
    let remote = Remote(throttles(2));
    assert_eq!(remote.get("a".into()).await.ok().as_deref(), Some("a"));
    assert_eq!(remote.0.runs(), 3);
    assert_eq!(Remote(throttles(2)).size().await.ok(), Some(3));
}
