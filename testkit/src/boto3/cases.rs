//! The scripts that are played to boto3 and to `#[aws_retry]`.

use std::iter::repeat_n;

use crate::endpoint::Step;

/// A script, and the number of calls against it. After its end everything succeeds.
#[derive(Clone, Debug)]
pub struct Case {
    pub name: String,
    pub steps: Vec<Step>,
    pub calls: usize,
}

/// More failures than any mode has attempts.
const FOREVER: usize = 24;

fn case(name: impl Into<String>, steps: impl IntoIterator<Item = Step>) -> Case {
    Case { name: name.into(), steps: steps.into_iter().collect(), calls: 1 }
}

fn calls(name: &str, calls: usize, steps: impl IntoIterator<Item = Step>) -> Case {
    Case { calls, ..case(name, steps) }
}

/// Every case of the comparison, whatever the service.
pub fn all() -> Vec<Case> {
    [codes(), statuses(), connections(), headers(), sequences(), quotas()].concat()
}

/// One answer with each of these codes.
fn codes() -> Vec<Case> {
    const CODES: [(u16, &str); 41] = [
        // AWS's throttling codes, under the status that they usually come with.
        (400, "Throttling"),
        (400, "ThrottlingException"),
        (400, "ThrottledException"),
        (400, "RequestThrottledException"),
        (400, "TooManyRequestsException"),
        (400, "ProvisionedThroughputExceededException"),
        (400, "TransactionInProgressException"),
        (400, "RequestLimitExceeded"),
        (400, "BandwidthLimitExceeded"),
        (400, "LimitExceededException"),
        (400, "RequestThrottled"),
        (400, "SlowDown"),
        (400, "PriorRequestNotComplete"),
        (400, "EC2ThrottledException"),
        // The same under others.
        (403, "RequestThrottled"),
        (403, "ThrottlingException"),
        (429, "TooManyRequestsException"),
        (429, "ThrottlingException"),
        (500, "ThrottlingException"),
        (503, "SlowDown"),
        (503, "RequestLimitExceeded"),
        (509, "BandwidthLimitExceeded"),
        // Transient, or at least by their names.
        (400, "RequestTimeout"),
        (408, "RequestTimeoutException"),
        (400, "InternalServerError"),
        (500, "InternalServerError"),
        (500, "InternalServiceError"),
        (500, "InternalFailure"),
        (503, "ServiceUnavailable"),
        (400, "ServiceUnavailable"),
        (409, "ReplicatedWriteConflictException"),
        (409, "ConflictException"),
        (400, "IDPCommunicationError"),
        // A retry does not help.
        (400, "ResourceNotFoundException"),
        (400, "ValidationException"),
        (403, "AccessDeniedException"),
        (400, "ExpiredTokenException"),
        (400, "RequestExpired"),
        (403, "InvalidSignatureException"),
        (400, "UnrecognizedClientException"),
        (402, "ServiceQuotaExceededException"),
    ];
    let once = |&(status, code): &(u16, &str)| {
        case(format!("{status} {code}"), [Step::error(status, code)])
    };
    CODES.iter().map(once).collect()
}

/// One answer with each of these statuses, without a known code.
fn statuses() -> Vec<Case> {
    const STATUSES: [u16; 11] = [400, 403, 404, 408, 409, 429, 500, 502, 503, 504, 509];
    let empty =
        STATUSES.map(|status| case(format!("{status} without a body"), [Step::empty(status)]));
    let unknown = [400, 429, 501, 503, 505]
        .map(|status| case(format!("{status} unknown code"), [Step::error(status, "Whatever")]));
    let html = [502, 503].map(|status| case(format!("{status} HTML"), [Step::html(status)]));
    // A code that the operation models decides over the status.
    let modeled = Step::error(429, "ResourceNotFoundException");
    let mut cases = [case("429 modeled code", [modeled])].to_vec();
    cases.extend(empty.into_iter().chain(unknown).chain(html));
    cases
}

fn connections() -> Vec<Case> {
    let cut = || Step::ok(r#"{"Name": "a name that is cut in the middle"}"#).cut();
    vec![
        case("reset", [Step::Reset]),
        case("hung up", [Step::Hangup]),
        case("cut short", [cut()]),
        case("stalled", [Step::Stall]),
        case("reset, hung up", [Step::Reset, Step::Hangup]),
        case("hung up for ever", repeat_n(Step::Hangup, FOREVER)),
        case("reset, throttled, stalled", [Step::Reset, Step::throttled(), Step::Stall]),
        case(
            "500, hung up, 400",
            [Step::empty(500), Step::Hangup, Step::error(400, "ValidationException")],
        ),
    ]
}

/// The server's hint, valid and invalid.
fn headers() -> Vec<Case> {
    const HINTS: [&str; 8] =
        ["1500", "0", "10000", "invalid", "-5", "1.5", "", "99999999999999999999"];
    let hints = HINTS.map(|hint| {
        let step = Step::empty(500).header("x-amz-retry-after", hint);
        case(format!("500, x-amz-retry-after: {hint:?}"), [step])
    });
    let mut cases = hints.to_vec();
    cases.extend([
        case(
            "throttled, x-amz-retry-after: 3000",
            [Step::throttled().header("x-amz-retry-after", "3000")],
        ),
        // Alone it makes nothing retryable.
        case(
            "400, x-amz-retry-after: 100",
            [Step::error(400, "ValidationException").header("x-amz-retry-after", "100")],
        ),
        case("503, Retry-After: 7", [Step::html(503).header("retry-after", "7")]),
    ]);
    cases
}

fn sequences() -> Vec<Case> {
    let throttled = Step::throttled;
    vec![
        case("nothing fails", []),
        case("throttled twice", [throttled(), throttled()]),
        case("throttled for ever", repeat_n(throttled(), FOREVER)),
        case("500 for ever", repeat_n(Step::empty(500), FOREVER)),
        case("503 HTML for ever", repeat_n(Step::html(503), FOREVER)),
        case("429 for ever", repeat_n(Step::empty(429), FOREVER)),
        case("500, throttled", [Step::empty(500), throttled()]),
        case("throttled, 400", [throttled(), Step::error(400, "ValidationException")]),
        case("throttled four times", repeat_n(throttled(), 4)),
        case("503 three times", repeat_n(Step::empty(503), 3)),
        case("throttled nine times", repeat_n(throttled(), 9)),
    ]
}

/// Many calls of one client, which share its quota and its send rate.
fn quotas() -> Vec<Case> {
    let ok = || Step::ok("{}");
    vec![
        calls("500 until the quota is empty", 40, repeat_n(Step::empty(500), 400)),
        calls("throttled until the quota is empty", 60, repeat_n(Step::throttled(), 600)),
        calls(
            "a success after a retry gives its cost back",
            60,
            [Step::empty(500), ok()].into_iter().cycle().take(120),
        ),
        calls(
            "successes fill an empty quota",
            60,
            repeat_n(Step::empty(500), 90)
                .chain(repeat_n(ok(), 10))
                .chain(repeat_n(Step::empty(500), 300)),
        ),
        calls(
            "throttles and outages by turns",
            50,
            [Step::throttled(), Step::empty(500), Step::Hangup].into_iter().cycle().take(450),
        ),
    ]
}
