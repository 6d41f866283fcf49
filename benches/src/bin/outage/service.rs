//! The service: it answers after 50 ms, and fails in one way during the outage.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_retry_core::{AsFailure, Failure, Transport};
use tokio::time::{Duration, Instant, sleep};

/// The beginning of the outage, and its length.
pub const BEGINS: Duration = Duration::from_secs(10);
pub const LASTS: Duration = Duration::from_secs(30);

/// The failure of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Unavailable,
    Timeout,
    Refused,
    Throttle,
    Lost,
}

impl Fault {
    /// The faults of the outage.
    pub const OUTAGES: [Self; 4] =
        [Self::Unavailable, Self::Timeout, Self::Refused, Self::Throttle];

    pub fn name(self) -> &'static str {
        match self {
            Self::Unavailable => "503",
            Self::Timeout => "time-out after 3 s",
            Self::Refused => "connection refused",
            Self::Throttle => "throttle",
            Self::Lost => "lost connection",
        }
    }

    pub fn transport(self) -> Option<Transport> {
        match self {
            Self::Unavailable | Self::Throttle => None,
            Self::Timeout => Some(Transport::Timeout),
            Self::Refused => Some(Transport::NeverConnected),
            Self::Lost => Some(Transport::Io),
        }
    }

    fn after(self) -> Duration {
        Duration::from_millis(match self {
            Self::Unavailable | Self::Throttle | Self::Lost => 20,
            Self::Timeout => 3000,
            Self::Refused => 1,
        })
    }
}

impl AsFailure for Fault {
    fn as_failure(&self) -> Failure<'_> {
        let failure = Failure::new();
        match (self, self.transport()) {
            (_, Some(transport)) => failure.with_transport(transport),
            (Self::Throttle, None) => failure.with_status(400).with_code("ThrottlingException"),
            (_, None) => failure.with_status(503).with_code("ServiceUnavailable"),
        }
    }
}

/// A handle to the one service.
#[derive(Clone)]
pub struct Service {
    fault: Fault,
    origin: Instant,
    requests: Arc<AtomicU32>,
}

impl Service {
    /// It fails with `fault` during the outage. If that is a lost connection, the first request of each call
    /// fails instead.
    pub fn new(fault: Fault) -> Self {
        Self { fault, origin: Instant::now(), requests: Arc::default() }
    }

    /// One request. `repeated`: it is not the first one of its call.
    pub async fn request(&self, repeated: bool) -> Result<(), Fault> {
        let down = (BEGINS..BEGINS + LASTS).contains(&self.origin.elapsed());
        self.requests.fetch_add(u32::from(down), Ordering::Relaxed);
        let fails = if self.fault == Fault::Lost { !repeated } else { down };
        let after = if fails { self.fault.after() } else { Duration::from_millis(50) };
        sleep(after).await;
        if fails { Err(self.fault) } else { Ok(()) }
    }

    /// Requests that were sent during the outage.
    pub fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }
}
