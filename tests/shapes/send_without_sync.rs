//! An argument that is `Send` and neither `Sync` nor `Clone`, as a database connection is: borrowed by
//! the body, it leaves the future `Send`, as it does without the attribute.

use std::cell::Cell;
use std::future::Future;

use aws_retry::{RetryPolicy, aws_retry};

use crate::support::{ErrorMetadata, Service, throttles};

struct Connection {
    service: Service,
    sent: Cell<u32>,
    policy: RetryPolicy,
}

fn connection() -> Connection {
    let policy = RetryPolicy::new().max_retries(2);
    Connection { service: throttles(2), sent: Cell::new(0), policy }
}

impl Connection {
    fn send(&self) -> Result<u32, ErrorMetadata> {
        self.sent.set(self.sent.get() + 1);
        self.service.send()
    }

    #[aws_retry]
    async fn own(self) -> Result<u32, ErrorMetadata> {
        tokio::task::yield_now().await;
        self.send()
    }

    #[aws_retry]
    async fn lent(&mut self) -> Result<u32, ErrorMetadata> {
        let before = self.sent.get();
        tokio::task::yield_now().await;
        self.send().map(|run| run + before)
    }

    #[aws_retry(policy = &self.policy)]
    async fn with_its_own_policy(&mut self) -> Result<u32, ErrorMetadata> {
        self.sent = Cell::new(9);
        self.service.ask().await
    }
}

fn send(connection: &Connection) -> Result<u32, ErrorMetadata> {
    connection.send()
}

#[aws_retry]
async fn receiver(connection: Connection) -> Result<u32, ErrorMetadata> {
    connection.send().ok();
    tokio::task::yield_now().await;
    connection.send()
}

#[aws_retry]
async fn borrowed(connection: Connection) -> Result<u32, ErrorMetadata> {
    tokio::task::yield_now().await;
    send(&connection)
}

#[aws_retry]
async fn changed(mut connection: Connection) -> Result<u32, ErrorMetadata> {
    connection.sent.set(3);
    tokio::task::yield_now().await;
    send(&mut connection)
}

#[aws_retry]
async fn destructured((connection, more): (Connection, u32)) -> Result<u32, ErrorMetadata> {
    tokio::task::yield_now().await;
    send(&connection).map(|run| run + more)
}

#[aws_retry]
async fn any<T: std::borrow::Borrow<Connection>>(it: T) -> Result<u32, ErrorMetadata> {
    tokio::task::yield_now().await;
    send(it.borrow())
}

#[aws_retry]
async fn called(request: impl Fn() -> Result<u32, ErrorMetadata>) -> Result<u32, ErrorMetadata> {
    tokio::task::yield_now().await;
    request()
}

#[aws_retry]
fn future(connection: Connection) -> impl Future<Output = Result<u32, ErrorMetadata>> {
    async move {
        tokio::task::yield_now().await;
        send(&connection)
    }
}

#[aws_retry(max_retries = 2, policy = &connection.policy)]
async fn policy_of_an_argument(connection: Connection) -> Result<u32, ErrorMetadata> {
    connection.service.ask().await
}

async fn runs(future: impl Future<Output = Result<u32, ErrorMetadata>> + Send) -> Option<u32> {
    future.await.ok()
}

#[tokio::test(start_paused = true)]
async fn an_argument_without_sync_keeps_the_future_send() {
    assert_eq!(runs(connection().own()).await, Some(3));
    assert_eq!(runs(connection().lent()).await, Some(5));
    assert_eq!(runs(receiver(connection())).await, Some(4));
    assert_eq!(runs(borrowed(connection())).await, Some(3));
    assert_eq!(runs(changed(connection())).await, Some(3));
    assert_eq!(runs(destructured((connection(), 1))).await, Some(4));
    assert_eq!(runs(any(connection())).await, Some(3));
    assert_eq!(runs(future(connection())).await, Some(3));
    let connected = connection();
    assert_eq!(runs(called(move || connected.send())).await, Some(3));

    // The policy borrows its value for the whole call, which makes it shared: here the bare function's future would be `Send`.
    assert_eq!(connection().with_its_own_policy().await.ok(), Some(3));
    assert_eq!(policy_of_an_argument(connection()).await.ok(), Some(3));
}
