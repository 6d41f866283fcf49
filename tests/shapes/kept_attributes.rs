//! Docs, visibility, `#[must_use]`, `#[deprecated]` and inner attributes stay.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

mod api {
    use super::*;

    /// Asks.
    #[aws_retry]
    #[must_use]
    #[deprecated(note = "ask nicely")]
    #[inline]
    #[allow(unused_variables, reason = "the test's")]
    pub(super) async fn ask(service: &Service, unused: u32) -> Result<u32, ErrorMetadata> {
        #![allow(unused_mut)]
        let mut run = service.ask().await?;
        Ok(run)
    }
}

#[tokio::test(start_paused = true)]
async fn other_attributes_stay_on_the_fn() {
    #[expect(deprecated)]
    let answer = api::ask(&throttles(2), 1).await;
    assert_eq!(answer.ok(), Some(3));
}
