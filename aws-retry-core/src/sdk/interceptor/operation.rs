//! An SDK operation inside a call: the facts that the interceptor remembers between its attempts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::Document;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_smithy_types::endpoint::Endpoint as Resolved;

use crate::context::SdkRetry;
use crate::decision::endpoint::Endpoint;

/// The name under which every service crate registers the interceptor that fills in an idempotency token. An
/// operation whose model has no such token does not have the interceptor.
const TOKEN_INTERCEPTOR: &str = "IdempotencyTokenInterceptor";

/// One operation, in its own configuration.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    /// Distinguishes it from all other operations of the process.
    pub execution: u64,
    /// A request of the present attempt went out, and its end is not known yet.
    pub in_flight: bool,
    /// The SDK was told that it may send the request again, and has not done so yet.
    pub promised: bool,
    /// An earlier request may have been executed.
    pub may_have_run: bool,
    /// The failure of the last request, which the next one repeats.
    pub last: Option<Arc<SdkRetry>>,
}

impl Storable for Operation {
    type Storer = StoreReplace<Self>;
}

impl Operation {
    pub fn of(cfg: &ConfigBag) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        cfg.load::<Self>().cloned().unwrap_or_else(|| Self {
            execution: NEXT.fetch_add(1, Ordering::Relaxed),
            in_flight: false,
            promised: false,
            may_have_run: false,
            last: None,
        })
    }

    /// Whether the operation has an idempotency token, which is the same in all its attempts.
    pub fn has_token(components: &RuntimeComponents) -> bool {
        components.interceptors().any(|it| it.name() == TOKEN_INTERCEPTOR)
    }

    pub fn store(self, cfg: &mut ConfigBag) {
        cfg.interceptor_state().store_put(self);
    }
}

/// The server that the operation's requests go to, and the region that they are signed for.
pub(super) fn endpoint(cfg: &ConfigBag) -> Option<Endpoint> {
    let resolved = cfg.load::<Resolved>()?;
    let typed = resolved.auth_schemes().iter().find_map(|it| it.get("signingRegion"));
    // Older service crates.
    let schemes = resolved.properties().get("authSchemes").and_then(Document::as_array);
    let untyped = || schemes?.iter().find_map(|it| it.as_object()?.get("signingRegion"));
    let signed_for = typed.or_else(untyped).and_then(Document::as_string);
    Endpoint::of(resolved.url(), signed_for)
}
