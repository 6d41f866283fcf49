use std::rc::Rc;

use aws_retry::aws_retry;

#[aws_retry]
async fn holds_rc() -> Result<usize, std::io::Error> {
    let shared = Rc::new(1);
    tokio::task::yield_now().await;
    Ok(*shared)
}

fn is_send<T: Send>(_: T) {}

fn main() {
    is_send(holds_rc());
}
