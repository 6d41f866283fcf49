//! `#[derive(AsFailure)]` on the user's own error type: kinds, codes, sources, a struct, a generic.

use aws_retry::{AsFailure, Failure, aws_retry};

use crate::support::{ErrorMetadata, Service, throttled, throttles};

#[derive(Debug, thiserror::Error, AsFailure)]
enum StoreError {
    #[error("the service said no")]
    Service(#[from] ErrorMetadata),
    #[error("something else said no")]
    Erased {
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
        at: u32,
    },
    #[error("an own one")]
    Nested(#[failure(source)] Small),
    #[error("busy")]
    #[failure(throttled, code = "StoreBusy", status = 503)]
    Busy(u32),
    #[error("renamed")]
    #[failure(permanent)]
    Final(#[source] ErrorMetadata),
    #[error("gone")]
    Gone,
}

#[derive(Debug, Clone, Copy, AsFailure, thiserror::Error)]
#[error("small")]
#[failure(retry, code = "Small")]
struct Small;

#[derive(Debug, AsFailure)]
struct Wrapped<E: std::error::Error + 'static> {
    #[failure(source)]
    inner: E,
}

#[aws_retry]
async fn ask(service: &Service, error: fn() -> StoreError) -> Result<u32, StoreError> {
    service.ask().await.map_err(|_| error())
}

#[aws_retry]
async fn wrapped(service: &Service) -> Result<u32, Wrapped<std::io::Error>> {
    service.ask().await.map_err(|error| Wrapped { inner: std::io::Error::other(error) })
}

#[tokio::test(start_paused = true)]
async fn holds() {
    assert_eq!(ask(&throttles(2), || throttled().into()).await.ok(), Some(3));
    assert_eq!(ask(&throttles(2), || StoreError::Busy(1)).await.ok(), Some(3));
    assert_eq!(ask(&throttles(2), || StoreError::Nested(Small)).await.ok(), Some(3));
    let erased = || StoreError::Erased { cause: throttled().into(), at: 1 };
    assert_eq!(ask(&throttles(2), erased).await.ok(), Some(3));
    assert_eq!(wrapped(&throttles(2)).await.ok(), Some(3));
    for permanent in [|| StoreError::Gone, || StoreError::Final(throttled())] {
        let service = throttles(2);
        assert!(ask(&service, permanent).await.is_err());
        assert_eq!(service.runs(), 1);
    }
}

#[test]
fn what_is_written_comes_before_what_the_source_says() {
    let busy = StoreError::Busy(1);
    let busy = busy.as_failure();
    assert_eq!((busy.code(), busy.status()), (Some("StoreBusy"), Some(503)));
    assert_eq!(StoreError::Final(throttled()).as_failure().code(), Some("ThrottlingException"));
    assert_eq!(StoreError::Gone.as_failure(), Failure::new());
    let StoreError::Erased { at, .. } = (StoreError::Erased { cause: throttled().into(), at: 1 })
    else {
        return;
    };
    assert_eq!(at, 1);
}
