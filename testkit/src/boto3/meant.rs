//! Where `#[aws_retry]` goes another way than boto3 on purpose.

use super::compare::Differs;

/// boto3 takes half an answer for a whole one that lacks fields.
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
