//! `#[async_trait]`, with the attribute on the methods of the trait and of its impl.

use async_trait::async_trait;
use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Once, Service, throttles};

#[async_trait]
trait Store: Sync {
    fn service(&self) -> &Service;

    async fn get(
        &mut self,
        key: String,
        once: Once,
        mut left: u32,
    ) -> Result<String, ErrorMetadata>;

    #[aws_retry]
    async fn size(&self) -> Result<u32, ErrorMetadata> {
        self.service().ask().await
    }
}

struct Remote {
    service: Service,
    attempts: u32,
}

#[async_trait]
impl Store for Remote {
    fn service(&self) -> &Service {
        &self.service
    }

    #[aws_retry]
    async fn get(
        &mut self,
        key: String,
        once: Once,
        mut left: u32,
    ) -> Result<String, ErrorMetadata> {
        self.attempts += 1;
        left -= 1;
        if left > 10 {
            return Ok(String::new());
        }
        self.service.ask().await?;
        Ok(key + &once.0.to_string())
    }
}

#[tokio::test(start_paused = true)]
async fn the_attribute_works_on_methods_under_async_trait() {
    let mut remote: Box<dyn Store> = Box::new(Remote { service: throttles(2), attempts: 0 });
    assert_eq!(remote.get("a".into(), Once(7), 1).await.ok().as_deref(), Some("a7"));
    assert_eq!(remote.service().runs(), 3);
    let remote: Box<dyn Store> = Box::new(Remote { service: throttles(2), attempts: 0 });
    assert_eq!(remote.size().await.ok(), Some(3));
}
