//! The cost of the attribute in the size of a future.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

async fn bare(service: &Service, name: &str) -> Result<usize, ErrorMetadata> {
    let buffer = [1_u8; 256];
    service.ask().await?;
    Ok(buffer.len() + name.len())
}

#[aws_retry]
async fn retried(service: &Service, name: &str) -> Result<usize, ErrorMetadata> {
    let buffer = [1_u8; 256];
    service.ask().await?;
    Ok(buffer.len() + name.len())
}

#[aws_retry]
async fn with_clone(service: &Service, name: String) -> Result<usize, ErrorMetadata> {
    let buffer = [1_u8; 256];
    let name = Some(name);
    service.ask().await?;
    Ok(buffer.len() + name.map_or(0, |name| name.len()))
}

async fn bare_with_clone(service: &Service, name: String) -> Result<usize, ErrorMetadata> {
    let buffer = [1_u8; 256];
    let name = Some(name);
    service.ask().await?;
    Ok(buffer.len() + name.map_or(0, |name| name.len()))
}

#[tokio::test(start_paused = true)]
async fn the_future_grows_by_little() {
    let service = throttles(2);
    let future = retried(&service, "a");
    let (with, without) = (size_of_val(&future), size_of_val(&bare(&service, "a")));
    println!("plain: {without} bytes bare, {with} with the attribute");
    assert!(with <= without + 128);
    assert_eq!(future.await.ok(), Some(257));
    assert_eq!(service.runs(), 3);

    let with = size_of_val(&with_clone(&service, String::new()));
    let without = size_of_val(&bare_with_clone(&service, String::new()));
    println!("with a cloned argument: {without} bytes bare, {with} with the attribute");
    // The argument itself, kept for the next attempt, and the reference to it.
    assert!(with <= without + 128 + size_of::<String>() + 16);
}
