//! A service on loopback that throttles as AWS does, fails at given rates, and counts: in front of
//! another server, or with a function that answers.

mod counts;
#[cfg(test)]
mod tests;
mod weather;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep};

use crate::bucket::TokenBucket;
use crate::call::{Call, Protocol};
use crate::http::{Answer, Body, Request};

pub use counts::Counts;
use weather::Fate;
pub use weather::Weather;

type Handler = dyn Fn(&Call, &Request) -> Answer + Send + Sync;

/// Answers the requests that get through.
#[derive(Clone)]
pub enum Behind {
    Server(SocketAddr),
    Handler(Arc<Handler>),
}

impl Behind {
    pub fn handler(handler: impl Fn(&Call, &Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::Handler(Arc::new(handler))
    }
}

impl fmt::Debug for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(address) => write!(f, "Server({address})"),
            Self::Handler(_) => f.write_str("Handler"),
        }
    }
}

/// A running proxy; it stops when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    behind: Behind,
    weather: Weather,
    began: Instant,
    /// Distinguishes requests without keeping them.
    hasher: RandomState,
    live: Mutex<Live>,
}

/// The state that changes with each request.
#[derive(Debug)]
struct Live {
    random: SmallRng,
    buckets: HashMap<Call, TokenBucket>,
    /// When the first refusal of such a call left.
    refused: HashMap<Call, Instant>,
    seen: HashSet<u64>,
    counts: BTreeMap<Call, Counts>,
    /// The answers that have left.
    answers: u64,
}

impl Proxy {
    /// Binds a free port of the loopback interface and serves there.
    pub async fn start(behind: Behind, weather: Weather) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            behind,
            weather,
            began: Instant::now(),
            hasher: RandomState::new(),
            live: Mutex::new(Live {
                random: SmallRng::seed_from_u64(weather.seed),
                buckets: HashMap::new(),
                refused: HashMap::new(),
                seen: HashSet::new(),
                counts: BTreeMap::new(),
                answers: 0,
            }),
        });
        let server = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self { address, state, server })
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The counts of all requests so far.
    pub fn counts(&self) -> Counts {
        self.state.live().counts.values().copied().sum()
    }

    /// The counts of each account's, region's and operation's requests.
    pub fn counts_by_call(&self) -> BTreeMap<Call, Counts> {
        self.state.live().counts.clone()
    }

    /// Closes every connection, and waits until they are closed.
    pub async fn stop(mut self) -> Counts {
        self.server.abort();
        // The only possible answer is that it was aborted.
        let _ = (&mut self.server).await;
        self.counts()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    // Connections end with the set, and so with the proxy.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&state)));
                }
                // Most likely there are no file descriptors left: some become free with time.
                Err(error) => {
                    eprintln!("proxy: {error}");
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
        async move { state.respond(request).await }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    // An error here is a client that went away, or a connection that the proxy drops on purpose.
    let _ = http.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
}

impl State {
    /// An error closes the connection without an answer.
    async fn respond(
        &self,
        request: hyper::Request<Incoming>,
    ) -> io::Result<hyper::Response<Body>> {
        let arrived = Instant::now();
        let request = Request::read(request).await?;
        let call = Call::of(&request);
        let (latency, fate) = self.receive(&call, &request);
        // The service decides when the request arrives: a refusal comes back faster than an answer.
        sleep(latency.mul_f64(0.3)).await;
        let answer = self.decide(&call, &request, fate).await;
        let throttled = answer.as_ref().is_ok_and(is_throttle);
        sleep(latency.mul_f64(if throttled { 0.3 } else { 0.7 })).await;
        self.live().leaves(call, answer.as_ref().ok(), arrived);
        self.with_request_id(answer?).write()
    }

    /// AWS gives each answer an id.
    fn with_request_id(&self, answer: Answer) -> Answer {
        const NAME: &str = "x-amzn-requestid";
        if answer.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(NAME)) {
            return answer;
        }
        let mut live = self.live();
        live.answers += 1;
        let id = format!("{:08x}-0000-4000-8000-{:012x}", self.weather.seed, live.answers);
        answer.header(NAME, &id)
    }

    /// Counts a request that has arrived, and draws its latency and its fate.
    fn receive(&self, call: &Call, request: &Request) -> (Duration, Fate) {
        let identity = self.hasher.hash_one((call, &request.path, &request.body));
        let mut live = self.live();
        let repeated = !live.seen.insert(identity);
        let counts = live.counts.entry(call.clone()).or_default();
        counts.received += 1;
        counts.repeated += usize::from(repeated);
        self.weather.draw(&mut live.random)
    }

    async fn decide(&self, call: &Call, request: &Request, fate: Fate) -> io::Result<Answer> {
        let lost = || Err(io::ErrorKind::ConnectionAborted.into());
        if fate == Fate::LostBefore {
            return lost();
        }
        let now = self.began.elapsed().as_secs_f64();
        if let Some(quota) = self.weather.quota
            && !self
                .live()
                .buckets
                .entry(call.clone())
                .or_insert_with(|| TokenBucket::full(quota))
                .take(now)
        {
            return Ok(Protocol::of(request).throttle());
        }
        match fate {
            Fate::InternalError => return Ok(Protocol::of(request).internal_error()),
            Fate::Unavailable => return Ok(unavailable()),
            _ => {}
        }
        let answer = match &self.behind {
            Behind::Server(address) => request.forward(*address).await?,
            Behind::Handler(handler) => handler(call, request),
        };
        if fate == Fate::LostAfter { lost() } else { Ok(answer) }
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live {
    /// Counts an answer that leaves; it is none if the connection is lost.
    fn leaves(&mut self, call: Call, answer: Option<&Answer>, arrived: Instant) {
        let throttled = answer.is_some_and(is_throttle);
        let known =
            throttled && arrived > *self.refused.entry(call.clone()).or_insert_with(Instant::now);
        let counts = self.counts.entry(call).or_default();
        counts.beyond_burst += usize::from(known);
        let counter = match answer.map(|it| it.status) {
            None => &mut counts.dropped,
            Some(_) if throttled => &mut counts.throttled,
            Some(200..300) => &mut counts.answered,
            Some(500..) => &mut counts.faults,
            Some(_) => &mut counts.refused,
        };
        *counter += 1;
    }
}

/// A failure before the service: a load balancer does not know error codes.
fn unavailable() -> Answer {
    Answer::new(503, "text/html", "<html><body><b>Http/1.1 Service Unavailable</b></body></html>")
}

/// Whether an answer is a throttle, of this proxy or of the server behind it.
fn is_throttle(answer: &Answer) -> bool {
    const CODES: [&str; 4] = ["Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown"];
    let named = |text: &str| CODES.iter().any(|code| text.contains(code));
    answer.status == 429
        || answer.status >= 400
            && (named(&String::from_utf8_lossy(&answer.body))
                || answer.headers.iter().any(|(_, value)| named(value)))
}
