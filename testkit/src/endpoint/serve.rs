//! The endpoint's side of a connection: one request, one step.

use std::sync::{Arc, Mutex, PoisonError};
use std::{future, io};

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::{State, Step};
use crate::http::{Body, Request};

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
    // A connection that its client gives up before it sends anything is not a request.
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
    let request = Request::read(request).await?;
    state.lock().unwrap_or_else(PoisonError::into_inner).read.push(request.clone());
    let answer = match step {
        Step::Compute(answer) => answer(&request),
        Step::Answer(answer) => answer,
        Step::Forward(upstream) => request.forward(upstream).await?,
        Step::LoseAnswer(upstream) => {
            request.forward(upstream).await?; // executed to the end
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Step::Reset | Step::Hangup => return Err(io::ErrorKind::ConnectionAborted.into()),
        Step::Stall => return future::pending().await,
    };
    tokio::time::sleep(answer.delay).await;
    answer.write()
}
