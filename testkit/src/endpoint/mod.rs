//! An HTTP/1.1 endpoint on loopback that follows a script, one [`Step`] per request.
//!
//! It runs on a thread and a clock of its own, so that a test may pause its clock. Every request
//! comes on a connection of its own (`connection: close`), so that a step that never reads its request
//! can still count it.

mod script;
mod serve;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use crate::http::{Answer, Ending, Request};
pub use script::Step;

#[derive(Debug, Default)]
struct State {
    script: VecDeque<Step>,
    arrived: usize,
    read: Vec<Request>,
}

/// A running endpoint; it stops when dropped.
#[derive(Debug)]
pub struct Endpoint {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    _stop: oneshot::Sender<()>,
}

impl Endpoint {
    /// Follows `script`, and takes `otherwise` for every request after its end.
    pub fn start(script: impl IntoIterator<Item = Step>, otherwise: Step) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (bound, address) = std::sync::mpsc::channel();
        let state = Arc::new(Mutex::new(State {
            script: script.into_iter().collect(),
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime for the endpoint");
            runtime.block_on(async {
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
                bound.send(listener.local_addr().expect("an address")).expect("the test waits");
                tokio::select! {
                    () = serve::accept(listener, shared, otherwise) => {}
                    _ = stopped => {}
                }
            });
        });
        let address = address.recv().expect("the endpoint starts");
        Self { address, state, _stop: stop }
    }

    /// Forwards requests without a step in the script to the server at `upstream`.
    pub fn in_front_of(upstream: SocketAddr, script: impl IntoIterator<Item = Step>) -> Self {
        Self::start(script, Step::Forward(upstream))
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Starts again: forgets the requests so far and the rest of the old script.
    pub fn play(&self, script: impl IntoIterator<Item = Step>) {
        *self.state() = State { script: script.into_iter().collect(), ..State::default() };
    }

    /// The number of requests that arrived, including those that were never read.
    pub fn arrived(&self) -> usize {
        self.state().arrived
    }

    /// The requests that were read, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.state().read.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
