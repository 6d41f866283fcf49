//! The seam to time: what the time is, and how to wait. Nothing else reads a clock or sleeps.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Time since the clock's origin. All decisions compute with it; none reads a clock.
pub(crate) type Time = Duration;

/// A wait.
pub(crate) type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Which clock a time was read from. State that remembers times belongs to one clock: a test whose clock
/// is paused must not see an hour pass in another test's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) enum ClockId {
    /// The machine's monotonic clock.
    #[default]
    Real,
    /// The paused clock of one tokio runtime.
    #[cfg(feature = "tokio")]
    Paused(tokio::runtime::Id),
}

/// The clock of the current context.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    pub id: ClockId,
}

impl Clock {
    /// The clock in force here: tokio's, which inside a runtime with a paused clock is that runtime's own.
    pub fn current() -> Self {
        #[cfg(feature = "tokio")]
        {
            // A clock that runs reads between two looks at the real one; one that is paused, or was for a
            // while, does not.
            let before = Instant::now();
            let tokio = tokio::time::Instant::now().into_std();
            let simulated = !(before..=Instant::now()).contains(&tokio);
            if simulated && let Ok(runtime) = tokio::runtime::Handle::try_current() {
                return Self { id: ClockId::Paused(runtime.id()) };
            }
        }
        Self { id: ClockId::Real }
    }

    /// The time now. Never before the origin.
    pub fn now(self) -> Time {
        self.time_of(instant())
    }

    /// The time at `instant`.
    pub fn time_of(self, instant: Instant) -> Time {
        instant.saturating_duration_since(origin())
    }

    /// Whether an async wait is possible here.
    pub fn can_sleep(self) -> bool {
        #[cfg(feature = "tokio")]
        return tokio::runtime::Handle::try_current().is_ok();
        #[cfg(not(feature = "tokio"))]
        return false;
    }

    /// A wait of `duration`.
    #[cfg_attr(not(feature = "tokio"), expect(clippy::unused_self))]
    pub fn sleep(self, duration: Duration) -> Sleep {
        #[cfg(feature = "tokio")]
        return Box::pin(tokio::time::sleep(duration));
        #[cfg(not(feature = "tokio"))]
        return Box::pin(std::future::ready(drop(duration)));
    }

    /// A wait until `time`.
    pub fn sleep_until(self, time: Time) -> Sleep {
        self.sleep(time.saturating_sub(self.now()))
    }

    /// Blocks the thread.
    pub fn block(self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

fn instant() -> Instant {
    #[cfg(feature = "tokio")]
    return tokio::time::Instant::now().into_std();
    #[cfg(not(feature = "tokio"))]
    return Instant::now();
}

/// Where time 0 is: fixed at the first look.
fn origin() -> Instant {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    *ORIGIN.get_or_init(|| {
        let now = Instant::now();
        // A paused clock may have stopped before the first look at this one.
        now.checked_sub(Duration::from_secs(3600)).unwrap_or(now)
    })
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_is_its_runtimes_own() {
        let clock = Clock::current();
        assert_ne!(clock.id, ClockId::Real);
        // Also where the sleeps have brought it close to the real clock.
        for length in [Duration::from_millis(5); 10].into_iter().chain([Duration::from_secs(3600)])
        {
            let before = clock.now();
            clock.sleep(length).await;
            assert_eq!(clock.now() - before, length);
            assert_eq!(Clock::current().id, clock.id);
        }
    }

    #[tokio::test]
    async fn a_running_clock_is_everybodys() {
        assert_eq!(Clock::current().id, ClockId::Real);
        assert_eq!(std::thread::spawn(|| Clock::current().id).join().unwrap(), ClockId::Real);
    }
}
