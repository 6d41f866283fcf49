//! Lifetimes, named and elided, in arguments and in the returned value.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn elided(service: &Service, _salt: u32) -> Result<&Service, ErrorMetadata> {
    service.ask().await?;
    Ok(service)
}

#[aws_retry]
async fn named<'a, 'b: 'a>(
    service: &Service,
    short: &'a str,
    long: &'b str,
) -> Result<&'a str, ErrorMetadata> {
    service.ask().await?;
    Ok(if short.len() > long.len() { short } else { long })
}

struct View<'s> {
    service: &'s Service,
    name: &'s str,
}

impl<'s> View<'s> {
    #[aws_retry]
    async fn name(&self) -> Result<&'s str, ErrorMetadata> {
        self.service.ask().await?;
        Ok(self.name)
    }

    #[aws_retry]
    async fn through_mut(&mut self, other: &'s str) -> Result<&'s str, ErrorMetadata> {
        self.service.ask().await?;
        self.name = other;
        Ok(other)
    }
}

#[tokio::test(start_paused = true)]
async fn lifetimes_stay_as_written() {
    let service = throttles(1);
    assert_eq!(elided(&service, 1).await.map(Service::runs).ok(), Some(2));
    assert_eq!(named(&throttles(1), "a", "bc").await.ok(), Some("bc"));
    let service = throttles(1);
    let mut view = View { service: &service, name: "n" };
    assert_eq!(view.name().await.ok(), Some("n"));
    assert_eq!(view.through_mut("m").await.ok(), Some("m"));
    assert_eq!(service.runs(), 3);
}
