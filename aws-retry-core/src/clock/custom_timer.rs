//! Sleep and time through the SDK's own interfaces, handed over by the user: for run times other than tokio.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_async::time::{SharedTimeSource, TimeSource};

use super::source::Sleep;
use super::time_source::SourceId;
use crate::decision::timestamp::Time;

/// A sleep and a time source that belong together.
#[derive(Debug)]
pub(crate) struct CustomTimer {
    sleep: SharedAsyncSleep,
    time: SharedTimeSource,
    source: Arc<SourceId>,
}

impl CustomTimer {
    pub fn new(sleep: impl AsyncSleep + 'static, time: impl TimeSource + 'static) -> Arc<Self> {
        let source = SourceId::of(&sleep, &time);
        let sleep = SharedAsyncSleep::new(sleep);
        Arc::new(Self { sleep, time: SharedTimeSource::new(time), source })
    }

    /// The number of its time source.
    pub fn id(&self) -> u64 {
        self.source.id()
    }

    pub fn now(&self) -> Time {
        self.source.steady(|| {
            let now = self.time.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            now.min(LATEST)
        })
    }

    /// The source's time, which may go back.
    pub fn wall_clock(&self) -> SystemTime {
        self.time.now()
    }

    pub fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(self.sleep.sleep(duration))
    }
}

/// The year 2554. A later time has no room for fractions of a second in an `f64`: a rate could not tell the next
/// turn from this one, and its queue would ask forever.
const LATEST: Duration = Duration::from_nanos(u64::MAX);

static PROCESS: RwLock<Option<Arc<CustomTimer>>> = RwLock::new(None);
/// Whether one is set: this check avoids a lock.
static IS_SET: AtomicBool = AtomicBool::new(false);

/// The sleep and the time source that were handed over to the process.
pub(super) fn current() -> Option<Arc<CustomTimer>> {
    if !IS_SET.load(Ordering::Relaxed) {
        return None;
    }
    PROCESS.read().unwrap_or_else(PoisonError::into_inner).clone()
}

fn set_slot(handed: Option<Arc<CustomTimer>>) {
    IS_SET.store(handed.is_some(), Ordering::Relaxed);
    *PROCESS.write().unwrap_or_else(PoisonError::into_inner) = handed;
}

/// From now on every call of the process waits with `sleep` and reads the time from `time`, not from tokio.
/// Calls in progress keep the ones with which they began.
///
/// The values of an `SdkConfig` are suitable: its `sleep_impl()` and its `time_source()`.
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
    set_slot(Some(CustomTimer::new(sleep, time)));
}

/// Takes back the ones that [`set`] handed over.
pub fn unset() {
    set_slot(None);
}
