//! Aliases of `Result`, under that name and others.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

type Answer<T = u32> = std::result::Result<T, ErrorMetadata>;

#[aws_retry]
async fn alias(service: &Service) -> Answer {
    service.ask().await
}

mod own {
    pub type Result<T> = std::result::Result<T, super::ErrorMetadata>;
}

#[aws_retry]
async fn own_result(service: &Service) -> own::Result<u32> {
    service.ask().await
}

trait Api {
    type Outcome;
}

struct Ec2;

impl Api for Ec2 {
    type Outcome = Answer;
}

#[aws_retry]
async fn projected(service: &Service) -> <Ec2 as Api>::Outcome {
    service.ask().await
}

#[tokio::test(start_paused = true)]
async fn aliases_of_result_are_retried() {
    assert_eq!(alias(&throttles(2)).await.ok(), Some(3));
    assert_eq!(own_result(&throttles(2)).await.ok(), Some(3));
    assert_eq!(projected(&throttles(2)).await.ok(), Some(3));
}
