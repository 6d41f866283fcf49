//! `fn` inside a scope's tuple: equal elements in two functions are two scopes.

use std::sync::Mutex;

use aws_retry::{Event, aws_retry};

use crate::support::{ErrorMetadata, Service, throttles};

struct Inventory {
    account: String,
}

static SCOPES: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn note(event: &Event<'_>) {
    let mut scopes = SCOPES.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    scopes.extend(event.scope.map(String::from));
}

#[aws_retry(mode = "paced", fail_fast = true, scope = (fn, &self.account, region), on_give_up = note)]
impl Inventory {
    async fn list(&self, region: &str, service: &Service) -> Result<u32, ErrorMetadata> {
        service.ask().await
    }

    async fn count(&self, region: &str, service: &Service) -> Result<u32, ErrorMetadata> {
        service.ask().await
    }

    /// Shares one scope among all accounts.
    #[aws_retry(scope = (fn,))]
    async fn all(&self, service: &Service) -> Result<u32, ErrorMetadata> {
        service.ask().await
    }
}

/// Each of its methods has a scope of its own.
#[aws_retry(mode = "paced")]
impl Service {
    #[aws_retry(scope = fn)]
    async fn first(&self) -> Result<u32, ErrorMetadata> {
        self.ask().await
    }

    #[aws_retry(scope = ("second", fn))]
    async fn second(&self) -> Result<u32, ErrorMetadata> {
        self.ask().await
    }

    /// Needs none.
    #[aws_retry(mode = "standard")]
    async fn third(&self) -> Result<u32, ErrorMetadata> {
        self.ask().await
    }
}

fn account(name: &str) -> Inventory {
    Inventory { account: name.into() }
}

/// Whether a new call is refused because its scope has no turn to give.
async fn is_shut<E>(call: impl AsyncFnOnce(&Service) -> Result<u32, E>) -> bool {
    let service = throttles(0);
    let refused = call(&service).await.is_err();
    assert_eq!(service.runs() == 0, refused);
    refused
}

#[tokio::test(start_paused = true)]
async fn a_throttle_of_one_method_account_and_region_shuts_no_other() {
    aws_retry::observe::keep_scope_names(true);
    let (one, other) = (account("1"), account("2"));
    assert!(one.list("eu", &throttles(9)).await.is_err());
    assert!(is_shut(async |service| one.list("eu", service).await).await);
    assert!(is_shut(async |service| account("1").list("eu", service).await).await);
    assert!(!is_shut(async |service| one.list("us", service).await).await);
    assert!(!is_shut(async |service| other.list("eu", service).await).await);
    assert!(!is_shut(async |service| one.count("eu", service).await).await);

    assert!(one.all(&throttles(9)).await.is_err());
    assert!(is_shut(async |service| other.all(service).await).await);

    let scopes = SCOPES.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    assert_eq!(scopes[0], "list/1/eu");
}

#[tokio::test(start_paused = true)]
async fn methods_may_have_their_own_scopes_if_the_block_has_the_mode() {
    assert_eq!(throttles(2).first().await.ok(), Some(3));
    assert_eq!(throttles(2).second().await.ok(), Some(3));
    assert_eq!(throttles(2).third().await.ok(), Some(3));
}
