//! A clock to hand over.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;

/// A clock that its sleeps move on: both halves of what an SDK is given.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    millis: Arc<AtomicU64>,
    pub sleeps: Arc<Mutex<Vec<Duration>>>,
}

impl Steps {
    /// The time source is set back.
    pub fn set_back(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap();
        let back = |now: u64| Some(now.saturating_sub(millis));
        let _ = self.millis.fetch_update(Ordering::SeqCst, Ordering::SeqCst, back);
    }
}

impl AsyncSleep for Steps {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.sleeps.lock().unwrap().push(duration);
        let millis = u64::try_from(duration.as_millis()).unwrap();
        self.millis.fetch_add(millis, Ordering::SeqCst);
        Sleep::new(std::future::ready(()))
    }
}

impl TimeSource for Steps {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.millis.load(Ordering::SeqCst))
    }
}
