//! Batches against real clients of DynamoDB, Kinesis and SQS, and the code blocks of the page about them.

#[cfg(test)]
mod dynamodb;
#[cfg(test)]
mod kinesis;
#[cfg(test)]
mod sqs;

#[doc = include_str!("../../docs/batches.md")]
mod page {}

/// The document that a request holds.
#[cfg(test)]
fn json(request: &aws_retry_testkit::Request) -> serde_json::Value {
    serde_json::from_slice(&request.body).expect("a JSON document")
}

/// An answer of status 200.
#[cfg(test)]
fn answer(json: &serde_json::Value) -> aws_retry_testkit::Answer {
    aws_retry_testkit::Answer::new(200, "application/x-amz-json-1.0", json.to_string())
}
