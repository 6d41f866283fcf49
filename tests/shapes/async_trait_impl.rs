//! `#[async_trait]` and the attribute on the same impl, in either order.

use async_trait::async_trait;
use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[async_trait]
trait Store {
    async fn get(&self, key: String) -> Result<String, ErrorMetadata>;
    async fn put(&self, (key, value): (String, u32)) -> Result<u32, ErrorMetadata>;
    async fn note(&self, text: &str);
}

struct Below(Service);

#[async_trait]
#[aws_retry]
impl Store for Below {
    async fn get(&self, key: String) -> Result<String, ErrorMetadata> {
        self.0.ask().await?;
        Ok(key)
    }

    async fn put(&self, (key, value): (String, u32)) -> Result<u32, ErrorMetadata> {
        drop(key);
        self.0.ask().await.map(|run| run + value)
    }

    async fn note(&self, _text: &str) {}
}

struct Above(Service);

#[aws_retry]
#[async_trait]
impl Store for Above {
    async fn get(&self, key: String) -> Result<String, ErrorMetadata> {
        self.0.ask().await?;
        Ok(key)
    }

    async fn put(&self, (key, value): (String, u32)) -> Result<u32, ErrorMetadata> {
        drop(key);
        self.0.ask().await.map(|run| run + value)
    }

    async fn note(&self, _text: &str) {}
}

async fn use_it(store: &dyn Store) {
    store.note("begins").await;
    assert_eq!(store.get("a".into()).await.ok().as_deref(), Some("a"));
    assert_eq!(store.put(("a".into(), 10)).await.ok(), Some(14));
}

#[tokio::test(start_paused = true)]
async fn the_attribute_works_above_and_below_async_trait_on_an_impl() {
    let (above, below) = (Above(throttles(2)), Below(throttles(2)));
    use_it(&above).await;
    use_it(&below).await;
    assert_eq!((above.0.runs(), below.0.runs()), (4, 4));
}
