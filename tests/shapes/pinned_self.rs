//! `self: Pin<&mut Self>`.

use std::pin::Pin;

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

struct Stream {
    service: Service,
    polled: u32,
}

impl Stream {
    #[aws_retry]
    async fn next(self: Pin<&mut Self>) -> Result<u32, ErrorMetadata> {
        let own = self.get_mut();
        own.polled += 1;
        own.service.ask().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_pinned_self_is_reborrowed_per_attempt() {
    let mut stream = Stream { service: throttles(2), polled: 0 };
    assert_eq!(Pin::new(&mut stream).next().await.ok(), Some(3));
    assert_eq!(stream.polled, 3);
}
