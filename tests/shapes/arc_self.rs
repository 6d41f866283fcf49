//! `self: Arc<Self>`.

use std::sync::Arc;

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

struct Inventory {
    service: Service,
}

impl Inventory {
    #[aws_retry]
    async fn count(self: Arc<Self>) -> Result<u32, ErrorMetadata> {
        let own = self;
        tokio::spawn(async move { own.service.ask().await }).await.unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_method_of_an_arc_is_retried() {
    let inventory = Arc::new(Inventory { service: throttles(2) });
    assert_eq!(inventory.clone().count().await.ok(), Some(3));
    assert_eq!(inventory.service.runs(), 3);
}
