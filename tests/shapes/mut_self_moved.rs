//! `&mut self`, handed to generic code and to a `move` block, which take the reference itself.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

struct Session {
    service: Service,
    tries: u32,
}

fn identity<T>(value: T) -> T {
    value
}

impl Session {
    #[aws_retry]
    async fn send(&mut self) -> Result<u32, ErrorMetadata> {
        let own = identity(self);
        own.tries += 1;
        own.service.ask().await
    }

    #[aws_retry]
    async fn send_in_a_block(&mut self) -> Result<u32, ErrorMetadata> {
        let sent = async move {
            self.tries += 1;
            self.service.ask().await
        };
        sent.await
    }
}

#[tokio::test(start_paused = true)]
async fn holds() {
    let mut session = Session { service: throttles(2), tries: 0 };
    assert_eq!(session.send().await.ok(), Some(3));
    assert_eq!(session.tries, 3);
    let mut session = Session { service: throttles(1), tries: 0 };
    assert_eq!(session.send_in_a_block().await.ok(), Some(2));
    assert_eq!(session.tries, 2);
}
