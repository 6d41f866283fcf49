//! The steps of a script: the fate of one request.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use crate::call::Protocol;
use crate::http::{Answer, Ending, Request};

#[derive(Clone, Debug)]
pub enum Step {
    /// Reads the request and answers.
    Answer(Answer),
    /// Reads the request, and answers with the function's result.
    Compute(fn(&Request) -> Answer),
    /// Passes the request to the server behind, and returns its answer.
    Forward(SocketAddr),
    /// The server behind gets and executes the request, but its answer is lost.
    LoseAnswer(SocketAddr),
    /// Resets the connection without reading the request.
    Reset,
    /// Reads the request and closes the connection.
    Hangup,
    /// Reads the request and never answers.
    Stall,
}

impl Step {
    /// Status 200 and this JSON document.
    pub fn ok(json: impl Into<Bytes>) -> Self {
        Self::Answer(Answer::json(json))
    }

    /// An error as AWS JSON 1.0 and 1.1 spell it: the code is in the body.
    pub fn error(status: u16, code: &str) -> Self {
        Self::error_of(Protocol::Json, status, code)
    }

    /// An error as REST-JSON services (Lambda, EKS) spell it: the code is in a header.
    pub fn rest_json_error(status: u16, code: &str) -> Self {
        Self::error_of(Protocol::RestJson, status, code)
    }

    /// An error as the query protocol (STS, IAM, SNS) spells it.
    pub fn xml_error(status: u16, code: &str) -> Self {
        Self::error_of(Protocol::Query, status, code)
    }

    /// An error as EC2 spells it.
    pub fn ec2_error(status: u16, code: &str) -> Self {
        Self::error_of(Protocol::Ec2, status, code)
    }

    /// An error as S3 spells it. With status 200 it is the answer to a copy that failed on the way.
    pub fn s3_error(status: u16, code: &str) -> Self {
        Self::error_of(Protocol::S3, status, code)
    }

    fn error_of(protocol: Protocol, status: u16, code: &str) -> Self {
        Self::Answer(protocol.error(status, code, "scripted"))
    }

    /// An error of a service that spoke the query protocol before JSON (SQS): `code` is the shape's
    /// name, `query_code` the code of old, which the SDK reports.
    pub fn query_compatible_error(status: u16, code: &str, query_code: &str) -> Self {
        Self::error(status, code).header("x-amzn-query-error", &format!("{query_code};Sender"))
    }

    /// `ThrottlingException` with status 400, as most services throttle.
    pub fn throttled() -> Self {
        Self::error(400, "ThrottlingException")
    }

    /// A refusal because the client's clock is wrong, by a service whose clock shows the year 2100.
    pub fn clock_skew() -> Self {
        Self::error(400, "RequestTimeTooSkewed").header("date", "Fri, 01 Jan 2100 00:00:00 GMT")
    }

    /// The page of a load balancer whose servers are gone.
    pub fn html(status: u16) -> Self {
        let body = format!("<html><body><h1>{status} unavailable</h1></body></html>");
        Self::Answer(Answer::new(status, "text/html", body))
    }

    /// A status and nothing else.
    pub fn empty(status: u16) -> Self {
        Self::Answer(Answer::new(status, "application/x-amz-json-1.1", ""))
    }

    /// Adds a header to an answer.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.with(|answer| answer.header(name, value))
    }

    /// Delays an answer.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        self.with(|answer| Answer { delay, ..answer })
    }

    /// Ends the connection in the middle of the answer's body.
    #[must_use]
    pub fn cut(self) -> Self {
        self.with(|answer| Answer { ending: Ending::Cut, ..answer })
    }

    /// Sends half of the answer's body, and then nothing more.
    #[must_use]
    pub fn stalled(self) -> Self {
        self.with(|answer| Answer { ending: Ending::Stalled, ..answer })
    }

    fn with(self, change: impl FnOnce(Answer) -> Answer) -> Self {
        match self {
            Self::Answer(answer) => Self::Answer(change(answer)),
            other => panic!("{other:?} has no answer to change"),
        }
    }
}
