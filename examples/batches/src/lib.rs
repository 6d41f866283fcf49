//! The parts that the examples share.

use aws_retry_testkit::endpoint::{Answer, Request};
use serde_json::Value;

/// Prints the log lines of the attribute and of batches: each retry, and each end.
pub fn print_retries() {
    tracing_subscriber::fmt().without_time().with_ansi(false).init();
}

/// The list that the document of a request holds at `path`.
#[must_use]
pub fn sent(request: &Request, path: &str) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    body.pointer(path).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// An answer of status 200.
#[must_use]
pub fn answer(json: &Value) -> Answer {
    Answer::new(200, "application/x-amz-json-1.1", json.to_string())
}
