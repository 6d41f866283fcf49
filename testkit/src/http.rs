//! Requests and answers: the code that all servers of this crate share.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::HeaderMap;
use hyper::body::{Frame, Incoming};
use hyper::header::{CONNECTION, CONTENT_LENGTH};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

pub(crate) type Body = BoxBody<Bytes, io::Error>;

/// A request that a server has read.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Request {
    /// A header's value, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) async fn read(request: hyper::Request<Incoming>) -> io::Result<Self> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let (method, path) = (head.method.to_string(), head.uri.to_string());
        Ok(Self { method, path, headers: head.headers, body })
    }

    /// Hands the request to the server at `upstream`, and brings its answer.
    pub(crate) async fn forward(&self, upstream: SocketAddr) -> io::Result<Answer> {
        let stream = TcpStream::connect(upstream).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        tokio::spawn(connection);
        let mut request = hyper::Request::builder()
            .method(self.method.as_str())
            .uri(self.path.as_str())
            .body(Full::new(self.body.clone()))
            .map_err(io::Error::other)?;
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().remove(CONNECTION);
        let answer = sender.send_request(request).await.map_err(io::Error::other)?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let text = |value: &hyper::header::HeaderValue| value.to_str().map(str::to_owned).ok();
        let headers = head
            .headers
            .iter()
            .filter(|(name, _)| *name != CONNECTION && *name != CONTENT_LENGTH)
            .filter_map(|(name, value)| Some((name.to_string(), text(value)?)))
            .collect();
        let status = head.status.as_u16();
        Ok(Answer { status, headers, body, delay: Duration::ZERO, ending: Ending::Whole })
    }
}

/// An answer that a server gives.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// The time until the answer begins.
    pub delay: Duration,
    pub ending: Ending,
}

/// How an answer's body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Whole,
    /// The connection ends in the middle.
    Cut,
    /// Nothing more comes after the first half, and the connection stays open.
    Stalled,
}

impl Answer {
    pub fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into(),
            delay: Duration::ZERO,
            ending: Ending::Whole,
        }
    }

    /// Status 200 and this JSON document.
    pub fn json(json: impl Into<Bytes>) -> Self {
        Self::new(200, "application/x-amz-json-1.1", json)
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn write(self) -> io::Result<hyper::Response<Body>> {
        let mut response =
            hyper::Response::builder().status(self.status).header(CONTENT_LENGTH, self.body.len());
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        let half = || self.body.slice(..self.body.len() / 2);
        let body = match self.ending {
            Ending::Whole => {
                Full::new(self.body).map_err(|never: Infallible| match never {}).boxed()
            }
            Ending::Cut => {
                let lost = Err(io::Error::from(io::ErrorKind::ConnectionAborted));
                // Two polls apart, so that the first half is on its way when the connection ends.
                let frames = stream::iter([Ok(Frame::data(half())), lost]).then(|frame| async {
                    tokio::task::yield_now().await;
                    frame
                });
                BodyExt::boxed(StreamBody::new(frames.into_stream()))
            }
            Ending::Stalled => {
                let frames = stream::iter([Ok(Frame::data(half()))]).chain(stream::pending());
                BodyExt::boxed(StreamBody::new(frames))
            }
        };
        response.body(body).map_err(io::Error::other)
    }
}
