//! The endpoint: Secrets Manager on loopback, throttled per account, region and action as AWS does.

mod protocol;

use std::{
    collections::HashMap,
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, HeaderValue},
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::{Instant, sleep},
};

use self::protocol::{Action, Call, Kind, Reply, answer};
use crate::{
    args::Plan,
    bucket::{Quota, TokenBucket},
    fleet::Fleet,
};

const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

/// Largest body that a request may have, as in AWS's gateways.
const BODY_LIMIT: usize = 1 << 20;

/// A running endpoint. It has full buckets and has served nothing at the start.
#[derive(Debug)]
pub struct Endpoint {
    pub address: SocketAddr,
    state: Arc<State>,
    server: JoinHandle<()>,
}

/// What the endpoint did, counted as each answer leaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Served {
    pub received: usize,
    pub answered: usize,
    pub throttled: usize,
    /// Those that arrived after their bucket's first refusal had left: the client could know.
    pub beyond_burst: usize,
    pub faults: usize,
    pub refused: usize,
}

#[derive(Debug)]
struct State {
    fleet: Arc<Fleet>,
    index: HashMap<(String, String), usize>,
    quota: Quota,
    latency: Duration,
    faults: f64,
    live: Mutex<Live>,
}

/// What changes with each request.
#[derive(Debug)]
struct Live {
    rng: SmallRng,
    buckets: HashMap<(usize, Action), TokenBucket>,
    /// When the first refusal of such a call left.
    refused: HashMap<Call, Instant>,
    served: Served,
}

impl Endpoint {
    /// Binds a free port of the loopback interface and serves the fleet's secrets there.
    pub async fn start(fleet: Arc<Fleet>, plan: &Plan) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let place =
            |(n, p): (usize, &crate::fleet::Place)| ((p.account.clone(), p.region.clone()), n);
        let state = Arc::new(State {
            index: fleet.places.iter().enumerate().map(place).collect(),
            fleet,
            quota: plan.quota,
            latency: plan.latency,
            faults: plan.faults,
            live: Mutex::new(Live {
                rng: SmallRng::seed_from_u64(plan.seed),
                buckets: HashMap::new(),
                refused: HashMap::new(),
                served: Served::default(),
            }),
        });
        let server = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self { address, state, server })
    }

    /// Closes every connection and tells what was served.
    pub async fn stop(self) -> Served {
        self.server.abort();
        // The only possible answer is that it was aborted.
        let _ = self.server.await;
        self.state.live().served
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    // Connections end with the set, and so with the endpoint.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&state)));
                }
                // Out of file descriptors, most likely: some come free with time.
                Err(error) => {
                    eprintln!("endpoint: {error}");
                    sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    // Small answers go out at once.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Infallible>(state.respond(request).await) }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    // An error here is a client that went away, as those of a strategy at its cap do.
    let _ = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
}

impl State {
    async fn respond(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let arrived = Instant::now();
        let (latency, fault) = self.live().receive(self.latency, self.faults);
        // The decision falls where the request arrives: a refusal comes back faster than an answer.
        sleep(latency.mul_f64(0.3)).await;
        let (head, body) = request.into_parts();
        let body =
            Limited::new(body, BODY_LIMIT).collect().await.map(http_body_util::Collected::to_bytes);
        let call = Call::parse(&head.headers);
        let reply = match (&call, body) {
            (Ok(call), Ok(body)) => self.decide(call, &body, fault),
            (Err(refusal), _) => refusal.clone(),
            (_, Err(_)) => Reply::unreadable(),
        };
        sleep(latency.mul_f64(if reply.kind == Kind::Throttled { 0.3 } else { 0.7 })).await;
        let mut live = self.live();
        live.served.count(reply.kind);
        if let (Ok(call), Kind::Throttled) = (call, reply.kind) {
            let first = *live.refused.entry(call).or_insert_with(Instant::now);
            live.served.beyond_burst += usize::from(arrived > first);
        }
        drop(live);
        reply.into_response()
    }

    fn decide(&self, call: &Call, body: &[u8], fault: Option<Reply>) -> Reply {
        let Some(&place) = self.index.get(&(call.account.clone(), call.region.clone())) else {
            return Reply::unknown_account();
        };
        let now = Instant::now();
        let mut live = self.live();
        let bucket = live
            .buckets
            .entry((place, call.action))
            .or_insert_with(|| TokenBucket::full(self.quota, now));
        if !bucket.take(now) {
            return Reply::throttled();
        }
        drop(live);
        fault.unwrap_or_else(|| answer(call.action, &self.fleet.places[place], body))
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live {
    /// A request came: how long it takes, and whether it ends in a fault.
    fn receive(&mut self, latency: Duration, faults: f64) -> (Duration, Option<Reply>) {
        self.served.received += 1;
        let latency = latency.mul_f64(self.rng.random_range(0.7..1.3));
        let fault =
            if self.rng.random_bool(0.5) { Reply::internal_error } else { Reply::unavailable };
        (latency, self.rng.random_bool(faults).then(fault))
    }
}

impl Served {
    fn count(&mut self, kind: Kind) {
        let counter = match kind {
            Kind::Answered => &mut self.answered,
            Kind::Throttled => &mut self.throttled,
            Kind::Fault => &mut self.faults,
            Kind::Refused => &mut self.refused,
        };
        *counter += 1;
    }
}

impl Reply {
    fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::from(self.body));
        *response.status_mut() = self.status;
        response.headers_mut().insert(CONTENT_TYPE, JSON);
        response
    }
}
