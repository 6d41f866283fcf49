//! The intended differences between `#[aws_retry]` and boto3.

use super::compare::Differs;

/// boto3 reads half an answer as a whole one without some fields.
const CUT: Differs = Differs {
    case: "cut short",
    why: "the SDK for Rust notices the missing bytes, and a lost connection is retried",
};

pub const DECORATOR: &[Differs] = &[
    CUT,
    Differs {
        case: "throttled, x-amz-retry-after: 3000",
        why: "the Python decorator knows no hints; waiting less than the server asks for helps nobody",
    },
];

pub const LEGACY: &[Differs] = &[CUT];

pub const STANDARD: &[Differs] = &[CUT];
