//! Advice on a scope, from real answers over HTTP.

use crate::clients::{intercepted, three};
use aws_retry::scope::{self, Hint};
use aws_retry::{Log, RetryPolicy, aws_retry};
use aws_retry_testkit::endpoint::{Endpoint, Step};
use aws_sdk_secretsmanager::{Client, Error};
use serde_json::json;

const QUICK: RetryPolicy = RetryPolicy::new().log(Log::Off);

#[aws_retry(
    scope = ("secretsmanager:ListSecrets", account, region),
    max_retries = 2,
    base_delay = "1ms",
    policy = &QUICK
)]
async fn list(client: &Client, account: &str, region: &str) -> Result<(), Error> {
    client.list_secrets().send().await?;
    Ok(())
}

#[tokio::test]
async fn it_has_what_a_request_for_a_higher_quota_needs() {
    let ids: Vec<_> = (1..=7).map(|id| format!("0000-{id}")).collect();
    let throttles = ids.iter().map(|id| Step::throttled().header("x-amzn-requestid", id));
    let endpoint = Endpoint::start(throttles, Step::ok("{}"));
    let client = intercepted(&endpoint, three());
    let here = ("secretsmanager:ListSecrets", "210987654321", "eu-west-3");
    // Three throttles each, and a give-up; the third call passes after its first throttle.
    list(&client, here.1, here.2).await.unwrap_err();
    list(&client, here.1, here.2).await.unwrap_err();
    list(&client, here.1, here.2).await.unwrap();

    let advice = scope::advice_for(&here).unwrap();
    assert_eq!((advice.throttles, advice.attempts, advice.quota), (7, None, None));
    assert_eq!(advice.hints, [Hint::Pace { retries: 5, again: 4, lost: 2 }]);
    for line in [
        "scope: secretsmanager:ListSecrets/210987654321/eu-west-3\n",
        "  action: secretsmanager:ListSecrets\n",
        "  service: Secrets Manager\n",
        "  operation: ListSecrets\n",
        "  account: 210987654321\n",
        "  region: eu-west-3\n",
        "  throttled: 7\n",
        "  error code: ThrottlingException\n",
        "  request id: 0000-7\n",
        "  - use `mode = \"paced\"`: of 5 retries",
    ] {
        assert!(advice.to_string().contains(line), "{line}\n{advice}");
    }

    let serialized = serde_json::to_value(&advice).unwrap();
    assert_eq!(serialized["region"], "eu-west-3");
    assert_eq!(serialized["hints"], json!([{ "pace": { "retries": 5, "again": 4, "lost": 2 } }]));
    let date = serialized["first_throttle"].as_str().unwrap();
    assert!(date.starts_with("20") && date.ends_with('Z'), "{date}");
}

#[tokio::test]
async fn a_scope_without_throttles_has_none() {
    let endpoint = Endpoint::start([Step::error(503, "InternalServiceError")], Step::ok("{}"));
    let client = intercepted(&endpoint, three());
    list(&client, "210987654322", "eu-west-3").await.unwrap();
    let here = ("secretsmanager:ListSecrets", "210987654322", "eu-west-3");
    assert_eq!(scope::advice_for(&here), None);
}
