//! `impl Fn` and `impl FnMut`: called, and passed on.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

fn thrice(mut f: impl FnMut()) {
    for _ in 0..3 {
        f();
    }
}

#[aws_retry]
async fn notify(
    service: &Service,
    mut count: impl FnMut(),
    mut passed: impl FnMut(),
    name: impl Fn() -> String,
    boxed: Box<dyn Fn(u32) -> u32 + Send + Sync>,
) -> Result<String, ErrorMetadata> {
    count();
    thrice(passed);
    let run = service.ask().await?;
    Ok(format!("{}{}", name(), boxed(run)))
}

#[aws_retry]
async fn generic<F>(service: &Service, mut count: F) -> Result<u32, ErrorMetadata>
where
    F: FnMut(u32),
{
    count(1);
    thrice(|| count(2));
    service.ask().await
}

#[tokio::test(start_paused = true)]
async fn closures_are_called_and_passed_on_in_each_attempt() {
    let service = throttles(2);
    let (mut called, mut passed) = (0, 0);
    let said =
        notify(&service, || called += 1, || passed += 1, || "n".into(), Box::new(|run| run * 2));
    assert_eq!(said.await.ok().as_deref(), Some("n6"));
    assert_eq!((called, passed), (3, 9));

    let service = throttles(1);
    let mut sum = 0;
    assert_eq!(generic(&service, |n| sum += n).await.ok(), Some(2));
    assert_eq!(sum, 14);
}
