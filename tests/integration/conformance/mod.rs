//! AWS's modes compared with the SDK: one script of answers is played to an SDK client that retries by
//! `aws-smithy-runtime`'s own strategies, and to the same client without retries inside `#[aws_retry]`.
//! The requests, the waits and the outcomes are the same, except for the differences that
//! `docs/modes.md` lists. Each of those has a test too.
//!
//! Both run on a paused clock. The jitter is off on both sides: the SDK's "static exponential base".

mod adaptive;
mod differences;
mod long_poll;
mod quota;
mod sides;
mod single;
mod wire;
