//! The endpoint's side of a connection: one request, one step.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::{future, io};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONNECTION, CONTENT_LENGTH};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::{Answer, Request, State, Step};

type Body = BoxBody<Bytes, io::Error>;
type Shared = Arc<Mutex<State>>;

pub(super) async fn accept(listener: TcpListener, state: Shared, otherwise: Step) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            return;
        };
        tokio::spawn(connection(stream, Arc::clone(&state), otherwise.clone()));
    }
}

async fn connection(stream: TcpStream, state: Shared, otherwise: Step) {
    // A connection that its client gives up before it sends anything is no request.
    if !matches!(stream.peek(&mut [0]).await, Ok(1)) {
        return;
    }
    let step = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.arrived += 1;
        state.script.pop_front().unwrap_or(otherwise)
    };
    if matches!(step, Step::Reset) {
        return; // the bytes left unread make the kernel send a reset
    }
    let serve = |request| respond(request, state.clone(), step.clone());
    // An error here is the script's own: a connection that it closes early.
    let _ = hyper::server::conn::http1::Builder::new()
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service_fn(serve))
        .await;
}

/// An error closes the connection without an answer.
async fn respond(
    request: hyper::Request<Incoming>,
    state: Shared,
    step: Step,
) -> io::Result<hyper::Response<Body>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let request =
        Request { path: head.uri.to_string(), headers: head.headers.clone(), body: body.clone() };
    state.lock().unwrap_or_else(PoisonError::into_inner).read.push(request.clone());
    match step {
        Step::Compute(answer) => write(answer(&request)),
        Step::Answer(answer) => {
            tokio::time::sleep(answer.delay).await;
            write(answer)
        }
        Step::Forward(upstream) => forward(upstream, head, body).await,
        Step::LoseAnswer(upstream) => {
            let answer = forward(upstream, head, body).await?;
            answer.into_body().collect().await?; // executed to the end
            Err(io::ErrorKind::ConnectionAborted.into())
        }
        Step::Reset | Step::Hangup => Err(io::ErrorKind::ConnectionAborted.into()),
        Step::Stall => future::pending().await,
    }
}

fn write(answer: Answer) -> io::Result<hyper::Response<Body>> {
    let mut response =
        hyper::Response::builder().status(answer.status).header(CONTENT_LENGTH, answer.body.len());
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let body = if answer.cut {
        let half = answer.body.slice(..answer.body.len() / 2);
        let lost = Err(io::Error::from(io::ErrorKind::ConnectionAborted));
        // Two polls apart, so that the first half is on its way when the connection ends.
        let frames = stream::iter([Ok(Frame::data(half)), lost]).then(|frame| async {
            tokio::task::yield_now().await;
            frame
        });
        BodyExt::boxed(StreamBody::new(frames.into_stream()))
    } else {
        whole(answer.body)
    };
    response.body(body).map_err(io::Error::other)
}

async fn forward(
    upstream: SocketAddr,
    mut head: hyper::http::request::Parts,
    body: Bytes,
) -> io::Result<hyper::Response<Body>> {
    let stream = TcpStream::connect(upstream).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    tokio::spawn(connection);
    head.headers.remove(CONNECTION);
    let request = hyper::Request::from_parts(head, Full::new(body));
    let answer = sender.send_request(request).await.map_err(io::Error::other)?;
    let (mut head, body) = answer.into_parts();
    head.headers.remove(CONNECTION);
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    Ok(hyper::Response::from_parts(head, whole(body)))
}

fn whole(body: Bytes) -> Body {
    Full::new(body).map_err(|never: Infallible| match never {}).boxed()
}
