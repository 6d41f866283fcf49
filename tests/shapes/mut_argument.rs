//! `&mut T` arguments, by place and passed on.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

fn grow<'a>(list: &'a mut Vec<u32>) -> &'a mut Vec<u32> {
    list.push(9);
    list
}

fn identity<T>(value: T) -> T {
    value
}

#[aws_retry]
async fn collect(service: &Service, seen: &mut Vec<u32>) -> Result<usize, ErrorMetadata> {
    seen.push(0);
    grow(seen).push(1);
    let run = service.ask().await?;
    let all = identity(seen);
    all.push(run);
    Ok(all.len())
}

#[tokio::test(start_paused = true)]
async fn a_mut_reference_is_reborrowed_per_attempt() {
    let service = throttles(2);
    let mut seen = Vec::new();
    assert_eq!(collect(&service, &mut seen).await.ok(), Some(10));
    assert_eq!(seen, [0, 9, 1, 0, 9, 1, 0, 9, 1, 3]);
}
