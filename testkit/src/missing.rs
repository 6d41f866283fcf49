//! Programs that a test needs and a machine may not have.

use std::env;
use std::io::{self, Write};

/// Says that a test is skipped because `peer` is missing for this reason. With `AWS_RETRY_REQUIRE_PEERS=1` that is a
/// failure.
pub fn missing(peer: &str, reason: &str) {
    let required = env::var("AWS_RETRY_REQUIRE_PEERS").is_ok_and(|value| value == "1");
    assert!(!required, "no {peer}: {reason}");
    let reason = reason.lines().last().unwrap_or_default();
    // It bypasses the harness, which shows a test's own output only when the test fails.
    let _ = writeln!(io::stderr(), "SKIPPED: no {peer} ({reason})");
}
