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
async fn derived_kinds_codes_and_sources_decide_on_retries() {
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
fn the_attribute_of_a_variant_wins_over_its_source() {
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

type Sdk = aws_smithy_runtime_api::client::result::SdkError<
    ErrorMetadata,
    aws_smithy_runtime_api::client::orchestrator::HttpResponse,
>;

/// Sources that only `Error` or thiserror mark.
#[derive(Debug, thiserror::Error, AsFailure)]
enum Implied {
    #[error("listing {what}")]
    List { what: &'static str, source: Sdk },
    #[error(transparent)]
    Transparent(Sdk),
    #[error(transparent)]
    TransparentNamed { inner: Box<dyn std::error::Error + Send + Sync> },
    #[error("{why}")]
    Optional { source: Option<Sdk>, why: &'static str },
    #[error("marked")]
    OptionalAndMarked(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
    #[error("ours")]
    Ours {
        #[failure(source)]
        cause: ErrorMetadata,
        #[source]
        other: std::fmt::Error,
    },
    #[error("permanent")]
    #[failure(permanent)]
    Final { source: Sdk },
    #[error("read")]
    #[failure(code = "OwnCode")]
    Coded { source: Sdk },
}

#[derive(Debug, thiserror::Error, AsFailure)]
#[error(transparent)]
struct Transparent(#[from] Sdk);

#[derive(Debug, thiserror::Error, AsFailure)]
#[error("generic")]
struct Generic<E: std::error::Error + 'static> {
    source: E,
}

/// A field that is not an error: its name alone does not make it a source.
#[derive(Debug, AsFailure)]
struct Elsewhere {
    source: &'static str,
}

/// A generic type that cannot be read as an error.
#[derive(Debug, AsFailure)]
enum Unreadable<T> {
    Other { source: T },
}

fn sdk() -> Sdk {
    Sdk::service_error(
        throttled(),
        aws_smithy_runtime_api::client::orchestrator::HttpResponse::new(
            429.try_into().expect("a status"),
            aws_smithy_types::body::SdkBody::empty(),
        ),
    )
}

#[test]
fn the_derive_sees_the_sources_that_error_sees() {
    let code = |failure: Failure<'_>| failure.code().map(String::from);
    let throttling = || Some("ThrottlingException".to_owned());
    for error in [
        Implied::List { what: "queues", source: sdk() },
        Implied::Transparent(sdk()),
        Implied::TransparentNamed { inner: Box::new(sdk()) },
        Implied::Optional { source: Some(sdk()), why: "" },
        Implied::OptionalAndMarked(Some(Box::new(sdk()))),
        Implied::Ours { cause: throttled(), other: std::fmt::Error },
        Implied::Final { source: sdk() },
    ] {
        assert_eq!(code(error.as_failure()), throttling(), "{error:?}");
    }
    assert_eq!(code(Transparent(sdk()).as_failure()), throttling());
    assert_eq!(code(Generic { source: sdk() }.as_failure()), throttling());
    assert_eq!(code(Implied::Coded { source: sdk() }.as_failure()).as_deref(), Some("OwnCode"));

    for nothing in [
        Implied::Optional { source: None, why: "" }.as_failure(),
        Implied::OptionalAndMarked(None).as_failure(),
        Elsewhere { source: "a file" }.as_failure(),
        Unreadable::Other { source: 1 }.as_failure(),
    ] {
        assert_eq!(nothing, Failure::new());
    }
}

#[aws_retry]
async fn implied(service: &Service) -> Result<u32, Implied> {
    service.ask().await.map_err(|_| Implied::List { what: "queues", source: sdk() })
}

#[tokio::test(start_paused = true)]
async fn a_named_source_is_retried() {
    assert_eq!(implied(&throttles(2)).await.ok(), Some(3));
}
