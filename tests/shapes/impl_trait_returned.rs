//! `impl Trait` inside the returned value.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn list(service: &Service) -> Result<impl Iterator<Item = u32> + use<>, ErrorMetadata> {
    let run = service.ask().await?;
    if run > 100 {
        return Ok((0..0).map(double as fn(u32) -> u32));
    }
    Ok((0..run).map(double as fn(u32) -> u32))
}

fn double(n: u32) -> u32 {
    n * 2
}

#[tokio::test(start_paused = true)]
async fn an_impl_trait_inside_a_result_comes_back() {
    let service = throttles(2);
    assert_eq!(list(&service).await.unwrap().collect::<Vec<_>>(), [0, 2, 4]);
}
