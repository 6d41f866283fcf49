//! The sets of AWS error codes, the rules per service, and the one way to compare codes.
//!
//! Sources: the Python decorator's set; botocore's `retries/standard.py` and `data/_retry.json`;
//! aws-runtime's `retries/classifiers.rs`; the cross-SDK Retry Behavior 2.1; and, for the codes that only the
//! default and the paced mode know, the models of all services (`scripts/codes.py`).

mod generated;
mod names;
mod services;

pub use names::matches;
pub(crate) use names::{fits, same};
pub(crate) use services::{
    LEGACY_SERVICE_RULES, STANDARD_SERVICE_RULES, ServiceRule, is_dynamodb, is_dynamodb_streams,
    is_long_polling,
};

/// The Python decorator's eleven codes.
pub const DECORATOR: &[&str] = &[
    "ThrottlingException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "ServiceUnavailable",
    "InternalServerError",
    "RequestTimeout",
    "ProvisionedThroughputExceededException",
    "LimitExceededException",
    "RequestExpired",
    "Throttling",
    "SlowDown",
];

/// The fourteen codes that every AWS SDK treats as a throttle.
pub const THROTTLING: &[&str] = &[
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

/// The codes that every AWS SDK treats as a transient failure.
pub const TRANSIENT: &[&str] = &["RequestTimeout", "RequestTimeoutException"];

/// Missing, invalid or expired credentials: no retry helps.
pub const CREDENTIALS: &[&str] = &[
    "ExpiredToken",
    "ExpiredTokenException",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
];

/// Patterns that [`Codes::Eventual`](crate::Codes::Eventual) adds, for reads after a create.
pub const EVENTUAL: &[&str] = &["*NotFound"];

/// Codes that look like a throttle and are often a hard limit.
pub const MAYBE_HARD_LIMIT: &[&str] = &["LimitExceededException", "ServiceQuotaExceededException"];

/// Server faults that no model lists: EC2's API reference has them under "server error codes".
const SERVER_FAULTS_OF_EC2: &[&str] = &[
    "InsufficientAddressCapacity",
    "InsufficientHostCapacity",
    "InsufficientInstanceCapacity",
    "InsufficientReservedInstanceCapacity",
    "InsufficientVolumeCapacity",
    "Unavailable",
];

/// Codes that AWS's modes retry for one service each, and that other services do not use.
const OF_ONE_SERVICE: &[&str] = &["CRC32CheckFailed", "IDPCommunicationError"];

/// Throttles that a service passes on from another service, which it may have called in the middle of its
/// work.
const OF_A_DEPENDENCY: &[&str] = &[
    "DependencyThrottle",
    "DependentServiceRequestThrottlingFault",
    "EKSRequestThrottledException",
    "LambdaThrottledException",
];

/// Codes that are in none of the sets but are still recognized at the start of a message: those of clock skew
/// and the most frequent permanent ones.
const ALSO_KNOWN: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthFailure",
    "ConcurrentModificationException",
    "ConflictException",
    "InvalidSignatureException",
    "RequestTimeTooSkewed",
    "ResourceNotFoundException",
    "ServiceQuotaExceededException",
    "SignatureDoesNotMatch",
    "UnauthorizedOperation",
    "ValidationException",
];

pub(crate) const TRANSIENT_STATUSES: &[u16] = &[500, 502, 503, 504];
pub(crate) const LEGACY_STATUSES: &[u16] = &[429, 500, 502, 503, 504, 509];

/// A failure's error code, and where it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code<'a> {
    pub text: &'a str,
    /// Read from a message: it may be a word that only looks like a code.
    pub guessed: bool,
}

impl Code<'_> {
    /// Whether one of `list`'s codes or patterns covers this code. A word that may not be a code is not
    /// matched against patterns, which are too wide for it.
    pub fn in_list(&self, list: &[&str]) -> bool {
        let believed = !self.guessed || is_known(self.text);
        list.iter().any(|it| if believed { fits(it, self.text) } else { same(it, self.text) })
    }
}

/// Whether the code says "too fast" in the default and the paced mode.
pub(crate) fn is_throttle(code: &str) -> bool {
    is_of(&[THROTTLING, generated::THROTTLES], code)
}

/// Whether a throttle with this code was passed on from another service.
pub(crate) fn is_of_a_dependency(code: &str) -> bool {
    is_of(&[OF_A_DEPENDENCY], code)
}

/// Whether the code means HTTP 500 or a similar status in the default and the paced mode.
pub(crate) fn is_server_fault(code: &str) -> bool {
    is_of(&[generated::SERVER_FAULTS, SERVER_FAULTS_OF_EC2], code)
}

/// Whether AWS's modes retry the code where they know the model or the service.
pub(crate) fn is_retryable(code: &str) -> bool {
    is_of(&[TRANSIENT, generated::RETRYABLE, OF_ONE_SERVICE], code)
}

/// Whether `code` is one of the codes this module knows, throttling, transient or permanent.
pub(crate) fn is_known(code: &str) -> bool {
    is_throttle(code)
        || is_server_fault(code)
        || is_retryable(code)
        || [DECORATOR, CREDENTIALS, ALSO_KNOWN, generated::LEFT_OUT]
            .iter()
            .any(|set| set.contains(&code))
}

/// The word of this module for `code`, so that a label has as many values as this module has words. A server can
/// write the same code in many ways.
#[cfg(any(test, feature = "metrics"))]
pub(crate) fn known(code: &str) -> Option<&'static str> {
    let sets = [
        THROTTLING,
        DECORATOR,
        CREDENTIALS,
        TRANSIENT,
        ALSO_KNOWN,
        OF_ONE_SERVICE,
        SERVER_FAULTS_OF_EC2,
        generated::THROTTLES,
        generated::SERVER_FAULTS,
        generated::RETRYABLE,
        generated::LEFT_OUT,
    ];
    let words = || sets.iter().copied().flatten().copied();
    words().find(|it| *it == code).or_else(|| words().find(|it| same(it, code)))
}

fn is_of(sets: &[&[&str]], code: &str) -> bool {
    let listed = sets.iter().any(|set| set.iter().any(|it| same(it, code)));
    listed && (!generated::LEFT_OUT.contains(&code) || sets.iter().any(|set| set.contains(&code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guessed_code_fits_no_pattern() {
        let code = Code { text: "Foo.NotFound", guessed: true };
        assert!(!code.in_list(EVENTUAL));
        assert!(code.in_list(&["Foo.NotFound"]));
    }

    #[test]
    fn a_guessed_code_that_is_known_fits_patterns() {
        let code = Code { text: "LimitExceededException", guessed: true };
        assert!(code.in_list(&["Limit*"]));
    }

    #[test]
    fn a_known_code_has_one_word_however_a_server_writes_it() {
        assert_eq!(known("ThrottlingException"), Some("ThrottlingException"));
        for code in ["tHROTTLING", "THROTTLINGException", "thROTtlINGError"] {
            assert!(known(code).is_some_and(|it| it != code && is_known(it)), "{code}");
        }
        assert_eq!(known("AccessDeniedException"), Some("AccessDeniedException"));
        for code in ["", "Foo", "Throttling\n", "*"] {
            assert_eq!(known(code), None, "{code:?}");
        }
    }

    #[test]
    fn throttles_that_awss_fourteen_lack() {
        for code in [
            "DependencyThrottle",
            "EKSRequestThrottledException",
            "KMSThrottling",
            "KMSThrottlingException",
            "KMSThrottlingFault",
            "KmsThrottled",
            "KmsThrottlingException",
            "RateLimitError",
            "SlowDownException",
            "Throttled",
            "ThrottledClientException",
            "ThrottledRequestException",
            "TooManyRequestException",
            "TooManyRequests",
            "TooManyRequestsError",
        ] {
            assert!(is_throttle(code) && !THROTTLING.contains(&code), "{code}");
        }
    }

    #[test]
    fn limits_and_conflicts_are_neither_throttles_nor_server_faults() {
        for code in [
            "ConcurrentModificationException",
            "ConflictException",
            "InsufficientCapacityException",
            "LimitExceeded",
            "LoopDetectedException",
            "ServiceQuotaExceededException",
            "TooManyRequestedAttributes",
            "TooManyTagsException",
            "VolumeModificationRateExceededException",
        ] {
            assert!(!is_throttle(code) && !is_server_fault(code) && !is_retryable(code), "{code}");
        }
    }

    #[test]
    fn server_faults_with_and_without_a_model() {
        for code in [
            "DependencyTimeout",
            "InsufficientInstanceCapacity",
            "InternalError",
            "InternalFailure",
            "InternalFailureException",
            "InternalServerException",
            "InternalServiceError",
            "ServiceUnavailable",
            "ServiceUnavailableException",
            "Unavailable",
        ] {
            assert!(is_server_fault(code), "{code}");
        }
    }

    /// The sets are disjoint, so that their order decides nothing.
    #[test]
    fn no_code_is_in_two_sets() {
        let sets = [generated::THROTTLES, generated::SERVER_FAULTS, generated::RETRYABLE];
        for code in sets.concat() {
            let kinds = [is_throttle(code), is_server_fault(code), is_retryable(code)];
            assert_eq!(kinds.iter().filter(|it| **it).count(), 1, "{code}");
        }
    }
}
