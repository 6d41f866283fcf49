//! A connector that follows a script and records the time of each request.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use bytes::Bytes;
use futures::stream;
use http_body_util::StreamBody;
use hyper::body::Frame;
use tokio::time::Instant;

/// The outcome of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Ok,
    /// An error answer with these headers.
    Error {
        status: u16,
        code: Option<&'static str>,
        headers: &'static [(&'static str, &'static str)],
    },
    /// A load balancer's page.
    Html(u16),
    /// Status 200, and the connection ends within the body.
    Cut,
    /// The connector fails: the connection was lost.
    Io,
    Timeout,
    /// An error of hyper's that the SDK marks as transient.
    Lost,
    /// The connector fails for an unknown reason, or because of the user.
    Unknown,
    User,
}

impl Reply {
    pub const fn error(status: u16, code: &'static str) -> Self {
        Self::Error { status, code: Some(code), headers: &[] }
    }

    pub const fn status(status: u16) -> Self {
        Self::Error { status, code: None, headers: &[] }
    }

    fn play(self) -> Result<HttpResponse, ConnectorError> {
        let answer = |status: u16, body: SdkBody| {
            HttpResponse::new(StatusCode::try_from(status).expect("a status"), body)
        };
        Ok(match self {
            Self::Ok => answer(200, "{}".into()),
            Self::Error { status, code, headers } => {
                let body = match code {
                    Some(code) => format!(r#"{{"__type":"{code}","message":"scripted"}}"#),
                    None => String::new(),
                };
                let mut answer = answer(status, body.into());
                for (name, value) in headers {
                    answer.headers_mut().insert(*name, *value);
                }
                answer
            }
            Self::Html(status) => answer(status, "<html>unavailable</html>".into()),
            Self::Cut => {
                let lost = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
                let frames = stream::iter([Ok(Frame::data(Bytes::from_static(b"{"))), Err(lost)]);
                answer(200, SdkBody::from_body_1_x(StreamBody::new(frames)))
            }
            Self::Io => return Err(ConnectorError::io("scripted".into())),
            Self::Timeout => return Err(ConnectorError::timeout("scripted".into())),
            Self::Lost => {
                let transient = Some(ErrorKind::TransientError);
                return Err(ConnectorError::other("scripted".into(), transient));
            }
            Self::Unknown => return Err(ConnectorError::other("scripted".into(), None)),
            Self::User => return Err(ConnectorError::user("scripted".into())),
        })
    }
}

/// The service's side. Clones share the script and the records.
#[derive(Clone, Debug, Default)]
pub struct Wire(Arc<Mutex<Notes>>);

#[derive(Debug, Default)]
struct Notes {
    script: VecDeque<Reply>,
    came: Vec<Instant>,
}

impl Wire {
    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answers to the next requests; those after them succeed.
    pub fn play(&self, script: impl IntoIterator<Item = Reply>) {
        self.notes().script = script.into_iter().collect();
    }

    /// The times of the requests since the last check.
    pub fn take(&self) -> Vec<Instant> {
        std::mem::take(&mut self.notes().came)
    }

    pub fn client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }
}

impl HttpConnector for Wire {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let mut notes = self.notes();
        notes.came.push(Instant::now());
        let reply = notes.script.pop_front().unwrap_or(Reply::Ok);
        HttpConnectorFuture::ready(reply.play())
    }
}
