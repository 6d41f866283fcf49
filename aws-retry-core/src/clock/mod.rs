//! The seam to time: what the time is, and how to wait. Nothing else reads a clock or sleeps.

#[cfg(feature = "sdk")]
mod handed;
pub(crate) mod random;
mod source;

#[cfg(feature = "sdk")]
pub(crate) use handed::Handed;
#[cfg(feature = "sdk")]
pub use handed::{set, unset};
pub use source::{DefaultTimer, Timer};

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::testing::Rules;

pub(crate) use crate::decision::timestamp::Time;

/// A wait.
pub(crate) type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Neither `Instant::now` nor `thread::sleep` exists there: time comes from a source that was handed
/// over, or stands still.
const NO_STD_TIME: bool = cfg!(all(target_family = "wasm", target_os = "unknown"));

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
    /// A time source that was handed over.
    #[cfg(feature = "sdk")]
    Handed(u64),
}

/// The clock of one context.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    pub id: ClockId,
    #[cfg(feature = "sdk")]
    handed: Option<Arc<Handed>>,
    /// A test's rules: which waits are taken, and which are only noted.
    rules: Option<Arc<Rules>>,
}

impl Clock {
    /// Whether a thread can be blocked at all.
    pub const CAN_BLOCK: bool = !NO_STD_TIME;

    /// The clock of the process: the one that was handed over to it, else tokio's, which inside a runtime
    /// with a paused clock is that runtime's own.
    pub fn current(rules: Option<Arc<Rules>>) -> Self {
        #[cfg(feature = "sdk")]
        if let Some(handed) = handed::current() {
            return Self::of_handed(handed, rules);
        }
        Self {
            id: default_id(),
            #[cfg(feature = "sdk")]
            handed: None,
            rules,
        }
    }

    /// The clock that was handed over.
    #[cfg(feature = "sdk")]
    pub fn of_handed(handed: Arc<Handed>, rules: Option<Arc<Rules>>) -> Self {
        Self { id: handed.id(), handed: Some(handed), rules }
    }

    /// The time now. Never before the origin.
    pub fn now(&self) -> Time {
        let skipped = self.rules.as_ref().map_or(Time::ZERO, |rules| rules.skipped());
        self.unskipped().saturating_add(skipped)
    }

    fn unskipped(&self) -> Time {
        #[cfg(feature = "sdk")]
        if let Some(handed) = &self.handed {
            return handed.now();
        }
        if NO_STD_TIME { Time::ZERO } else { instant().saturating_duration_since(origin()) }
    }

    /// The time at `at`.
    pub fn time_of(&self, at: Instant) -> Time {
        #[cfg(feature = "sdk")]
        if let Some(handed) = &self.handed {
            let (now, then) = (handed.now(), instant());
            return now
                .saturating_add(at.saturating_duration_since(then))
                .saturating_sub(then.saturating_duration_since(at));
        }
        at.saturating_duration_since(origin())
    }

    /// The wait between two attempts. None where no timer runs.
    pub fn pause(&self, duration: Duration) -> Option<Sleep> {
        if self.skips(duration) { Some(ended()) } else { self.timer(duration) }
    }

    /// Whether a test's rules skip a pause. They note it in either case.
    fn skips(&self, pause: Duration) -> bool {
        self.rules.as_ref().is_some_and(|rules| rules.pause(pause))
    }

    /// A wait until `time` for a turn in a queue. Where no timer runs it ends at once.
    pub fn sleep_until(&self, time: Time) -> Sleep {
        let duration = time.saturating_sub(self.now());
        if let Some(rules) = self.rules.as_ref().filter(|rules| rules.skips_waits()) {
            rules.skip(duration);
            return ended();
        }
        self.timer(duration).unwrap_or_else(ended)
    }

    /// What ends after `duration`, even in a test without waits: attempts take the time they take.
    pub fn timer(&self, duration: Duration) -> Option<Sleep> {
        #[cfg(feature = "sdk")]
        if let Some(handed) = &self.handed {
            return Some(handed.sleep(duration));
        }
        default_timer(duration)
    }

    /// Blocks the thread between two attempts.
    pub fn block(&self, pause: Duration) {
        if pause > Duration::ZERO && !self.skips(pause) && Self::CAN_BLOCK {
            std::thread::sleep(pause);
        }
    }

    /// Whether a block here would block an async runtime.
    pub fn blocks_a_runtime(&self) -> bool {
        #[cfg(feature = "tokio")]
        return !self.rules.as_ref().is_some_and(|rules| rules.skips_waits()) && on_a_task();
        #[cfg(not(feature = "tokio"))]
        return false;
    }
}

fn ended() -> Sleep {
    Box::pin(std::future::ready(()))
}

#[cfg(feature = "tokio")]
fn default_id() -> ClockId {
    if NO_STD_TIME {
        return ClockId::Real;
    }
    // A clock that runs reads between two looks at the real one; one that is paused, or was for a
    // while, does not.
    let before = Instant::now();
    let tokio = instant();
    let simulated = !(before..=Instant::now()).contains(&tokio);
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) if simulated => ClockId::Paused(runtime.id()),
        _ => ClockId::Real,
    }
}

#[cfg(not(feature = "tokio"))]
fn default_id() -> ClockId {
    ClockId::Real
}

#[cfg(feature = "tokio")]
fn default_timer(duration: Duration) -> Option<Sleep> {
    tokio::runtime::Handle::try_current().ok()?;
    // A runtime that was built without `enable_time` says so by a panic, and in no other way.
    let sleep = std::panic::catch_unwind(|| tokio::time::sleep(duration)).ok()?;
    Some(Box::pin(sleep))
}

#[cfg(not(feature = "tokio"))]
fn default_timer(_: Duration) -> Option<Sleep> {
    None
}

#[cfg(feature = "tokio")]
fn instant() -> Instant {
    tokio::time::Instant::now().into_std()
}

#[cfg(not(feature = "tokio"))]
fn instant() -> Instant {
    Instant::now()
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

/// Whether this thread polls a task just now. A thread of `spawn_blocking`, or one inside
/// `block_in_place`, knows the runtime as well, but only the poll of a task has a budget that runs out.
#[cfg(feature = "tokio")]
fn on_a_task() -> bool {
    use std::task::{Context, Waker};
    use tokio::task::coop::poll_proceed;

    if tokio::runtime::Handle::try_current().is_err() {
        return false;
    }
    let mut cx = Context::from_waker(Waker::noop());
    let mut granted = Vec::new();
    let mut left = true;
    // The budget is counted in a byte.
    while left && granted.len() <= usize::from(u8::MAX) {
        match poll_proceed(&mut cx) {
            std::task::Poll::Ready(unit) => granted.push(unit),
            std::task::Poll::Pending => left = false,
        }
    }
    // Each unit restores the budget before it: the first one last.
    while granted.pop().is_some() {}
    !left
}

#[cfg(all(test, feature = "tokio"))]
#[path = "tests.rs"]
mod tests;
