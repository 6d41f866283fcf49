//! AWS's modes beside the real thing: one script of answers, played to an SDK client that retries by
//! `aws-smithy-runtime`'s own strategies, and to the same client without retries inside `#[aws_retry]`.
//! The requests, the waits and the outcomes are the same, but for the differences that
//! `docs/modes.md` lists; each of those is a test, too.
//!
//! Both run on a paused clock. The jitter is off on both sides: the SDK's "static exponential base".

mod adaptive;
mod differences;
mod long_poll;
mod quota;
mod sides;
mod single;
mod wire;
