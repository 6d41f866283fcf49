//! `self` by value: consumed by each attempt, or only borrowed.

use std::sync::Arc;

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[derive(Clone)]
struct Request {
    service: Arc<Service>,
    name: String,
}

impl Request {
    async fn submit(self) -> Result<String, ErrorMetadata> {
        self.service.ask().await?;
        Ok(self.name)
    }

    #[aws_retry]
    async fn consumed(self) -> Result<String, ErrorMetadata> {
        self.submit().await
    }

    #[aws_retry]
    async fn in_a_macro(self) -> Result<String, ErrorMetadata> {
        self.service.ask().await?;
        let text = format!("{}!", self.name);
        drop(self);
        Ok(text)
    }
}

struct Plain {
    service: Service,
}

impl Plain {
    #[aws_retry]
    async fn looked_at(self) -> Result<u32, ErrorMetadata> {
        self.service.ask().await
    }
}

#[tokio::test(start_paused = true)]
async fn an_owned_self_is_cloned_only_where_it_is_consumed() {
    let service = Arc::new(throttles(2));
    let request = Request { service: service.clone(), name: "list".into() };
    assert_eq!(request.clone().consumed().await.ok().as_deref(), Some("list"));
    assert_eq!(service.runs(), 3);
    assert_eq!(request.in_a_macro().await.ok().as_deref(), Some("list!"));
    assert_eq!(Plain { service: throttles(1) }.looked_at().await.ok(), Some(2));
}
