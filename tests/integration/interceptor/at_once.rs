//! Two operations of a call at once: a request that the SDK is about to send again counts for the other one, too.

use std::sync::Arc;
use std::time::Duration;

use aws_retry::RetryPolicy;
use aws_retry_testkit::client::RealSleep;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::SharedAsyncSleep;
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::sync::Semaphore;

use crate::clients::{intercepted, three};

const ASKED: Duration = Duration::from_secs(4);

/// Counts the failures. The SDK's waits end as soon as two requests have failed.
#[derive(Clone, Debug)]
struct BothFailed(Arc<Semaphore>);

#[dyn_dispatch_hint]
impl Intercept for BothFailed {
    fn name(&self) -> &'static str {
        "both failed"
    }
    fn read_after_attempt(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.add_permits(1);
        Ok(())
    }
}

impl AsyncSleep for BothFailed {
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration != ASKED {
            return RealSleep.sleep(duration);
        }
        let failures = Arc::clone(&self.0);
        // The permits go back at once.
        Sleep::new(async move { drop(failures.acquire_many(2).await) })
    }
}

#[tokio::test]
async fn the_requests_of_two_operations_at_once_are_max_attempts_together() {
    let hint = ASKED.as_millis().to_string();
    let broken = Step::error(500, "InternalServiceError").header("x-amz-retry-after", &hint);
    for max_attempts in 3..=6 {
        let endpoint = Endpoint::start([], broken.clone());
        let failed = BothFailed(Arc::new(Semaphore::new(0)));
        let config = intercepted(&endpoint, three()).config().to_builder();
        let config = config.interceptor(failed.clone()).sleep_impl(SharedAsyncSleep::new(failed));
        let client = Client::from_conf(config.build());
        let policy = RetryPolicy::new().max_attempts(max_attempts).base_delay(Duration::ZERO);
        let list = async || client.list_secrets().send().await;
        let both = async || {
            let (one, other) = tokio::join!(list(), list());
            one.and(other)
        };
        policy.run(both).await.expect_err("an outage");
        assert_eq!(endpoint.arrived(), max_attempts as usize);
    }
}
