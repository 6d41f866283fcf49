//! The identity of a time source: calls that read the same source share their scopes, no matter which code
//! hands it over and how often.

use std::any::{Any, TypeId};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource, TimeSource};

use crate::decision::timestamp::Time;

/// The number of sources that are remembered while no call uses them. A program has one or two.
const REMEMBERED: usize = 16;

static KNOWN: Mutex<Vec<KnownSource>> = Mutex::new(Vec::new());
static IN_USE: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());

/// A time source whose time never goes back, even if that of the wrapped source does: after a jump back it
/// continues from where it was.
#[derive(Debug)]
pub(super) struct SourceId {
    id: u64,
    steady: Mutex<SteadySource>,
}

#[derive(Debug, Default)]
struct SteadySource {
    latest: Time,
    jumped: Time,
}

impl SteadySource {
    fn follow(&mut self, source: Time) -> Time {
        self.jumped = self.jumped.max(self.latest.saturating_sub(source));
        self.latest = source.saturating_add(self.jumped);
        self.latest
    }
}

impl SourceId {
    /// The source behind `time`: an already known one, if it can be identified.
    pub fn of(
        sleep: &(impl AsyncSleep + 'static),
        time: &(impl TimeSource + 'static),
    ) -> Arc<Self> {
        let Some(key) = SourceKey::of(sleep, time) else { return Self::new() };
        let mut known = lock(&KNOWN);
        let at = known.iter().position(|it| it.key == key);
        // The most recently used source is at the end.
        let found = match at {
            Some(at) => known.remove(at),
            None => KnownSource { key, source: Self::new(), _sleep: shared(sleep).cloned() },
        };
        let source = Arc::clone(&found.source);
        known.push(found);
        if known.len() > REMEMBERED {
            known.remove(0);
        }
        source
    }

    fn new() -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        lock(&IN_USE).insert(id);
        Arc::new(Self { id, steady: Mutex::default() })
    }

    pub const fn id(&self) -> u64 {
        self.id
    }

    pub fn steady(&self, now: impl FnOnce() -> Time) -> Time {
        // Read under the lock: otherwise, of two threads, the one with the older reading would look like a
        // jump back.
        let mut steady = lock(&self.steady);
        steady.follow(now())
    }
}

impl Drop for SourceId {
    fn drop(&mut self) {
        lock(&IN_USE).remove(&self.id);
    }
}

/// Whether the source with this number can no longer be read.
pub(super) fn is_gone(id: u64) -> bool {
    !lock(&IN_USE).contains(&id)
}

#[derive(Debug)]
struct KnownSource {
    key: SourceKey,
    source: Arc<SourceId>,
    /// As long as it lives, no other sleep has its address.
    _sleep: Option<SharedAsyncSleep>,
}

/// Two time sources with equal keys are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SourceKey {
    /// All values of the type are equivalent.
    Type(TypeId),
    /// The time belongs to the shared sleep at this address, as in a clone of an `SdkConfig`.
    Sleep(usize),
}

impl SourceKey {
    /// None if the two say nothing: a source with its own state is a different one each time.
    fn of<T: TimeSource + 'static>(sleep: &(impl AsyncSleep + 'static), time: &T) -> Option<Self> {
        if size_of::<T>() == 0 {
            return Some(Self::Type(TypeId::of::<T>()));
        }
        let time = (time as &dyn Any).downcast_ref::<SharedTimeSource>()?;
        // The value inside a shared source is visible only in its `Debug` output.
        if format!("{time:?}") == format!("{:?}", SharedTimeSource::new(SystemTimeSource::new())) {
            return Some(Self::Type(TypeId::of::<SystemTimeSource>()));
        }
        let sleep: &dyn AsyncSleep = shared(sleep)?.as_ref();
        Some(Self::Sleep(std::ptr::from_ref(sleep).cast::<()>().addr()))
    }
}

fn shared(sleep: &(impl AsyncSleep + 'static)) -> Option<&SharedAsyncSleep> {
    (sleep as &dyn Any).downcast_ref()
}

/// Every value is consistent at every moment, so a panic elsewhere changes nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    #[derive(Clone, Debug)]
    struct Manual(u64);

    impl TimeSource for Manual {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH + Duration::from_secs(self.0)
        }
    }

    impl AsyncSleep for Manual {
        fn sleep(&self, _: Duration) -> aws_smithy_async::rt::sleep::Sleep {
            aws_smithy_async::rt::sleep::Sleep::new(std::future::ready(()))
        }
    }

    #[test]
    fn one_source_is_known_again_however_it_is_handed_over() {
        let sleep = SharedAsyncSleep::new(Manual(0));
        let system = SourceId::of(&Manual(0), &SystemTimeSource::new()).id();
        assert_eq!(SourceId::of(&sleep, &SystemTimeSource::new()).id(), system);
        assert_eq!(SourceId::of(&sleep, &SharedTimeSource::default()).id(), system);
        let time = SharedTimeSource::new(Manual(7));
        let shared = SourceId::of(&sleep, &time).id();
        assert_ne!(shared, system);
        assert_eq!(SourceId::of(&sleep.clone(), &time.clone()).id(), shared);
        let other = SharedAsyncSleep::new(Manual(0));
        assert_ne!(SourceId::of(&other, &time).id(), shared);
    }

    #[test]
    fn a_source_with_a_state_of_its_own_is_gone_when_nobody_reads_it() {
        let (first, second) =
            (SourceId::of(&Manual(0), &Manual(1)), SourceId::of(&Manual(0), &Manual(1)));
        let ids = (first.id(), second.id());
        assert_ne!(ids.0, ids.1);
        drop(first);
        assert!(is_gone(ids.0));
        assert!(!is_gone(ids.1));
    }

    #[test]
    fn time_goes_on_where_its_source_goes_back() {
        let source = SourceId::new();
        let at = |seconds| source.steady(|| Duration::from_secs(seconds)).as_secs();
        assert_eq!([10, 20, 5, 6, 4, 30].map(at), [10, 20, 20, 21, 21, 47]);
    }
}
