//! A test that is retried itself, with `#[tokio::test]` above and below.

use std::sync::OnceLock;

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

fn below() -> &'static Service {
    static BELOW: OnceLock<Service> = OnceLock::new();
    BELOW.get_or_init(|| throttles(2))
}

#[aws_retry]
#[tokio::test(start_paused = true)]
async fn attribute_above() -> Result<(), ErrorMetadata> {
    assert_eq!(below().ask().await?, 3);
    Ok(())
}

fn above() -> &'static Service {
    static ABOVE: OnceLock<Service> = OnceLock::new();
    ABOVE.get_or_init(|| throttles(1))
}

#[tokio::test]
#[aws_retry(base_delay = "1ms")]
async fn attribute_below() -> Result<(), ErrorMetadata> {
    assert_eq!(above().ask().await?, 2);
    Ok(())
}
