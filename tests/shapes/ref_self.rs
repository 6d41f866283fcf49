//! `&self`.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

struct Inventory {
    service: Service,
}

impl Inventory {
    #[aws_retry]
    async fn count(&self) -> Result<u32, ErrorMetadata> {
        let run = self.service.ask().await?;
        Ok(run + self.offset())
    }

    fn offset(&self) -> u32 {
        self.service.runs()
    }
}

#[tokio::test(start_paused = true)]
async fn a_method_by_reference_is_retried() {
    let inventory = Inventory { service: throttles(2) };
    assert_eq!(inventory.count().await.ok(), Some(6));
}
