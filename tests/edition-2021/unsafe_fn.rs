//! `unsafe fn`: its body needs no `unsafe` of its own in this edition.
#![allow(unsafe_op_in_unsafe_fn)]

use aws_retry::aws_retry;

#[path = "../shapes/support.rs"]
#[allow(dead_code)]
mod support;

use support::{ErrorMetadata, Service, throttles};

/// # Safety
/// `service` must point to a live service.
#[aws_retry]
async unsafe fn ask(service: *const Service) -> Result<u32, ErrorMetadata> {
    (*service).send()
}

/// # Safety
/// `service` must point to a live service.
#[aws_retry(base_delay = "1ms")]
unsafe fn ask_blocking(service: *const Service) -> Result<u32, ErrorMetadata> {
    (*service).send()
}

#[tokio::test(start_paused = true)]
async fn an_unsafe_async_fn_is_retried() {
    let service = throttles(2);
    // SAFETY: the service lives until the end of the test.
    assert_eq!(unsafe { ask(&raw const service) }.await.ok(), Some(3));
}

#[test]
fn an_unsafe_sync_fn_is_retried() {
    let service = throttles(2);
    // SAFETY: the service lives until the end of the test.
    assert_eq!(unsafe { ask_blocking(&raw const service) }.ok(), Some(3));
}
