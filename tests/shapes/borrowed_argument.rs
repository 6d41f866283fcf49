//! A by-value argument that the body only borrows is not cloned and needs no `Clone`.

use std::sync::atomic::Ordering::SeqCst;

use aws_retry::aws_retry;

use crate::support::{Clones, ErrorMetadata, Once, Service, throttles};

fn look(once: &Once) -> u32 {
    once.0
}

#[aws_retry]
async fn send(
    service: &Service,
    body: Clones,
    key: Once,
    names: Vec<String>,
) -> Result<u32, ErrorMetadata> {
    let run = service.ask().await?;
    assert_eq!(key, Once(1));
    let key = &key;
    let sum =
        look(key) + key.0 + u32::from(names.is_empty()) + u32::try_from(names[0].len()).unwrap();
    Ok(run + sum + u32::try_from(std::mem::size_of_val(&body)).unwrap())
}

#[tokio::test(start_paused = true)]
async fn an_argument_that_is_only_borrowed_needs_no_clone() {
    let service = throttles(2);
    let body = Clones::default();
    let clones = body.counter();
    let sent = send(&service, body, Once(1), vec!["abc".into()]).await.unwrap();
    assert_eq!(sent as usize, 3 + 2 + 3 + size_of::<Clones>());
    assert_eq!(clones.load(SeqCst), 0);
}
