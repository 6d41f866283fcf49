//! What an endpoint does with one request.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use super::Request;

#[derive(Clone, Debug)]
pub enum Step {
    /// Reads the request and answers.
    Answer(Answer),
    /// Reads the request, and answers what it makes of it.
    Compute(fn(&Request) -> Answer),
    /// Hands the request to the server behind, and its answer back.
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

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// How long the answer takes.
    pub delay: Duration,
    /// Closes the connection in the middle of the body.
    pub cut: bool,
}

impl Answer {
    pub fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into(),
            delay: Duration::ZERO,
            cut: false,
        }
    }
}

impl Step {
    /// Status 200 and this JSON document.
    pub fn ok(json: impl Into<Bytes>) -> Self {
        Self::Answer(Answer::new(200, "application/x-amz-json-1.1", json))
    }

    /// An error as AWS JSON 1.0 and 1.1 spell it.
    pub fn error(status: u16, code: &str) -> Self {
        let body = format!(r#"{{"__type":"{code}","message":"scripted"}}"#);
        Self::Answer(Answer::new(status, "application/x-amz-json-1.1", body))
    }

    /// An error as the query protocol spells it.
    pub fn xml_error(status: u16, code: &str) -> Self {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>scripted</Message>\
             </Error><RequestId>4f2f0000-0000-4000-8000-000000000000</RequestId></ErrorResponse>"
        );
        Self::Answer(Answer::new(status, "text/xml", body))
    }

    /// `ThrottlingException` with status 400, as most services throttle.
    pub fn throttled() -> Self {
        Self::error(400, "ThrottlingException")
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
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.answer().headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Delays an answer.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.answer().delay = delay;
        self
    }

    /// Ends the connection in the middle of the answer's body.
    #[must_use]
    pub fn cut(mut self) -> Self {
        self.answer().cut = true;
        self
    }

    fn answer(&mut self) -> &mut Answer {
        match self {
            Self::Answer(answer) => answer,
            other => panic!("{other:?} has no answer to change"),
        }
    }
}
