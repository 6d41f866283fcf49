//! Bodies that never reach their end: an endless loop with `return`, a `todo!`.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn poll(service: &Service) -> Result<u32, ErrorMetadata> {
    let mut rounds = 0;
    loop {
        rounds += 1;
        if rounds == 3 {
            return service.ask().await;
        }
    }
}

#[aws_retry]
async fn later(_service: &Service) -> Result<u32, ErrorMetadata> {
    unimplemented!("some day")
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_compiles_and_is_retried() {
    assert_eq!(poll(&throttles(2)).await.ok(), Some(3));
    let task = tokio::spawn(async { later(&throttles(0)).await });
    assert!(task.await.unwrap_err().is_panic());
}
