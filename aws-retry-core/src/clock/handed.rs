//! Sleep and time from the SDK's own seams, handed over by the user: for run times other than tokio.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_async::time::{SharedTimeSource, TimeSource};

use super::{ClockId, Sleep, Time};
use crate::context::ambient::{Ambient, Within};

/// A sleep and a time source that belong together.
#[derive(Debug)]
pub(crate) struct Handed {
    id: u64,
    sleep: SharedAsyncSleep,
    time: SharedTimeSource,
}

impl Handed {
    fn new(sleep: impl AsyncSleep + 'static, time: impl TimeSource + 'static) -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Arc::new(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            sleep: SharedAsyncSleep::new(sleep),
            time: SharedTimeSource::new(time),
        })
    }

    pub fn id(&self) -> ClockId {
        ClockId::Handed(self.id)
    }

    pub fn now(&self) -> Time {
        self.time.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
    }

    pub fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(self.sleep.sleep(duration))
    }
}

static PROCESS: RwLock<Option<Arc<Handed>>> = RwLock::new(None);
/// Whether one is set: spares a lock.
static IS_SET: AtomicBool = AtomicBool::new(false);

/// What was handed over to the future around, else to the process.
pub(super) fn current(ambient: Option<&Ambient>) -> Option<Arc<Handed>> {
    if let Some(handed) = ambient.and_then(|ambient| ambient.handed.clone()) {
        return Some(handed);
    }
    if !IS_SET.load(Ordering::Relaxed) {
        return None;
    }
    PROCESS.read().unwrap_or_else(PoisonError::into_inner).clone()
}

fn put(handed: Option<Arc<Handed>>) {
    IS_SET.store(handed.is_some(), Ordering::Relaxed);
    *PROCESS.write().unwrap_or_else(PoisonError::into_inner) = handed;
}

/// From now on every call of the process waits by `sleep` and reads the time from `time`, not from
/// tokio. Calls in progress keep what they began with.
///
/// The values of an `SdkConfig` do: its `sleep_impl()` and its `time_source()`.
///
/// ```
/// # use aws_retry_core as aws_retry;
/// use aws_smithy_async::rt::sleep::TokioSleep;
/// use aws_smithy_async::time::SystemTimeSource;
///
/// aws_retry::time::set(TokioSleep::new(), SystemTimeSource::new());
/// # aws_retry::time::unset();
/// ```
pub fn set(sleep: impl AsyncSleep + 'static, time: impl TimeSource + 'static) {
    put(Some(Handed::new(sleep, time)));
}

/// Takes back what [`set`] handed over.
pub fn unset() {
    put(None);
}

/// [`set`], for the calls inside `future` alone.
pub fn with<F: Future>(
    sleep: impl AsyncSleep + 'static,
    time: impl TimeSource + 'static,
    future: F,
) -> impl Future<Output = F::Output> {
    let handed = Handed::new(sleep, time);
    Within::new(future, move |ambient: &mut Ambient| ambient.handed = Some(handed))
}
