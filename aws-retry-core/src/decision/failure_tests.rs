//! What a failure says, and what it takes over from another one.

use super::*;

fn full() -> Failure<'static> {
    Failure {
        service: Some("DynamoDB".into()),
        operation: Some("PutItem".into()),
        read_from: Some(ReadFrom::SdkError),
        ..Failure::new()
            .with_code("Busy")
            .with_message("later")
            .with_status(503)
            .with_request_id("r-1")
            .with_transport(Transport::Timeout)
            .with_retry_after(RetryAfter::Http(std::time::Duration::from_secs(3)))
    }
}

fn facts<'f>(it: &'f Failure<'_>) -> [Option<&'f str>; 5] {
    [it.code(), it.message(), it.request_id(), it.service(), it.operation()]
}

#[test]
fn each_fact_is_told() {
    let it = full();
    assert_eq!(facts(&it), ["Busy", "later", "r-1", "DynamoDB", "PutItem"].map(Some));
    assert_eq!((it.status(), it.transport), (Some(503), Some(Transport::Timeout)));
    assert_eq!(facts(&it.to_owned()), facts(&it));
}

#[test]
fn missing_facts_come_from_the_source() {
    let other = Failure {
        service: Some("S3".into()),
        operation: Some("GetObject".into()),
        read_from: Some(ReadFrom::Text),
        of_sdk: true,
        ..Failure::new().with_code("Other").with_message("never").with_status(500)
    };
    let (kept, taken) = (full().or(other.clone()), Failure::new().or(full()));
    assert_eq!(facts(&kept), facts(&full()));
    assert_eq!(
        (kept.status(), kept.read_from(), kept.of_sdk),
        (Some(503), Some(ReadFrom::SdkError), true)
    );
    assert_eq!(facts(&taken), facts(&full()));
    assert_eq!((taken.read_from(), taken.of_sdk), (Some(ReadFrom::SdkError), false));
    // The code says most: the place from which it was read counts.
    let without_code = Failure { code: None, ..full() };
    assert_eq!(without_code.or(other).read_from(), Some(ReadFrom::Text));
}

#[test]
fn a_text_that_looks_like_a_code_says_something_only_if_the_code_is_known() {
    let guessed = |code: &'static str| Failure {
        read_from: Some(ReadFrom::Text),
        ..Failure::new().with_code(code)
    };
    // Of each set: throttles, server faults, retryable ones, credentials, permanent ones.
    for code in [
        "ThrottlingException",
        "ServiceUnavailable",
        "RequestTimeout",
        "ExpiredToken",
        "ValidationException",
    ] {
        assert!(!guessed(code).is_opaque(), "{code}");
    }
    assert!(guessed("Whatever").is_opaque());
    assert!(!Failure::new().with_code("Whatever").is_opaque());
}

#[test]
fn each_way_in_which_no_answer_comes_has_its_label() {
    for (transport, label) in [
        (Transport::NeverConnected, "not_connected"),
        (Transport::ConnectTimeout, "connect_timeout"),
        (Transport::Io, "connection_lost"),
        (Transport::Timeout, "timeout"),
        (Transport::Response, "invalid_response"),
        (Transport::Construction, "invalid_request"),
        (Transport::Credentials, "no_credentials"),
        (Transport::Other, "connector"),
    ] {
        assert_eq!(transport.as_str(), label);
    }
}
