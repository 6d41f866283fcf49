//! The error types that a fn may return, over real connections: a throttle, an outage and a lost
//! connection are retried whatever is left of them, and what no retry helps comes back at once.

mod support;

use aws_retry::aws_retry;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::list_secrets::ListSecretsError;
use aws_sdk_secretsmanager::{Client, Error};
use support::client::PATIENCE;
use support::clients;
use support::endpoint::{Endpoint, Step};

#[derive(Debug, thiserror::Error)]
#[allow(clippy::large_enum_variant, reason = "as users write them")]
enum Mine {
    #[error("the list of secrets")]
    List(#[from] SdkError<ListSecretsError>),
    #[error("{0} secrets are too many")]
    #[allow(dead_code, reason = "an error of the caller's own")]
    TooMany(usize),
}

/// The number of requests that an outage takes which only its status tells, by a code that nobody
/// knows or without one.
const STATUS_KNOWN: usize = 2;
/// The same where `?` left nothing of the response but its code.
const STATUS_LOST: usize = 1;

/// A test for a fn that returns `$error`, made of the SDK's by `?`.
macro_rules! retried_as {
    ($name:ident, $error:ty, $outage:expr) => {
        #[tokio::test(start_paused = true)]
        async fn $name() {
            #[aws_retry]
            async fn list(client: &Client) -> Result<usize, $error> {
                Ok(client.list_secrets().send().await?.secret_list().len())
            }
            let endpoint = Endpoint::start([], Step::ok("{}"));
            let client = clients::secrets_manager(&endpoint.url(), PATIENCE);
            for (step, requests) in [
                (Step::throttled(), 2),
                (Step::error(503, "SlowDown"), 2),
                (Step::error(500, "InternalServerError"), 2),
                (Step::Reset, 2),
                (Step::Hangup, 2),
                (Step::Stall, 2),
                (Step::ok("{}").cut(), 2),
                (Step::error(500, "InternalServiceError"), $outage),
                (Step::html(503), $outage),
                (Step::error(400, "InvalidNextTokenException"), 1),
                (Step::error(403, "AccessDeniedException"), 1),
            ] {
                endpoint.play([step.clone()]);
                let answer = list(&client).await;
                assert_eq!(endpoint.arrived(), requests, "{step:?}: {answer:?}");
                assert_eq!(answer.is_ok(), requests == 2, "{step:?}: {answer:?}");
            }
        }
    };
}

retried_as!(sdk_error, SdkError<ListSecretsError>, STATUS_KNOWN);
retried_as!(service_error, Error, STATUS_LOST);
retried_as!(anyhow, anyhow::Error, STATUS_LOST);
retried_as!(eyre, eyre::Report, STATUS_LOST);
retried_as!(boxed, Box<dyn std::error::Error + Send + Sync>, STATUS_LOST);
retried_as!(thiserror, Mine, STATUS_LOST);
