//! `scope::all`. Names of scopes are kept for the whole process, so this is a process of its own.

use aws_retry::observe::keep_scope_names;
use aws_retry::testing::Harness;
use aws_retry::{RetryPolicy, aws_retry, scope};
use serde_json::json;

#[derive(Debug, aws_retry::AsFailure)]
#[failure(throttled)]
struct Busy;

#[aws_retry(max_retries = 1)]
async fn own_scope() -> Result<(), Busy> {
    Err(Busy)
}

#[tokio::test]
async fn all_scopes_are_listed_by_name_and_can_be_serialized() {
    let harness = Harness::new().no_waits();
    let all = harness
        .scope(async {
            let policy = RetryPolicy::new().max_retries(1);
            policy.run_in(&("nameless", 1), async || Err::<(), _>(Busy)).await.unwrap_err();
            keep_scope_names(true);
            policy.run_in(&("sqs", "eu-west-1"), async || Err::<(), _>(Busy)).await.unwrap_err();
            own_scope().await.unwrap_err();
            let paced = RetryPolicy::paced();
            paced.run_in("paced", async || Ok::<_, Busy>(())).await.unwrap();
            scope::all()
        })
        .await;
    let names: Vec<_> = all.iter().map(|it| it.name.as_deref()).collect();
    assert!(names.starts_with(&[None]), "{names:?}");
    assert!(names.contains(&Some("scope_list::own_scope")), "{names:?}");
    let of = |name: &str| all.iter().find(|it| it.name.as_deref() == Some(name)).unwrap();
    let (sqs, paced) = (of("sqs/eu-west-1"), of("paced"));
    assert_eq!(sqs.state.throttles, 2);
    assert_eq!(
        serde_json::to_value(paced).unwrap(),
        json!({
            "name": "paced",
            "state": {
                "retry_tokens": 500,
                "throttles": 0,
                "adaptive": null,
                "paced": { "rate": null, "quota": null, "waiting": 0, "throttles": 0, "cycles": 0 },
                "fleet": null,
            },
        })
    );
    assert!(scope::all().is_empty(), "the harness had scopes of its own");
}
