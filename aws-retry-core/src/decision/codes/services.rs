//! The rules that AWS's modes have for one service, and the names of services.

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

/// Codes that Retry Behavior 2.1 adds to the common sets for one service.
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
            // An error that lost its status does not contradict any.
            && self.status.is_none_or(|wanted| status.is_none_or(|status| status == wanted))
            && self.service.is_none_or(|wanted| service.is_some_and(|it| same_service(it, wanted)))
    }
}

/// A service is written as the SDK's service id (`"DynamoDB"`), its signing name or its endpoint's name.
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
