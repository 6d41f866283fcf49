//! The deliberate differences: each line of the table in `docs/modes.md` that a script can show.

use std::time::Duration;

use aws_retry::{Mode, RetryPolicy};
use aws_sdk_secretsmanager::config::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;

use super::sides::{Side, Trace, behavior_20, behavior_21};
use super::wire::Reply;

fn requests(traces: &[Trace]) -> Vec<usize> {
    traces.iter().map(Trace::requests).collect()
}

fn once(script: Vec<Reply>) -> [(Duration, Vec<Reply>); 1] {
    [(Duration::ZERO, script)]
}

#[test]
fn a_bare_429_is_a_throttle() {
    for reply in [Reply::status(429), Reply::error(429, "NobodyKnows"), Reply::Html(429)] {
        let [sdk, ours] = Side::both(&behavior_21());
        assert_eq!(requests(&sdk.play(&once(vec![reply]))), [1]);
        let ours = ours.play(&once(vec![reply]));
        assert_eq!(ours[0].waits, [Duration::from_secs(1)], "{reply:?}");
    }
}

#[test]
fn expired_credentials_are_permanent_whatever_the_status() {
    let script = once(vec![Reply::error(503, "ExpiredTokenException")]);
    let [sdk, ours] = Side::both(&behavior_21());
    assert_eq!(requests(&sdk.play(&script)), [2]);
    assert_eq!(requests(&ours.play(&script)), [1]);
}

/// A 5xx under 2.0 costs 5, as in botocore; in the Rust SDK it costs 10.
#[test]
fn a_5xx_costs_5_under_behavior_20() {
    let calls = vec![(Duration::ZERO, vec![Reply::status(500); 3]); 51];
    let [sdk, ours] = Side::both(&behavior_20());
    let (sdk, ours) = (requests(&sdk.play(&calls)), requests(&ours.play(&calls)));
    assert_eq!((sdk[24], sdk[25]), (3, 1), "500 tokens are 50 retries");
    assert_eq!((ours[49], ours[50]), (3, 1), "500 tokens are 100 retries");
}

/// The SDK keeps the permit of a failed call in the client, and the next success gives it back.
#[test]
fn a_success_gives_back_no_tokens_of_another_call() {
    let failed = (Duration::ZERO, vec![Reply::status(500); 3]);
    let succeeded = (Duration::ZERO, vec![]);
    let calls = vec![[failed, succeeded]; 20].concat();
    let [_, ours] = Side::both(&behavior_21());
    let sdk = Side::Sdk { retries: behavior_21(), client_per_call: false };
    assert_eq!(requests(&sdk.play(&calls))[38], 3, "280 tokens are gone");
    assert_eq!(requests(&ours.play(&calls))[38], 1, "28 for each failed call, 1 back");
}

/// Without a version the SDK follows 2.0, and a policy made of the same configuration follows 2.1.
#[test]
fn a_configuration_without_a_version_is_21() {
    let retries = RetryConfig::standard().with_use_static_exponential_base(true);
    let script = once(vec![Reply::status(500)]);
    let [sdk, ours] = Side::both(&retries);
    assert_eq!(sdk.play(&script)[0].waits, [Duration::from_secs(1)]);
    assert_eq!(ours.play(&script)[0].waits, [Duration::from_millis(50)]);
    let old = Side::Policy(RetryPolicy::from(&retries).mode(Mode::Standard20));
    assert_eq!(old.play(&script), sdk.play(&script));
}

/// An `SdkConfig` knows the behavior version, so its policy does what its clients do, whichever version is the latest.
#[test]
fn an_sdk_config_follows_its_behavior_version() {
    let retries = RetryConfig::standard().with_use_static_exponential_base(true);
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .retry_config(retries.clone())
        .build();
    let script = once(vec![Reply::status(500)]);
    let ours = Side::Policy(RetryPolicy::from(&config));
    assert_eq!(ours.play(&script), Side::sdk(&retries).play(&script));
}

#[test]
fn an_initial_backoff_holds_for_every_failure() {
    let retries = behavior_21().with_initial_backoff(Duration::from_millis(300));
    let [sdk, ours] = Side::both(&retries);
    let throttle = once(vec![Reply::error(400, "SlowDown")]);
    assert_eq!(sdk.play(&throttle), ours.play(&throttle));
    let server = once(vec![Reply::status(500)]);
    assert_eq!(sdk.play(&server)[0].waits, [Duration::from_millis(50)]);
    assert_eq!(ours.play(&server)[0].waits, [Duration::from_millis(300)]);
}
