//! `unsafe fn`.
#![allow(unsafe_code)]

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

/// # Safety
/// `service` must point to a live one.
#[aws_retry]
async unsafe fn ask(service: *const Service) -> Result<u32, ErrorMetadata> {
    // SAFETY: what the caller promises.
    unsafe { &*service }.send()
}

#[tokio::test(start_paused = true)]
async fn holds() {
    let service = throttles(2);
    // SAFETY: it lives.
    assert_eq!(unsafe { ask(&raw const service) }.await.ok(), Some(3));
}
