//! A method on a by-value argument: the type decides whether it consumes the argument.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

/// It is `Clone`, as the SDK's builders are.
#[derive(Clone, Default)]
struct Builder {
    names: Vec<String>,
}

impl Builder {
    fn name(mut self, name: &str) -> Self {
        self.names.push(name.into());
        self
    }

    fn build(self) -> usize {
        self.names.len()
    }
}

/// It is like a socket: it is not `Clone`, and its methods borrow.
struct Socket {
    service: Service,
}

impl Socket {
    async fn transmit(&self) -> Result<u32, ErrorMetadata> {
        self.service.ask().await
    }
}

#[aws_retry]
async fn consumed(service: &Service, builder: Builder) -> Result<usize, ErrorMetadata> {
    let built = builder.name("a").build();
    service.ask().await?;
    Ok(built)
}

#[aws_retry]
async fn lent(socket: Socket) -> Result<u32, ErrorMetadata> {
    socket.transmit().await
}

struct Connection {
    service: Service,
    sent: u32,
}

impl Connection {
    async fn execute(&mut self) -> Result<u32, ErrorMetadata> {
        self.sent += 1;
        self.service.ask().await.map(|run| run + self.sent)
    }
}

#[aws_retry]
async fn lent_to_change(mut connection: Connection) -> Result<u32, ErrorMetadata> {
    connection.execute().await
}

#[tokio::test(start_paused = true)]
async fn the_type_decides_whether_a_method_call_clones_its_receiver() {
    let service = throttles(2);
    assert_eq!(consumed(&service, Builder::default()).await.ok(), Some(1));
    assert_eq!(service.runs(), 3);
    assert_eq!(lent(Socket { service: throttles(2) }).await.ok(), Some(3));
    assert_eq!(lent_to_change(Connection { service: throttles(2), sent: 0 }).await.ok(), Some(6));
}
