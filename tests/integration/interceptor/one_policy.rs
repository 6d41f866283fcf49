//! One policy and one count for all requests of a call, from the SDK or from us: `max_attempts`, `idempotent` and
//! the lists of codes, with real clients whose own retries are on.

use std::collections::HashSet;

use aws_retry::{Event, Kind, Reason, aws_retry};
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;

use crate::clients::{intercepted, three};

type Created = Result<(), SdkError<CreateSecretError>>;

async fn send(client: &Client) -> Created {
    client.create_secret().name("a").secret_string("b").send().await.map(drop)
}

fn broken() -> Step {
    Step::error(500, "InternalServiceError")
}

fn created() -> Step {
    Step::ok(r#"{"Name":"a"}"#)
}

/// The number of requests that arrived, and of different tokens.
fn sent(endpoint: &Endpoint) -> (usize, usize) {
    let token = |body: &[u8]| -> String {
        let body: serde_json::Value = serde_json::from_slice(body).expect("JSON");
        body["ClientRequestToken"].to_string()
    };
    let requests = endpoint.requests();
    (requests.len(), requests.iter().map(|it| token(&it.body)).collect::<HashSet<_>>().len())
}

#[aws_retry(base_delay = "1ms", quota = false, idempotent = false)]
async fn create_once(client: &Client) -> Created {
    send(client).await
}

#[tokio::test]
async fn a_write_is_sent_again_only_on_proof_that_no_request_of_the_call_was_executed() {
    let throttled = || Step::throttled();
    let refused = || Step::error(503, "SlowDown");
    for (script, otherwise, expected) in [
        (vec![], broken(), 1),
        (vec![broken()], created(), 1),
        (vec![broken(), throttled()], created(), 1),
        (vec![throttled(), broken()], created(), 2),
        (vec![throttled(), refused()], created(), 3),
        (vec![], throttled(), 6),
    ] {
        let endpoint = Endpoint::start(script.clone(), otherwise);
        for retries in [three(), RetryConfig::disabled()] {
            endpoint.play(script.clone());
            let _ = create_once(&intercepted(&endpoint, retries)).await;
            assert_eq!(sent(&endpoint).0, expected, "{script:?}");
        }
    }
}

/// Each lost connection may have carried a request that was executed.
#[tokio::test]
async fn a_lost_connection_proves_nothing() {
    for lost in [Step::Hangup, Step::Reset, created().cut()] {
        let endpoint = Endpoint::start([lost.clone()], created());
        create_once(&intercepted(&endpoint, three())).await.expect_err("no answer");
        assert_eq!(endpoint.arrived(), 1, "{lost:?}");
    }
}

#[tokio::test]
async fn a_throttled_write_is_not_repeated_after_another_operation_of_the_call() {
    #[aws_retry(base_delay = "1ms", quota = false, idempotent = false)]
    async fn create_two(client: &Client) -> Created {
        send(client).await?;
        send(client).await
    }

    let endpoint = Endpoint::start([created(), Step::throttled()], created());
    create_two(&intercepted(&endpoint, three())).await.expect_err("the first one was executed");
    assert_eq!(endpoint.arrived(), 2);
}

/// Whatever came of the second operation, the first one may have created something.
#[tokio::test]
async fn a_throttled_write_is_not_repeated_after_a_failure_that_proved_nothing() {
    #[aws_retry(base_delay = "1ms", quota = false, idempotent = false)]
    async fn create_two(client: &Client) -> Created {
        send(client).await.ok();
        send(client).await
    }

    for retries in [three(), RetryConfig::disabled()] {
        let endpoint = Endpoint::start([broken(), Step::throttled()], created());
        create_two(&intercepted(&endpoint, retries)).await.expect_err("it may have been executed");
        assert_eq!(endpoint.arrived(), 2);
    }
}

/// Whoever sends the requests, and whoever calls a failure a throttle.
#[tokio::test(start_paused = true)]
async fn in_paced_mode_max_retries_counts_the_requests_that_were_not_throttled() {
    #[aws_retry(mode = "paced", max_retries = 2, base_delay = "1ms", quota = false, scope = ("one policy", scope))]
    async fn create(client: &Client, scope: usize) -> Created {
        send(client).await
    }

    let throttled = || Step::throttled();
    // The SDK does not know this code.
    let refused = || Step::error(400, "KMSThrottlingException");
    let scripts = [
        (vec![throttled(); 4], 5, true),
        (vec![refused(); 4], 5, true),
        (vec![broken(); 2], 3, true),
        (vec![broken(); 9], 3, false),
        (vec![broken(), throttled(), refused(), broken(), throttled()], 6, true),
        (vec![broken(), throttled(), broken(), refused(), broken(), broken()], 5, false),
    ];
    for (scope, (script, requests, succeeds)) in scripts.into_iter().enumerate() {
        for retries in [three(), RetryConfig::disabled()] {
            let endpoint = Endpoint::start(script.clone(), created());
            let created = create(&intercepted(&endpoint, retries), scope).await;
            assert_eq!((endpoint.arrived(), created.is_ok()), (requests, succeeds), "{script:?}");
        }
    }
}

#[tokio::test]
async fn max_attempts_bounds_the_requests_of_several_operations_together() {
    #[aws_retry(max_attempts = 4, base_delay = "1ms", quota = false)]
    async fn create_two(client: &Client) -> Created {
        send(client).await?;
        send(client).await
    }

    for script in [vec![created()], vec![broken(), created()], vec![broken(), broken(), created()]]
    {
        let endpoint = Endpoint::start(script.clone(), broken());
        create_two(&intercepted(&endpoint, three())).await.expect_err("the second one fails");
        assert_eq!(endpoint.arrived(), 4, "{script:?}");
    }
}

/// A loop over pages within one call is against the advice; the SDK's retries still save it.
#[tokio::test]
async fn a_body_of_many_operations_keeps_the_retries_of_each() {
    #[aws_retry(max_attempts = 4, base_delay = "1ms", quota = false)]
    async fn create_nine(client: &Client) -> Created {
        for _ in 0..9 {
            send(client).await?;
        }
        Ok(())
    }

    let mut script = vec![created(); 5];
    script.extend([broken(), created(), created(), broken()]);
    let endpoint = Endpoint::start(script, created());
    create_nine(&intercepted(&endpoint, three())).await.expect("created");
    assert_eq!(endpoint.arrived(), 9 + 2);
}

#[tokio::test]
async fn two_operations_at_once_do_not_pass_the_bound() {
    #[aws_retry(max_attempts = 5, base_delay = "1ms", quota = false)]
    async fn create_two(client: &Client) -> Created {
        let (one, other) = tokio::join!(send(client), send(client));
        one.and(other)
    }

    let endpoint = Endpoint::start([], broken());
    create_two(&intercepted(&endpoint, three())).await.expect_err("an outage");
    assert_eq!(endpoint.arrived(), 5);
}

/// The SDK's own token bucket holds tokens for one retry: the rest of the attempts are the call's.
#[tokio::test]
async fn the_call_goes_on_where_the_sdk_gave_up_early() {
    #[aws_retry(base_delay = "1ms", quota = false)]
    async fn create(client: &Client) -> Created {
        send(client).await
    }

    let poor = |client: Client| {
        let bucket = TokenBucket::builder().capacity(15).build();
        let partition = RetryPartition::custom("poor").token_bucket(bucket).build();
        Client::from_conf(client.config().to_builder().retry_partition(partition).build())
    };
    let endpoint = Endpoint::start([], broken());
    create(&poor(intercepted(&endpoint, three()))).await.expect_err("an outage");
    let (requests, tokens) = sent(&endpoint);
    assert_eq!(requests, 6);
    assert!(tokens > 1, "{tokens} operations");
    endpoint.play([broken(), broken(), broken()]);
    create_once(&poor(intercepted(&endpoint, three()))).await.expect_err("not idempotent");
    assert_eq!(endpoint.arrived(), 1);
}

#[tokio::test]
async fn the_lists_of_the_call_hold_for_the_sdk_too() {
    #[aws_retry(base_delay = "1ms", quota = false, excluded_errors = ["InternalServiceError"])]
    async fn excluded(client: &Client) -> Created {
        send(client).await
    }
    #[aws_retry(base_delay = "1ms", quota = false, transient = false)]
    async fn not_transient(client: &Client) -> Created {
        send(client).await
    }

    let endpoint = Endpoint::start([], broken());
    let client = intercepted(&endpoint, three());
    excluded(&client).await.expect_err("excluded");
    assert_eq!(endpoint.arrived(), 1);
    endpoint.play([]);
    not_transient(&client).await.expect_err("not retried");
    assert_eq!(endpoint.arrived(), 1);
}

/// `policy = ..` and arguments that are expressions are known to the interceptor from the first request on.
#[tokio::test]
async fn a_policy_of_run_time_governs_the_sdk_from_the_first_request_on() {
    #[aws_retry(max_attempts = attempts, idempotent = idempotent, base_delay = "1ms", quota = false)]
    async fn create(client: &Client, attempts: u32, idempotent: bool) -> Created {
        send(client).await
    }

    for (attempts, idempotent, expected) in
        [(1, true, 1), (2, true, 2), (5, true, 5), (5, false, 1)]
    {
        let endpoint = Endpoint::start([], broken());
        create(&intercepted(&endpoint, three()), attempts, idempotent)
            .await
            .expect_err("an outage");
        assert_eq!(sent(&endpoint), (expected, 1));
        let policy = aws_retry::RetryPolicy::new().max_attempts(attempts).idempotent(idempotent);
        let client = intercepted(&endpoint, three());
        endpoint.play([]);
        policy.run(|| send(&client)).await.expect_err("an outage");
        assert_eq!(sent(&endpoint), (expected, 1));
    }
}

#[tokio::test]
async fn a_call_that_gives_up_says_that_its_attempts_are_used_up() {
    fn told(event: &Event<'_>) {
        assert_eq!(event.reason, Some(Reason::Attempts));
        assert_eq!(event.kind, Some(Kind::Transient));
    }

    #[aws_retry(base_delay = "1ms", quota = false, on_give_up = told)]
    async fn create(client: &Client) -> Created {
        send(client).await
    }

    let endpoint = Endpoint::start([], broken());
    create(&intercepted(&endpoint, three())).await.expect_err("an outage");
    assert_eq!(endpoint.arrived(), 6);
}

/// The inner call has created something: a throttle of the outer one's own request proves nothing for it.
#[tokio::test]
async fn the_requests_of_a_call_inside_count_as_those_of_the_call_around() {
    #[aws_retry(base_delay = "1ms", quota = false)]
    async fn inner(client: &Client) -> Created {
        send(client).await
    }
    #[aws_retry(base_delay = "1ms", quota = false, idempotent = false)]
    async fn outer(client: &Client) -> Created {
        inner(client).await?;
        send(client).await
    }

    let endpoint = Endpoint::start([created(), Step::throttled()], created());
    outer(&intercepted(&endpoint, three())).await.expect_err("the first one was executed");
    assert_eq!(endpoint.arrived(), 2);
}

/// The error cannot say that the deadline has passed, so nothing cuts the call. The SDK stops all the same.
#[tokio::test]
async fn the_sdk_sends_nothing_after_the_deadline() {
    struct Own;

    impl aws_retry::AsFailure for Own {
        fn as_failure(&self) -> aws_retry::Failure<'_> {
            aws_retry::Failure::transient()
        }
    }

    #[aws_retry(base_delay = "1ms", quota = false)]
    async fn create(client: &Client) -> Result<(), Own> {
        send(client).await.map_err(|_| Own)
    }

    let endpoint = Endpoint::start([], broken().after(std::time::Duration::from_millis(60)));
    let begun = std::time::Instant::now();
    let deadline = begun + std::time::Duration::from_millis(100);
    let client = intercepted(&endpoint, three());
    assert!(aws_retry::with_deadline(deadline, create(&client)).await.is_err());
    assert!(endpoint.arrived() <= 2, "{} requests in {:?}", endpoint.arrived(), begun.elapsed());
}
