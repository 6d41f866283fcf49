//! The attribute's arguments, one per row: every other fact about an argument is read from its row.

use crate::arg_names::rows;
use crate::kinds::{CODES, JITTERS, Kind, LOGS, MODES, NESTED, Needs, Place, Unless, When};

/// The facts about one argument.
pub struct Row {
    pub kind: Kind,
    /// The form in which it is written, for error messages and for the table in `ATTRIBUTE.md`. The first
    /// word is the argument's name.
    pub example: &'static str,
    /// Its default and its meaning, for the table in `ATTRIBUTE.md`.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test compares the page with it"))]
    pub default: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "a test compares the page with it"))]
    pub doc: &'static str,
    /// The condition under which it can end a call that has no error yet, which requires a value of the
    /// user's error type.
    pub cancels: When,
    /// The condition under which it needs an async function, and the reason.
    pub async_only: (When, &'static str),
    /// The send rate that it affects, which only some modes have.
    pub needs: Needs,
    /// An expression is evaluated before each attempt, not once per call.
    pub per_attempt: bool,
    pub excludes: &'static [Exclusion],
    /// On a method, it replaces this argument of the impl block, which has the same meaning under a different
    /// name.
    pub equals: &'static [ArgName],
    pub place: Place,
}

/// An argument that can't be used together with this one.
pub struct Exclusion {
    pub other: ArgName,
    pub unless: Unless,
    pub why: &'static str,
}

/// The facts that most arguments have in common.
const ROW: Row = Row {
    kind: Kind::Flag,
    example: "",
    default: "none",
    doc: "",
    cancels: When::Never,
    async_only: (When::Never, ""),
    needs: Needs::Nothing,
    per_attempt: false,
    excludes: &[],
    equals: &[],
    place: Place::Anywhere,
};

const NO_TURN: &str = "a sync function would block its thread while it waits for its turn";

const MAY_RUN_TWICE: &[Exclusion] = &[Exclusion {
    other: ArgName::Idempotent,
    unless: Unless::OtherIsNotFalse,
    why: "a request that came back `Ok` was executed",
}];

impl ArgName {
    /// The argument's name as it is written.
    pub fn name(self) -> &'static str {
        let example = self.row().example;
        example.split([' ', '(']).next().unwrap_or(example)
    }

    pub fn find(name: &str) -> Option<ArgName> {
        ArgName::ALL.iter().copied().find(|arg| arg.name() == name)
    }
}

rows!(
    MaxRetries {
        kind: Kind::Count { min: 0 },
        example: "max_retries = 5",
        default: "5",
        doc: "retries after the first attempt; 0 turns them off",
        excludes: &[Exclusion {
            other: ArgName::MaxAttempts,
            unless: Unless::ModeIsPaced,
            why: "`max_attempts = 6` means `max_retries = 5`"
        }],
        equals: &[ArgName::MaxAttempts]
    },
    BaseDelay {
        kind: Kind::Duration { zero: true },
        example: "base_delay = \"500ms\"",
        default: "500 ms",
        doc: "wait before the first retry: `\"250ms\"`, `\"1.5s\"`, `\"2m\"`, `\"1h\"`, or an expression of type `Duration`"
    },
    MaxDelay {
        kind: Kind::Duration { zero: true },
        example: "max_delay = \"30s\"",
        default: "30 s",
        doc: "longest wait, before jitter: with the default jitter a wait can reach 1.25 times it (37.5 s)"
    },
    TotalTimeout {
        kind: Kind::Duration { zero: false },
        example: "total_timeout = \"60s\"",
        doc: "bound on the whole call from its first poll: attempts, waits and queueing. A wait that would pass it is not started, and an attempt that passes it is canceled",
        cancels: When::Always,
        equals: &[ArgName::Deadline]
    },
    AddedErrors {
        kind: Kind::Codes,
        example: "added_errors = [\"SomeCode\"]",
        doc: "more codes to retry, or patterns with `*`"
    },
    Idempotent {
        kind: Kind::Switch,
        example: "idempotent = false",
        default: "`true`",
        doc: "`false`: retry only if the request certainly was not executed, by this attempt or an earlier one: after a throttling code, or if the connection was never made"
    },
    Mode {
        kind: Kind::Choice(MODES),
        example: "mode = \"paced\"",
        default: "`\"decorator\"`",
        doc: "which retry rules apply: `\"decorator\"`, `\"legacy\"`, `\"standard\"`, `\"standard-2.0\"`, `\"adaptive\"` or `\"paced\"`. A mode sets the defaults of the other arguments",
        cancels: When::Paced,
        async_only: (When::Paced, NO_TURN),
        equals: &[ArgName::Policy]
    },
    Scope {
        kind: Kind::Scope,
        example: "scope = (fn, account, region)",
        default: "the function",
        doc: "which calls share retry tokens and a send rate: those with an equal scope. A value or a tuple of values that implement `Display`; `fn` stands for the annotated function. `\"paced\"` and `\"adaptive\"` require it"
    },
    MaxAttempts {
        kind: Kind::Count { min: 1 },
        example: "max_attempts = 6",
        default: "6; paced: 20",
        doc: "attempts in total, the first one included: a hard bound in every mode. With the interceptor it bounds the SDK's retries too",
        equals: &[ArgName::MaxRetries]
    },
    Deadline {
        kind: Kind::Instant,
        example: "deadline = some_instant",
        doc: "the same bound as `total_timeout`, as an `Instant`",
        cancels: When::Always,
        equals: &[ArgName::TotalTimeout]
    },
    ThrottlingErrors {
        kind: Kind::Codes,
        example: "throttling_errors = [\"SomeCode\"]",
        doc: "more codes to treat as throttles, which also slow the send rate"
    },
    Multiplier {
        kind: Kind::Number { min: 1.0, max: f64::MAX },
        example: "multiplier = 2.0",
        default: "2",
        doc: "growth of the wait per retry, at least 1"
    },
    Jitter {
        kind: Kind::Choice(JITTERS),
        example: "jitter = \"full\"",
        default: "`true`",
        doc: "`true` (times 0.75 to 1.25), `false`, `\"full\"`, `\"equal\"` or `\"decorrelated\"`"
    },
    RetryableErrors {
        kind: Kind::Codes,
        example: "retryable_errors = [\"SomeCode\"]",
        default: "built in",
        doc: "retry exactly these codes. Implies `transient = false` unless that is written",
        excludes: &[Exclusion {
            other: ArgName::Codes,
            unless: Unless::None,
            why: "each names the whole set of codes to retry"
        }],
        equals: &[ArgName::Codes]
    },
    ExcludedErrors {
        kind: Kind::Codes,
        example: "excluded_errors = [\"SomeCode\"]",
        doc: "codes that are never retried: they beat every other rule"
    },
    Codes {
        kind: Kind::Choice(CODES),
        example: "codes = \"python\"",
        default: "`\"default\"`",
        doc: "built-in set of codes: `\"default\"`, `\"python\"` (the Python decorator's eleven alone, without transient failures) or `\"eventual\"` (the default, and codes that end in `NotFound`)",
        equals: &[ArgName::RetryableErrors]
    },
    Transient {
        kind: Kind::Switch,
        example: "transient = false",
        default: "`true`",
        doc: "retry time-outs, lost connections, HTTP 500, 502, 503, 504 and the codes that mean them"
    },
    Quota {
        kind: Kind::Switch,
        example: "quota = false",
        default: "`true`",
        doc: "pay for retries of transient failures with retry tokens (500 per scope, and a reserve), so that retries end in an outage"
    },
    AttemptTimeout {
        kind: Kind::Duration { zero: false },
        example: "attempt_timeout = \"5s\"",
        doc: "bound on each attempt",
        cancels: When::Always,
        async_only: (
            When::Always,
            "a sync attempt can't be canceled, so set the client's own timeouts"
        )
    },
    RetryIf {
        kind: Kind::Function,
        example: "retry_if = |error| ...",
        doc: "`fn(&E) -> bool`: `true` retries an error that the other rules do not. The error type then needs no other classification"
    },
    Unless {
        kind: Kind::Function,
        example: "unless = |error| ...",
        doc: "`fn(&E) -> bool`: `true` forbids the retry"
    },
    RetryIfOk {
        kind: Kind::Function,
        example: "retry_if_ok = |output| ...",
        doc: "`fn(&T) -> bool`: `true` retries a success. The last `Ok` comes back when the attempts are used up",
        excludes: MAY_RUN_TWICE
    },
    ThrottledIfOk {
        kind: Kind::Function,
        example: "throttled_if_ok = |output| ...",
        doc: "`fn(&T) -> bool`: `true` retries a success as a throttle, which also slows the send rate: unprocessed items, failed records. `aws_retry::batch` sends what is left",
        excludes: MAY_RUN_TWICE
    },
    OnAttempt {
        kind: Kind::Function,
        example: "on_attempt = |event| ...",
        doc: "`fn(&Event)`, called after every attempt"
    },
    OnRetry {
        kind: Kind::Function,
        example: "on_retry = |event| ...",
        doc: "`fn(&Event)`, called before the wait for a retry"
    },
    OnGiveUp {
        kind: Kind::Function,
        example: "on_give_up = |event| ...",
        doc: "`fn(&Event)`, called when the call fails, permanent errors included"
    },
    Policy {
        kind: Kind::Policy,
        example: "policy = &POLICY",
        doc: "a `&RetryPolicy` that is known at run time. Written arguments win over it; run-time overrides win over both",
        excludes: &[Exclusion {
            other: ArgName::Mode,
            unless: Unless::None,
            why: "the policy sets the mode"
        }],
        equals: &[ArgName::Mode]
    },
    Cost {
        kind: Kind::Number { min: 0.0, max: 1e9 },
        example: "cost = items.len()",
        default: "1",
        doc: "units of the quota that one attempt takes: items, records, capacity units, tokens. A number, or an expression of any type of number, evaluated before each attempt; rates are then units per second. `aws_retry::spent(units)` in the body corrects it",
        needs: Needs::Rate,
        per_attempt: true
    },
    KnownRate {
        kind: Kind::Number { min: f64::MIN_POSITIVE, max: f64::MAX },
        example: "known_rate = 20.0",
        doc: "paced: the published quota per second, more than 0. Sending begins at it, and measures correct it",
        needs: Needs::Paced
    },
    KnownBurst {
        kind: Kind::Number { min: f64::MIN_POSITIVE, max: f64::MAX },
        example: "known_burst = 100.0",
        doc: "paced, beside `known_rate`: units that the quota's full bucket holds, more than 0: they go out at once",
        needs: Needs::Paced
    },
    MaxRate {
        kind: Kind::Number { min: f64::MIN_POSITIVE, max: f64::MAX },
        example: "max_rate = 10.0",
        doc: "upper bound on attempts per second, or on units if a `cost` is written; more than 0",
        needs: Needs::Rate,
        async_only: (When::Always, NO_TURN)
    },
    Share {
        kind: Kind::Number { min: f64::MIN_POSITIVE, max: 1.0 },
        example: "share = 0.8",
        default: "1",
        doc: "part of the learned quota to use, more than 0 and at most 1",
        needs: Needs::Rate,
        async_only: (When::Always, NO_TURN)
    },
    FailFast {
        kind: Kind::Switch,
        example: "fail_fast = true",
        default: "`false`",
        doc: "return an error instead of waiting for a turn",
        needs: Needs::Rate,
        cancels: When::Always,
        async_only: (When::Always, NO_TURN)
    },
    Fleet {
        kind: Kind::Switch,
        example: "fleet = false",
        default: "`true`",
        doc: "paced: whether the scope takes part in the fleet that the process has joined with `aws_retry_fleet::join`",
        needs: Needs::Paced
    },
    Service {
        kind: Kind::Text,
        example: "service = \"ec2\"",
        default: "from the interceptor",
        doc: "the service, for the per-service rules of AWS's modes"
    },
    Operation {
        kind: Kind::Text,
        example: "operation = \"DescribeInstances\"",
        default: "from the interceptor",
        doc: "the operation, for the long-polling rules of AWS's modes"
    },
    Nested {
        kind: Kind::Choice(NESTED),
        example: "nested = \"retry\"",
        default: "`\"pass\"`",
        doc: "`\"pass\"`: return a failure that an annotated call inside the body has already given up on. `\"retry\"`: retry it"
    },
    TrustRecord {
        kind: Kind::Switch,
        example: "trust_record = true",
        default: "`false`",
        doc: "believe the interceptor's record even where the returned error does not confirm it"
    },
    Log {
        kind: Kind::Choice(LOGS),
        example: "log = \"debug\"",
        default: "`\"warn\"`; paced: `\"debug\"`",
        doc: "level of the log lines about retries: `\"off\"`, `\"trace\"`, `\"debug\"`, `\"info\"`, `\"warn\"` or `\"error\"`"
    },
    Clone {
        kind: Kind::Names,
        example: "clone(a, b)",
        default: "found from the body",
        doc: "arguments of which each attempt gets a clone",
        place: Place::Fn
    },
    Borrow {
        kind: Kind::Names,
        example: "borrow(a)",
        default: "found from the body",
        doc: "arguments that each attempt only borrows",
        place: Place::Fn
    },
    Name {
        kind: Kind::ConstText,
        example: "name = \"list\"",
        default: "the function's",
        doc: "name in logs and metrics",
        place: Place::Fn
    },
    Crate {
        kind: Kind::Path,
        example: "crate = path::to::aws_retry",
        default: "`::aws_retry`",
        doc: "path of the crate `aws-retry`"
    },
    Skip {
        kind: Kind::Flag,
        example: "skip",
        doc: "leave this method of an annotated impl block alone",
        place: Place::Method
    },
    Sync {
        kind: Kind::ConstSwitch,
        example: "sync = true",
        default: "`false`",
        doc: "on an annotated impl block: cover its sync methods too",
        place: Place::BlockOrMethod
    },
);
