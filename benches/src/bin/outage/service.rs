//! The service: 50 ms for an answer, but for one kind of failure.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_retry_core::{AsFailure, Failure, Transport};
use tokio::time::{Duration, Instant, sleep};

/// When the outage begins, and how long it lasts.
pub const BEGINS: Duration = Duration::from_secs(10);
pub const LASTS: Duration = Duration::from_secs(30);

/// How a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Unavailable,
    Timeout,
    Refused,
    Throttle,
    Lost,
}

impl Fault {
    /// Those of the outage.
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

/// One service, of which every caller has a handle.
#[derive(Clone)]
pub struct Service {
    fault: Fault,
    origin: Instant,
    requests: Arc<AtomicU32>,
}

impl Service {
    /// Fails with `fault`: during the outage, or the first request of each call where that is a lost
    /// connection.
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
