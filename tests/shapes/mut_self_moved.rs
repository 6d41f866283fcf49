//! `&mut self`, passed to generic code and to a `move` block, which take the reference itself.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

struct Session {
    service: Service,
    attempts: u32,
}

fn identity<T>(value: T) -> T {
    value
}

impl Session {
    #[aws_retry]
    async fn send(&mut self) -> Result<u32, ErrorMetadata> {
        let own = identity(self);
        own.attempts += 1;
        own.service.ask().await
    }

    #[aws_retry]
    async fn send_in_a_block(&mut self) -> Result<u32, ErrorMetadata> {
        let sent = async move {
            self.attempts += 1;
            self.service.ask().await
        };
        sent.await
    }
}

#[tokio::test(start_paused = true)]
async fn mut_self_is_reborrowed_for_code_that_takes_the_reference() {
    let mut session = Session { service: throttles(2), attempts: 0 };
    assert_eq!(session.send().await.ok(), Some(3));
    assert_eq!(session.attempts, 3);
    let mut session = Session { service: throttles(1), attempts: 0 };
    assert_eq!(session.send_in_a_block().await.ok(), Some(2));
    assert_eq!(session.attempts, 2);
}
