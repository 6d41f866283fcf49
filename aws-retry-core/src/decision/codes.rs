//! The AWS error-code sets, their per-service rules, and patterns over codes.
//!
//! Sources: the Python decorator's set; botocore's `retries/standard.py` and `data/_retry.json`;
//! aws-runtime's `retries/classifiers.rs`; the cross-SDK Retry Behavior 2.1.

/// The Python decorator's eleven.
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

/// The fourteen codes that every AWS SDK takes for a throttle.
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

/// The codes that every AWS SDK takes for a transient failure.
pub const TRANSIENT: &[&str] = &["RequestTimeout", "RequestTimeoutException"];

/// Missing, invalid or expired credentials: no retry helps.
pub const CREDENTIALS: &[&str] = &[
    "ExpiredToken",
    "ExpiredTokenException",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
];

/// Patterns that [`Codes::Eventual`](crate::Codes::Eventual) adds: reads after a create.
pub const EVENTUAL: &[&str] = &["*NotFound"];

/// Codes that look like a throttle and often are a hard limit.
pub const MAYBE_HARD_LIMIT: &[&str] = &["LimitExceededException", "ServiceQuotaExceededException"];

/// More codes that are known for codes when they stand at the start of a message: the most frequent of
/// those that services model as retryable, the clock-skew codes and the most frequent permanent ones.
const ALSO_KNOWN: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthFailure",
    "ConcurrentModificationException",
    "ConflictException",
    "InternalError",
    "InternalFailure",
    "InternalServerErrorException",
    "InternalServerException",
    "InternalServiceError",
    "InvalidSignatureException",
    "ModelNotReadyException",
    "ReplicatedWriteConflictException",
    "RequestTimeTooSkewed",
    "ResourceNotFoundException",
    "RetryableConflictException",
    "ServiceQuotaExceededException",
    "ServiceUnavailableException",
    "SignatureDoesNotMatch",
    "UnauthorizedOperation",
    "ValidationException",
];

pub(crate) const TRANSIENT_STATUSES: &[u16] = &[500, 502, 503, 504];
pub(crate) const LEGACY_STATUSES: &[u16] = &[429, 500, 502, 503, 504, 509];

/// A code that one service retries; a status or a service that is `None` matches any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ServiceRule {
    service: Option<&'static str>,
    status: Option<u16>,
    code: &'static str,
    pub throttled: bool,
}

const fn rule(
    service: &'static str,
    status: u16,
    code: &'static str,
    throttled: bool,
) -> ServiceRule {
    ServiceRule { service: Some(service), status: Some(status), code, throttled }
}

const fn any_service(code: &'static str) -> ServiceRule {
    ServiceRule { service: None, status: Some(400), code, throttled: true }
}

/// botocore's `data/_retry.json`: status and code must both match.
pub(crate) const LEGACY_SERVICE_RULES: &[ServiceRule] = &[
    any_service("Throttling"),
    any_service("ThrottlingException"),
    any_service("ThrottledException"),
    any_service("RequestThrottledException"),
    any_service("ProvisionedThroughputExceededException"),
    rule("dynamodb", 409, "ReplicatedWriteConflictException", false),
    rule("dynamodb", 400, "TransactionInProgressException", true),
    rule("ec2", 503, "RequestLimitExceeded", true),
    rule("ec2", 503, "EC2ThrottledException", true),
    rule("cloudsearch", 509, "BandwidthLimitExceeded", true),
    rule("kinesis", 400, "LimitExceededException", true),
    rule("sqs", 403, "RequestThrottled", true),
    rule("s3", 400, "RequestTimeout", false),
    rule("s3", 400, "BadDigest", false),
    rule("glacier", 408, "RequestTimeoutException", false),
    rule("route53", 400, "Throttling", true),
    rule("route53", 400, "PriorRequestNotComplete", true),
    rule("sts", 400, "IDPCommunicationError", false),
    rule("organizations", 400, "TooManyRequestsException", true),
];

/// What Retry Behavior 2.1 adds to the common sets for one service.
pub(crate) const STANDARD_SERVICE_RULES: &[ServiceRule] = &[
    ServiceRule {
        service: Some("sts"),
        status: None,
        code: "IDPCommunicationError",
        throttled: false,
    },
    ServiceRule {
        service: Some("dynamodb"),
        status: None,
        code: "CRC32CheckFailed",
        throttled: false,
    },
    ServiceRule { service: Some("s3"), status: None, code: "InternalError", throttled: false },
];

impl ServiceRule {
    pub fn matches(&self, service: Option<&str>, status: Option<u16>, code: &str) -> bool {
        self.code == code
            && self.status.is_none_or(|wanted| status == Some(wanted))
            && self.service.is_none_or(|wanted| service.is_some_and(|it| same_service(it, wanted)))
    }
}

/// Services are written as the SDK's service id (`"DynamoDB"`), the signing name or the endpoint's.
fn same_service(written: &str, name: &str) -> bool {
    let mut letters =
        written.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase());
    name.bytes().all(|b| letters.next() == Some(b)) && letters.next().is_none()
}

pub(crate) fn is_dynamodb(service: &str) -> bool {
    same_service(service, "dynamodb")
}

pub(crate) fn is_dynamodb_streams(service: &str) -> bool {
    same_service(service, "dynamodbstreams")
}

/// The long polls of Retry Behavior 2.1.
pub(crate) fn is_long_polling(service: &str, operation: &str) -> bool {
    let polls: &[(&[&str], &[&str])] = &[
        (&["sqs"], &["ReceiveMessage"]),
        (&["sfn", "states"], &["GetActivityTask"]),
        (&["swf"], &["PollForActivityTask", "PollForDecisionTask"]),
    ];
    polls.iter().any(|(services, operations)| {
        services.iter().any(|it| same_service(service, it)) && operations.contains(&operation)
    })
}

/// A failure's error code, and where it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code<'a> {
    pub text: &'a str,
    /// Read off a message: believed only where a list names it letter for letter.
    pub guessed: bool,
}

impl Code<'_> {
    /// Whether one of `list`'s codes or patterns covers this code.
    pub fn in_list(&self, list: &[&str]) -> bool {
        list.iter().any(|it| if self.guessed { *it == self.text } else { matches(it, self.text) })
    }
}

/// Whether `code` is one of the codes this module knows, throttling, transient or permanent.
pub(crate) fn is_known(code: &str) -> bool {
    [DECORATOR, THROTTLING, TRANSIENT, CREDENTIALS, ALSO_KNOWN]
        .iter()
        .any(|set| set.contains(&code))
}

/// Whether `code` fits `pattern`, in which each `*` stands for any text, the empty one included.
///
/// ```
/// use aws_retry_core::codes::matches;
/// assert!(matches("*.NotFound", "InvalidInstanceID.NotFound"));
/// assert!(!matches("*.NotFound", "ResourceNotFoundException"));
/// assert!(matches("Throttl*", "ThrottledException"));
/// ```
#[must_use]
pub fn matches(pattern: &str, code: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == code };
    let Some(mut code) = code.strip_prefix(head) else { return false };
    // Between two stars the earliest hit is never worse than a later one; the last piece is a suffix.
    let mut pieces = rest.split('*').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return code.ends_with(piece);
        }
        match code.find(piece) {
            Some(at) => code = code.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, code, fits) in [
            ("SlowDown", "SlowDown", true),
            ("SlowDown", "SlowDowns", false),
            ("*", "", true),
            ("*NotFound", "NotFound", true),
            ("*NotFound", "NotFoundException", false),
            ("*.NotFound", "Invalid.NotFound", true),
            ("*.NotFound", "ResourceNotFoundException", false),
            ("A*B*C", "AxBxC", true),
            ("A*B*C", "AxBx", false),
            ("A*A", "A", false),
            ("*ab*ab", "abab", true),
            ("*ab*ab", "ab", false),
            ("**", "x", true),
        ] {
            assert_eq!(matches(pattern, code), fits, "{pattern} {code}");
        }
    }

    #[test]
    fn services_are_known_by_any_of_their_names() {
        for name in ["dynamodb", "DynamoDB", "Dynamo DB"] {
            assert!(is_dynamodb(name), "{name}");
        }
        for name in ["dynamodb-streams", "DynamoDB Streams"] {
            assert!(is_dynamodb_streams(name) && !is_dynamodb(name), "{name}");
        }
        assert!(!is_dynamodb("dynamodbx"));
        assert!(is_long_polling("SQS", "ReceiveMessage"));
        assert!(!is_long_polling("SQS", "SendMessage"));
        assert!(!is_long_polling("", ""));
    }

    #[test]
    fn a_guessed_code_fits_no_pattern() {
        let code = Code { text: "Foo.NotFound", guessed: true };
        assert!(!code.in_list(EVENTUAL));
        assert!(code.in_list(&["Foo.NotFound"]));
    }
}
