//! The SDK's own waits inside a call, on a paused clock: a deadline forbids the request that would follow, and a test
//! without waits skips them.

use std::time::Duration;

use aws_retry::testing::Harness;
use aws_retry::{AsFailure, Failure, aws_retry, with_deadline};
use aws_retry_testkit::client::RealSleep;
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::SharedAsyncSleep;
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use tokio::time::{Instant, advance, sleep};

use crate::clients::{intercepted, three};

/// The wait that the service asks for, and the SDK grants.
const ASKED: Duration = Duration::from_secs(4);
const HALF: Duration = Duration::from_secs(2);

/// The SDK's wait passes on the test's clock; time-outs of sockets are real.
#[derive(Debug)]
struct PausedWaits;

impl AsyncSleep for PausedWaits {
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration == ASKED { Sleep::new(sleep(duration)) } else { RealSleep.sleep(duration) }
    }
}

/// A service that fails once, and a client whose SDK waits before it sends the request again.
fn service() -> (Endpoint, Client) {
    let hint = ASKED.as_millis().to_string();
    let broken = Step::error(500, "InternalServiceError").header("x-amz-retry-after", &hint);
    let endpoint = Endpoint::start([broken], Step::ok("{}"));
    let config = intercepted(&endpoint, three()).config().to_builder();
    let config = config.sleep_impl(SharedAsyncSleep::new(PausedWaits));
    (endpoint, Client::from_conf(config.build()))
}

/// An error that cannot say that a deadline has passed: nothing cuts its calls.
struct Broken;

impl AsFailure for Broken {
    fn as_failure(&self) -> Failure<'_> {
        Failure::transient()
    }
}

/// The time `passes` while the request is on its way.
#[aws_retry(base_delay = "1ms", quota = false)]
async fn list(client: &Client, passes: Duration) -> Result<(), Broken> {
    let request = client.list_secrets();
    let (outcome, ()) = tokio::join!(request.send(), advance(passes));
    outcome.map(drop).map_err(|_| Broken)
}

#[tokio::test(start_paused = true)]
async fn after_a_deadline_the_sdk_neither_begins_a_wait_nor_sends_the_request_that_waited() {
    const AT_ONCE: Duration = Duration::ZERO;
    // The deadline, the time that the first answer takes, the requests, and the time after which the call ends.
    for (deadline, passes, requests, took) in [
        (2 * ASKED, AT_ONCE, 2, ASKED),
        // It passes during the wait,
        (HALF, AT_ONCE, 1, ASKED),
        // and before it.
        (HALF, 2 * HALF, 1, 2 * HALF),
    ] {
        let (endpoint, client) = service();
        let began = Instant::now();
        let call = list(&client, passes);
        let listed = with_deadline((began + deadline).into_std(), call).await.is_ok();
        let sent = endpoint.arrived();
        assert_eq!((sent, listed), (requests, requests == 2), "within {deadline:?}");
        assert!(began.elapsed().abs_diff(took) < HALF / 2, "{:?}, not {took:?}", began.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_test_skips_the_sdks_waits_only_if_it_skips_its_own() {
    for (harness, took) in [
        (None, ASKED),
        (Some(Harness::new()), ASKED),
        (Some(Harness::new().no_waits()), Duration::ZERO),
    ] {
        let (endpoint, client) = service();
        let began = Instant::now();
        let call = list(&client, Duration::ZERO);
        let listed = match &harness {
            Some(harness) => harness.scope(call).await,
            None => call.await,
        };
        assert!(listed.is_ok());
        assert_eq!((endpoint.arrived(), began.elapsed().as_secs()), (2, took.as_secs()));
    }
}
