//! The SDK's standard strategy through its real orchestrator, with a token bucket of its own per scope.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_retry_benches::orchestrator::{FAULT, Refused, THROTTLED, operation};
use aws_retry_core::Transport;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::retry::RetryConfig;

use crate::service::{Fault, Service};

tokio::task_local! {
    /// Whether the call in progress has lost its connection already.
    static LOST: Cell<bool>;
}

pub struct Sdk(Operation<(), (), Refused>);

impl Sdk {
    /// A client of `service`.
    pub fn new(service: Service) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("outage {}", NEXT.fetch_add(1, Ordering::Relaxed));
        let send = move || send(service.clone());
        Self(operation(name, &RetryConfig::standard(), send).build())
    }

    /// One call. Whether it succeeded.
    pub async fn call(&self) -> bool {
        LOST.scope(Cell::new(false), self.0.invoke(())).await.is_ok()
    }
}

async fn send(service: Service) -> Result<u16, ConnectorError> {
    let lost = LOST.with(|lost| lost.replace(true));
    match service.request(lost).await {
        Ok(()) => Ok(200),
        Err(Fault::Unavailable) => Ok(FAULT),
        Err(Fault::Throttle) => Ok(THROTTLED),
        Err(fault) => Err(connector_error(fault)),
    }
}

fn connector_error(fault: Fault) -> ConnectorError {
    match fault.transport() {
        Some(Transport::Timeout) => ConnectorError::timeout("timed out".into()),
        _ => ConnectorError::io("lost".into()),
    }
}
