//! Each rule of the classification, as a table.

use super::*;
use crate::RetryPolicy;
use Kind::{Credentials, Other, Permanent, Throttled, Transient};

fn coded(code: &'static str, status: u16) -> Failure<'static> {
    Failure::new().with_code(code).with_status(status)
}

fn kind(policy: &RetryPolicy, failure: &Failure<'_>) -> Kind {
    classify(&policy.resolve(), failure, Predicates::default()).kind
}

#[test]
fn the_default_set() {
    let policy = RetryPolicy::new();
    for (code, status, expected) in [
        ("ThrottlingException", 400, Throttled),
        ("TransactionInProgressException", 400, Throttled),
        ("LimitExceededException", 400, Throttled),
        ("SlowDown", 503, Throttled),
        ("ServiceUnavailable", 503, Transient),
        ("InternalServerError", 400, Transient),
        ("RequestTimeoutException", 400, Transient),
        ("RequestExpired", 400, Other),
        ("AccessDenied", 403, Permanent),
        ("AccessDenied", 500, Transient),
        ("Anything", 429, Throttled),
        ("Anything", 502, Transient),
        ("Anything", 501, Permanent),
        ("ExpiredToken", 400, Credentials),
        ("ExpiredToken", 503, Credentials),
        ("Invalid.NotFound", 400, Permanent),
    ] {
        assert_eq!(kind(&policy, &coded(code, status)), expected, "{code} {status}");
    }
}

#[test]
fn the_python_set_is_the_eleven_and_nothing_else() {
    let policy = RetryPolicy::new().codes(Codes::Python);
    for code in codes::DECORATOR {
        let verdict = classify(&policy.resolve(), &coded(code, 400), Predicates::default());
        assert!(verdict.is_retryable(), "{code}");
    }
    for (code, status) in [("ThrottledException", 400), ("Other", 500), ("Other", 429)] {
        assert_eq!(kind(&policy, &coded(code, status)), Permanent, "{code} {status}");
    }
    assert_eq!(kind(&policy, &Failure::transport(Transport::Timeout)), Permanent);
    assert_eq!(kind(&policy.transient(true), &coded("Other", 500)), Transient);
}

/// Codes written beside a mode win.
#[test]
fn written_codes_are_meant_in_every_mode() {
    for mode in [Mode::Legacy, Mode::Standard, Mode::Standard20, Mode::Adaptive] {
        let python = RetryPolicy::new().mode(mode).service("s3").codes(Codes::Python);
        assert_eq!(kind(&python, &coded("SlowDown", 400)), Throttled, "{mode:?}");
        assert_eq!(kind(&python, &coded("RequestExpired", 400)), Other, "{mode:?}");
        for (code, status) in [("InternalError", 500), ("ThrottledException", 400), ("Any", 429)] {
            assert_eq!(kind(&python, &coded(code, status)), Permanent, "{mode:?} {code}");
        }
        let only = RetryPolicy::new().mode(mode).retryable_errors(&["Only"]);
        assert_eq!(kind(&only, &coded("Only", 400)), Other, "{mode:?}");
        assert_eq!(kind(&only, &coded("Any", 429)), Permanent, "{mode:?}");
        let eventual = RetryPolicy::new().mode(mode).codes(Codes::Eventual);
        assert_eq!(kind(&eventual, &coded("Entity.NotFound", 400)), Other, "{mode:?}");
        assert_eq!(kind(&eventual, &coded("ThrottlingException", 400)), Throttled, "{mode:?}");
    }
}

#[test]
fn the_eventual_set() {
    let policy = RetryPolicy::new().codes(Codes::Eventual);
    assert_eq!(kind(&policy, &coded("InvalidInstanceID.NotFound", 400)), Other);
    assert_eq!(kind(&policy, &coded("EntityNotFound", 404)), Other);
    assert_eq!(kind(&policy, &coded("ThrottlingException", 400)), Throttled);
    assert_eq!(kind(&policy, &coded("AccessDenied", 403)), Permanent);
}

#[test]
fn lists_of_the_user() {
    let none = RetryPolicy::new();
    let rows = [
        (none.clone().added_errors(&["Custom*"]), "CustomBusy", 400, Other),
        (none.clone().added_errors(&["SlowDown"]), "SlowDown", 400, Throttled),
        (none.clone().throttling_errors(&["CustomBusy"]), "CustomBusy", 400, Throttled),
        (
            none.clone().throttling_errors(&["InternalServerError"]),
            "InternalServerError",
            500,
            Throttled,
        ),
        (none.clone().retryable_errors(&["Only"]), "Only", 400, Other),
        (none.clone().retryable_errors(&["Only"]), "SlowDown", 400, Permanent),
        (none.clone().retryable_errors(&["Only"]), "Else", 500, Permanent),
        (none.clone().retryable_errors(&["Only"]), "Else", 429, Permanent),
        (none.clone().retryable_errors(&["Only"]).transient(true), "Else", 500, Transient),
        (none.clone().retryable_errors(&["SlowDown"]), "SlowDown", 503, Throttled),
        (none.clone().excluded_errors(&["Slow*"]), "SlowDown", 503, Permanent),
        (none.clone().excluded_errors(&["A"]).added_errors(&["A"]), "A", 500, Permanent),
        (none.clone().added_errors(&["ExpiredToken"]), "ExpiredToken", 400, Other),
        (none.clone().transient(false), "Else", 500, Permanent),
        (none.clone().transient(false), "ServiceUnavailable", 503, Transient),
    ];
    for (policy, code, status, expected) in rows {
        assert_eq!(kind(&policy, &coded(code, status)), expected, "{code} {status} {policy:?}");
    }
}

#[test]
fn transport_failures() {
    let policy = RetryPolicy::new();
    for (transport, expected) in [
        (Transport::NeverConnected, Transient),
        (Transport::ConnectTimeout, Transient),
        (Transport::Io, Transient),
        (Transport::Timeout, Transient),
        (Transport::Response, Transient),
        (Transport::Construction, Permanent),
        (Transport::Other, Permanent),
        (Transport::Credentials, Credentials),
    ] {
        assert_eq!(kind(&policy, &Failure::transport(transport)), expected, "{transport:?}");
    }
}

#[test]
fn predicates() {
    let policy = RetryPolicy::new().resolve();
    let asked = Predicates { asked: true, ..Predicates::default() };
    let vetoed = Predicates { asked: true, vetoed: true, of_success: None };
    assert_eq!(classify(&policy, &coded("Else", 400), asked).kind, Other);
    assert_eq!(classify(&policy, &coded("SlowDown", 400), asked).kind, Throttled);
    assert_eq!(classify(&policy, &coded("SlowDown", 400), vetoed).rule, Rule::Vetoed);
}

#[test]
fn a_success_with_throttled_parts_is_a_throttle_and_no_proof_that_nothing_was_executed() {
    let policy = RetryPolicy::new().resolve();
    let of_success = |of_success| {
        let said = Predicates { asked: true, vetoed: false, of_success: Some(of_success) };
        classify(&policy, &Failure::new(), said)
    };
    let throttled = of_success(OfSuccess::Throttled);
    assert_eq!(throttled.kind, Throttled);
    assert!(!throttled.surely_not_executed(&Failure::new()));
    assert_eq!(of_success(OfSuccess::Retried).kind, Other);
}

#[test]
fn a_declared_kind_beats_the_built_in_sets_but_not_the_users_lists() {
    let policy = RetryPolicy::new();
    assert_eq!(kind(&policy, &Failure::permanent().with_code("SlowDown")), Permanent);
    assert_eq!(kind(&policy, &Failure::throttled()), Throttled);
    assert_eq!(kind(&policy, &Failure::transient()), Transient);
    assert_eq!(kind(&policy.clone().transient(false), &Failure::transient()), Permanent);
    let added = policy.added_errors(&["Mine"]);
    assert_eq!(kind(&added, &Failure::permanent().with_code("Mine")), Other);
}

#[test]
fn only_a_throttling_code_or_a_connection_never_made_proves_that_nothing_was_executed() {
    let policy = RetryPolicy::new().resolve();
    for (failure, expected) in [
        (coded("ThrottlingException", 400), true),
        (coded("SlowDown", 503), true),
        (coded("Else", 503), false),
        (coded("Else", 429), false),
        (Failure::transport(Transport::NeverConnected), true),
        (Failure::transport(Transport::ConnectTimeout), true),
        (Failure::transport(Transport::Io), false),
        (Failure::transport(Transport::Timeout), false),
        (Failure::throttled(), true),
    ] {
        let verdict = classify(&policy, &failure, Predicates::default());
        assert_eq!(verdict.surely_not_executed(&failure), expected, "{failure:?}");
    }
}

#[test]
fn legacy_wants_status_and_code() {
    let legacy = RetryPolicy::legacy();
    for (service, code, status, expected) in [
        ("", "Throttling", 400, Throttled),
        ("", "RequestThrottledException", 400, Throttled),
        ("", "TooManyRequestsException", 400, Permanent),
        ("", "SlowDown", 400, Permanent),
        ("", "SlowDown", 503, Transient),
        ("", "Any", 509, Transient),
        ("", "Any", 429, Throttled),
        ("organizations", "TooManyRequestsException", 400, Throttled),
        ("DynamoDB", "ReplicatedWriteConflictException", 409, Transient),
        ("DynamoDB", "ReplicatedWriteConflictException", 400, Permanent),
        ("DynamoDB", "TransactionInProgressException", 400, Throttled),
        ("EC2", "RequestLimitExceeded", 503, Throttled),
        ("SQS", "RequestThrottled", 403, Throttled),
        ("SQS", "RequestThrottled", 400, Permanent),
        ("Glacier", "RequestTimeoutException", 408, Transient),
        ("Route 53", "PriorRequestNotComplete", 400, Throttled),
        ("STS", "IDPCommunicationError", 400, Transient),
        ("Kinesis", "LimitExceededException", 400, Throttled),
        ("S3", "BadDigest", 400, Transient),
    ] {
        let policy = legacy.clone().service(service);
        assert_eq!(kind(&policy, &coded(code, status)), expected, "{service} {code} {status}");
    }
}

#[test]
fn standard_knows_models_services_and_429() {
    let standard = RetryPolicy::standard();
    let modeled = |modeled, kind| Failure {
        modeled: Some(modeled),
        modeled_kind: kind,
        ..coded("Model", 429)
    };
    for code in codes::THROTTLING {
        assert_eq!(kind(&standard, &coded(code, 503)), Throttled, "{code}");
    }
    assert_eq!(kind(&standard, &coded("ServiceUnavailable", 400)), Permanent);
    assert_eq!(kind(&standard, &coded("RequestTimeout", 400)), Transient);
    assert_eq!(kind(&standard, &modeled(true, None)), Permanent);
    assert_eq!(kind(&standard, &modeled(false, None)), Throttled);
    assert_eq!(kind(&standard, &modeled(true, Some(Transient))), Transient);
    assert_eq!(kind(&standard, &coded("InternalError", 400)), Permanent);
    assert_eq!(kind(&standard.clone().service("s3"), &coded("InternalError", 400)), Transient);
    assert_eq!(
        kind(&standard.clone().service("sts"), &coded("IDPCommunicationError", 400)),
        Transient
    );
    assert_eq!(kind(&standard, &coded("Else", 509)), Permanent);
}

/// An error that lost its status may still have a code that means one.
#[test]
fn a_server_fault_is_transient_by_its_code_alone() {
    let by_code = |policy: &RetryPolicy, code| kind(policy, &Failure::new().with_code(code));
    for code in [
        "ServiceUnavailableException",
        "InternalServerException",
        "InternalServiceError",
        "InternalFailure",
        "InternalError",
        "Unavailable",
    ] {
        for mode in [
            Mode::Decorator,
            Mode::Paced,
            Mode::Standard,
            Mode::Standard20,
            Mode::Adaptive,
            Mode::Legacy,
        ] {
            let policy = RetryPolicy::new().mode(mode);
            assert_eq!(by_code(&policy, code), Transient, "{mode:?} {code}");
            assert_eq!(by_code(&policy.transient(false), code), Permanent, "{mode:?} {code}");
            let python = RetryPolicy::new().mode(mode).codes(Codes::Python);
            assert_eq!(by_code(&python, code), Permanent, "{mode:?} {code}");
            let guessed = Failure {
                read_from: Some(crate::ReadFrom::Text),
                ..Failure::new().with_code(code)
            };
            let expected = match mode {
                Mode::Decorator | Mode::Paced => Transient,
                _ => Permanent,
            };
            assert_eq!(kind(&RetryPolicy::new().mode(mode), &guessed), expected, "{mode:?} {code}");
        }
    }
    assert_eq!(by_code(&RetryPolicy::new(), "ConflictException"), Permanent);
}

#[test]
fn throttles_beyond_awss_fourteen_are_for_the_default_and_the_paced_mode() {
    for code in ["KMSThrottlingException", "ThrottledClientException", "Throttled", "KmsThrottled"]
    {
        for mode in [Mode::Decorator, Mode::Paced] {
            assert_eq!(
                kind(&RetryPolicy::new().mode(mode), &coded(code, 400)),
                Throttled,
                "{code}"
            );
        }
        for mode in [Mode::Standard, Mode::Standard20, Mode::Adaptive, Mode::Legacy] {
            assert_eq!(
                kind(&RetryPolicy::new().mode(mode), &coded(code, 400)),
                Permanent,
                "{code}"
            );
        }
    }
}

#[test]
fn a_dependencys_throttle_is_retried_and_proves_nothing() {
    let policy = RetryPolicy::new().resolve();
    for (code, proof) in [("LambdaThrottledException", false), ("ThrottledClientException", true)] {
        let failure = coded(code, 429);
        let verdict = classify(&policy, &failure, Predicates::default());
        assert_eq!(verdict.kind, Throttled, "{code}");
        assert_eq!(verdict.surely_not_executed(&failure), proof, "{code}");
    }
}

#[test]
fn the_default_and_the_paced_mode_retry_whatever_the_model_marks() {
    for mode in [Mode::Decorator, Mode::Paced] {
        let policy = RetryPolicy::new().mode(mode);
        let marked = Failure { modeled_kind: Some(Transient), ..coded("AnyConflict", 409) };
        assert_eq!(kind(&policy, &marked), Transient);
        assert_eq!(kind(&policy.clone().transient(false), &marked), Permanent);
        // S3 answers a copy with 200 and fails on the way; STS asks an identity provider.
        assert_eq!(kind(&policy, &coded("InternalError", 200)), Transient);
        assert_eq!(kind(&policy, &coded("IDPCommunicationError", 400)), Transient);
        assert_eq!(kind(&policy, &coded("IDPCommunicationErrorException", 400)), Transient);
        assert_eq!(kind(&policy, &coded("ReplicatedWriteConflictException", 409)), Transient);
    }
}

#[test]
fn lists_know_a_code_by_any_of_its_names() {
    let added = RetryPolicy::new().added_errors(&["InvalidIdentityToken", "ResourceExists*"]);
    for code in ["InvalidIdentityToken", "InvalidIdentityTokenException", "ResourceExistsException"]
    {
        assert_eq!(kind(&added, &coded(code, 400)), Other, "{code}");
    }
    let excluded = RetryPolicy::new().excluded_errors(&["Ec2Throttled", "Limit*", "SlowDownFault"]);
    for code in ["EC2ThrottledException", "LimitExceededException", "SlowDown"] {
        assert_eq!(kind(&excluded, &coded(code, 503)), Permanent, "{code}");
    }
}

#[test]
fn legacy_knows_its_codes_where_the_type_lost_the_status() {
    let by_code = |code| kind(&RetryPolicy::legacy(), &Failure::new().with_code(code));
    assert_eq!(by_code("ThrottlingException"), Throttled);
    assert_eq!(by_code("TooManyRequestsException"), Permanent, "a rule of one service");
}

#[test]
fn a_code_of_any_table_is_known() {
    let of_tables = [
        "ThrottlingException",
        "CancelledByUserException",
        "BulkLoadIdNotFoundException",
        "ExpiredToken",
        "ConflictException",
    ];
    for code in of_tables {
        assert!(codes::is_known(code), "{code}");
    }
    assert!(!codes::is_known("NoSuchCode"));
}
