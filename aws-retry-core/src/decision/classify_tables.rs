//! AWS's modes by AWS's own tables of codes and statuses, spelled out.

use super::*;
use crate::RetryPolicy;
use Kind::{Credentials, Permanent, Throttled, Transient};

/// The same fourteen in botocore and in the SDKs for Rust, Go, JavaScript, PHP and Ruby.
const THROTTLING: [&str; 14] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
];

/// The codes that legacy retries with status 400 for every service.
const LEGACY_THROTTLING: [&str; 5] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "ProvisionedThroughputExceededException",
];

fn kind_of(mode: Mode, service: &'static str, code: Option<&'static str>, status: u16) -> Kind {
    let policy = RetryPolicy::new().mode(mode).service(service).resolve();
    let failure = Failure { code: code.map(Into::into), ..Failure::new().with_status(status) };
    classify(&policy, &failure, Predicates::default()).kind
}

#[test]
fn throttling_codes() {
    for code in THROTTLING {
        for mode in [Mode::Standard, Mode::Standard20, Mode::Adaptive, Mode::Decorator, Mode::Paced]
        {
            for status in [400, 403, 500, 503] {
                assert_eq!(kind_of(mode, "", Some(code), status), Throttled, "{mode:?} {code}");
            }
        }
        let expected = if LEGACY_THROTTLING.contains(&code) { Throttled } else { Permanent };
        assert_eq!(kind_of(Mode::Legacy, "", Some(code), 400), expected, "{code}");
        assert_eq!(kind_of(Mode::Legacy, "", Some(code), 402), Permanent, "{code}");
    }
    assert_eq!(codes::THROTTLING, THROTTLING);
}

#[test]
fn transient_codes() {
    for code in ["RequestTimeout", "RequestTimeoutException"] {
        for mode in [Mode::Standard, Mode::Standard20, Mode::Adaptive, Mode::Decorator, Mode::Paced]
        {
            assert_eq!(kind_of(mode, "", Some(code), 400), Transient, "{mode:?} {code}");
        }
        assert_eq!(kind_of(Mode::Legacy, "", Some(code), 400), Permanent, "{code}");
    }
}

#[test]
fn credentials() {
    let aws = [Mode::Legacy, Mode::Standard, Mode::Standard20, Mode::Adaptive];
    for mode in aws.into_iter().chain([Mode::Decorator, Mode::Paced]) {
        for code in [
            "ExpiredToken",
            "ExpiredTokenException",
            "UnrecognizedClientException",
            "InvalidClientTokenId",
        ] {
            for status in [400, 403, 503] {
                assert_eq!(kind_of(mode, "", Some(code), status), Credentials, "{mode:?} {code}");
            }
        }
    }
    for mode in aws {
        assert_eq!(kind_of(mode, "", Some("RequestExpired"), 400), Permanent, "{mode:?}");
    }
}

#[test]
fn statuses() {
    for status in 400..=599 {
        let standard = match status {
            429 => Throttled,
            500 | 502 | 503 | 504 => Transient,
            _ => Permanent,
        };
        let legacy = if status == 509 { Transient } else { standard };
        assert_eq!(kind_of(Mode::Legacy, "", None, status), legacy, "{status}");
        for mode in [Mode::Standard, Mode::Standard20, Mode::Adaptive, Mode::Decorator, Mode::Paced]
        {
            assert_eq!(kind_of(mode, "", None, status), standard, "{mode:?} {status}");
        }
    }
}

/// botocore's rules by service: status and code must both match.
#[test]
fn legacy_rules_by_service() {
    for (service, status, code, expected) in [
        ("dynamodb", 409, "ReplicatedWriteConflictException", Transient),
        ("dynamodb", 400, "TransactionInProgressException", Throttled),
        ("ec2", 503, "RequestLimitExceeded", Throttled),
        ("ec2", 503, "EC2ThrottledException", Throttled),
        ("cloudsearch", 509, "BandwidthLimitExceeded", Throttled),
        ("kinesis", 400, "LimitExceededException", Throttled),
        ("sqs", 403, "RequestThrottled", Throttled),
        ("s3", 400, "RequestTimeout", Transient),
        ("s3", 400, "BadDigest", Transient),
        ("glacier", 408, "RequestTimeoutException", Transient),
        ("route53", 400, "PriorRequestNotComplete", Throttled),
        ("sts", 400, "IDPCommunicationError", Transient),
        ("organizations", 400, "TooManyRequestsException", Throttled),
    ] {
        assert_eq!(
            kind_of(Mode::Legacy, service, Some(code), status),
            expected,
            "{service} {code}"
        );
        assert_eq!(kind_of(Mode::Legacy, service, Some(code), 402), Permanent, "{service} {code}");
        // Elsewhere only its status counts.
        let elsewhere = kind_of(Mode::Legacy, "lambda", Some(code), status);
        assert_eq!(elsewhere, kind_of(Mode::Legacy, "lambda", None, status), "{code}");
    }
}

#[test]
fn standard_rules_by_service() {
    for mode in [Mode::Standard, Mode::Standard20, Mode::Adaptive] {
        for (service, code) in [
            ("sts", "IDPCommunicationError"),
            ("dynamodb", "CRC32CheckFailed"),
            ("s3", "InternalError"),
        ] {
            assert_eq!(kind_of(mode, service, Some(code), 400), Transient, "{mode:?} {code}");
            assert_eq!(kind_of(mode, "lambda", Some(code), 400), Permanent, "{mode:?} {code}");
        }
    }
}

/// Every connection failure is transient in AWS's modes.
#[test]
fn connections() {
    for mode in [Mode::Legacy, Mode::Standard, Mode::Standard20, Mode::Adaptive] {
        for transport in [
            Transport::NeverConnected,
            Transport::ConnectTimeout,
            Transport::Io,
            Transport::Timeout,
            Transport::Response,
        ] {
            let policy = RetryPolicy::new().mode(mode).resolve();
            let failure = Failure::transport(transport);
            let verdict = classify(&policy, &failure, Predicates::default());
            assert_eq!(verdict.kind, Transient, "{mode:?} {transport:?}");
        }
    }
}
