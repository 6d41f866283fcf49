//! The interface to time: it tells the time, and it waits. All other code neither reads a clock nor sleeps.

#[cfg(feature = "sdk")]
mod custom_timer;
pub(crate) mod random;
mod source;
mod test_time;
#[cfg(feature = "sdk")]
mod time_source;

#[cfg(feature = "sdk")]
pub(crate) use custom_timer::CustomTimer;
#[cfg(feature = "sdk")]
pub use custom_timer::{set, unset};
pub(crate) use source::Sleep;
pub use source::{DefaultTimer, Timer};
pub(crate) use test_time::TestTime;

use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime};

pub(crate) use crate::decision::timestamp::Time;

/// Neither `Instant::now` nor `thread::sleep` exists there: time comes from a source that was handed over, or
/// stands still.
const NO_STD_TIME: bool = cfg!(all(target_family = "wasm", target_os = "unknown"));

/// The clock from which a time was read. State that remembers times belongs to one clock: a test whose clock
/// is paused must not see an hour pass in another test.
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
    Custom(u64),
}

impl ClockId {
    /// Whether this clock can no longer be read.
    pub fn is_gone(self) -> bool {
        match self {
            #[cfg(feature = "sdk")]
            Self::Custom(id) => time_source::is_gone(id),
            _ => false,
        }
    }
}

/// The clock of one context.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    pub id: ClockId,
    #[cfg(feature = "sdk")]
    custom: Option<Arc<CustomTimer>>,
    /// A test's own settings: which waits are taken, and which are only recorded.
    test_time: Option<Arc<TestTime>>,
}

impl Clock {
    /// Whether a thread can be blocked at all.
    pub const CAN_BLOCK: bool = !NO_STD_TIME;

    /// The process's clock: the one that was handed over, else tokio's. Inside a runtime with a paused clock,
    /// tokio's is that runtime's own.
    pub fn current(test_time: Option<Arc<TestTime>>) -> Self {
        #[cfg(feature = "sdk")]
        if let Some(custom) = custom_timer::current() {
            return Self::custom(custom, test_time);
        }
        Self {
            id: default_id(),
            #[cfg(feature = "sdk")]
            custom: None,
            test_time,
        }
    }

    /// The clock that was handed over.
    #[cfg(feature = "sdk")]
    pub fn custom(custom: Arc<CustomTimer>, test_time: Option<Arc<TestTime>>) -> Self {
        Self { id: ClockId::Custom(custom.id()), custom: Some(custom), test_time }
    }

    /// The present time. Never before the origin.
    pub fn now(&self) -> Time {
        let skipped = self.test_time.as_ref().map_or(Time::ZERO, |test| test.skipped());
        self.unskipped().saturating_add(skipped)
    }

    fn unskipped(&self) -> Time {
        #[cfg(feature = "sdk")]
        if let Some(custom) = &self.custom {
            return custom.now();
        }
        if NO_STD_TIME { Time::ZERO } else { instant().saturating_duration_since(origin()) }
    }

    /// The time at `at`.
    pub fn time_of(&self, at: Instant) -> Time {
        #[cfg(feature = "sdk")]
        if let Some(custom) = &self.custom {
            let (now, then) = (custom.now(), instant());
            return now
                .saturating_add(at.saturating_duration_since(then))
                .saturating_sub(then.saturating_duration_since(at));
        }
        at.saturating_duration_since(origin())
    }

    /// The wall-clock time, if anything tells it.
    pub fn wall_clock(&self) -> Option<SystemTime> {
        #[cfg(feature = "sdk")]
        if let Some(custom) = &self.custom {
            return Some(custom.wall_clock());
        }
        (!NO_STD_TIME).then(SystemTime::now)
    }

    /// The instant of a wall-clock time, as seen now; one in the past is now. None if it is too far away to
    /// represent, or if only a custom clock has the time.
    pub fn instant_of(&self, at: SystemTime) -> Option<Instant> {
        if NO_STD_TIME {
            return None;
        }
        let now = self.wall_clock()?;
        instant().checked_add(at.duration_since(now).unwrap_or_default())
    }

    /// The instant at which the time is `time`: [`Clock::time_of`] converts it back. None if there is none.
    pub fn instant_at(&self, time: Time) -> Option<Instant> {
        #[cfg(feature = "sdk")]
        if let Some(custom) = &self.custom {
            return instant().checked_add(time.saturating_sub(custom.now()));
        }
        origin().checked_add(time)
    }

    /// The wait between two attempts. None if there is no timer.
    pub fn pause(&self, duration: Duration) -> Option<Sleep> {
        if self.skips_pause(duration) { Some(ended()) } else { self.timer(duration) }
    }

    /// Whether a test skips a pause. The pause is recorded in either case.
    fn skips_pause(&self, pause: Duration) -> bool {
        self.test_time.as_ref().is_some_and(|test| test.pause(pause))
    }

    /// A wait until `time` for a turn in a queue. Without a timer it ends at once.
    pub fn sleep_until(&self, time: Time) -> Sleep {
        let duration = time.saturating_sub(self.now());
        if self.skips(duration) { ended() } else { self.timer(duration).unwrap_or_else(ended) }
    }

    /// Whether a test skips a wait other than one between attempts.
    pub fn skips(&self, wait: Duration) -> bool {
        let test = self.test_time.as_ref().filter(|test| test.skips_waits());
        test.inspect(|test| test.skip(wait)).is_some()
    }

    /// A timer that ends after `duration`, even in a test without waits: attempts take real time.
    pub fn timer(&self, duration: Duration) -> Option<Sleep> {
        #[cfg(feature = "sdk")]
        if let Some(custom) = &self.custom {
            return Some(custom.sleep(duration));
        }
        default_timer(duration)
    }

    /// Whether an async call can wait: there is a timer, or a test skips all waits.
    pub fn can_wait(&self) -> bool {
        #[cfg(feature = "sdk")]
        if self.custom.is_some() {
            return true;
        }
        self.skips_waits() || has_default_timer(instant)
    }

    /// The present time by the process's clock, if it has a timer. Which clock it is takes longer to find out.
    pub fn now_if_there_is_a_timer() -> Option<Time> {
        #[cfg(feature = "sdk")]
        if let Some(custom) = custom_timer::current() {
            return Some(custom.now());
        }
        if NO_STD_TIME {
            return None;
        }
        let now = instant();
        has_default_timer(|| now).then(|| now.saturating_duration_since(origin()))
    }

    fn skips_waits(&self) -> bool {
        self.test_time.as_ref().is_some_and(|test| test.skips_waits())
    }

    /// Blocks the thread between two attempts.
    pub fn block(&self, pause: Duration) {
        if pause > Duration::ZERO && !self.skips_pause(pause) && Self::CAN_BLOCK {
            std::thread::sleep(pause);
        }
    }

    /// Whether blocking here would block an async runtime.
    pub fn blocks_a_runtime(&self) -> bool {
        #[cfg(feature = "tokio")]
        return !self.skips_waits() && on_a_task();
        #[cfg(not(feature = "tokio"))]
        return false;
    }
}

/// Polls the timer that cuts an attempt short. A body that has used up its task's cooperation budget must not
/// keep tokio's timer from ending.
#[inline]
pub(crate) fn poll_cut(cut: &mut Sleep, cx: &mut Context<'_>) -> Poll<()> {
    #[cfg(feature = "tokio")]
    if !tokio::task::coop::has_budget_remaining() {
        return std::pin::pin!(tokio::task::coop::unconstrained(cut)).poll(cx);
    }
    cut.as_mut().poll(cx)
}

fn ended() -> Sleep {
    Box::pin(std::future::ready(()))
}

#[cfg(feature = "tokio")]
fn default_id() -> ClockId {
    if NO_STD_TIME {
        return ClockId::Real;
    }
    // A running clock gives a reading between two looks at the real one. A clock that is paused, or was
    // paused for a while, does not.
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
    Some(Box::pin(of_this_runtime(|| tokio::time::sleep(duration))?))
}

/// `sleep`, if it can be made here.
#[cfg(feature = "tokio")]
fn of_this_runtime(
    sleep: impl FnOnce() -> tokio::time::Sleep + std::panic::UnwindSafe,
) -> Option<tokio::time::Sleep> {
    tokio::runtime::Handle::try_current().ok()?;
    // A runtime that was built without `enable_time` reports this only by a panic.
    std::panic::catch_unwind(sleep).ok()
}

/// Whether there is a timer here. A sleep that is not polled allocates nothing.
#[cfg(feature = "tokio")]
fn has_default_timer(now: impl FnOnce() -> Instant + std::panic::UnwindSafe) -> bool {
    of_this_runtime(|| tokio::time::sleep_until(now().into())).is_some()
}

#[cfg(not(feature = "tokio"))]
fn has_default_timer(_: impl FnOnce() -> Instant) -> bool {
    false
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

/// The instant of time 0: fixed at the first look.
fn origin() -> Instant {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    *ORIGIN.get_or_init(|| {
        let now = Instant::now();
        // A paused clock may have stopped before the first look at this one.
        now.checked_sub(Duration::from_secs(3600)).unwrap_or(now)
    })
}

/// Whether this thread is polling a task now. A thread of `spawn_blocking`, or one inside `block_in_place`,
/// is also inside the runtime, but only the poll of a task has a budget that runs out.
#[cfg(feature = "tokio")]
fn on_a_task() -> bool {
    use std::task::Waker;
    use tokio::task::coop::poll_proceed;

    if tokio::runtime::Handle::try_current().is_err() {
        return false;
    }
    let mut cx = Context::from_waker(Waker::noop());
    let mut granted = Vec::new();
    let mut left = true;
    // The budget is counted in one byte.
    while left && granted.len() <= usize::from(u8::MAX) {
        match poll_proceed(&mut cx) {
            Poll::Ready(unit) => granted.push(unit),
            Poll::Pending => left = false,
        }
    }
    // Each unit restores the budget as it was before: the first unit must be last.
    while granted.pop().is_some() {}
    !left
}

#[cfg(all(test, feature = "tokio"))]
#[path = "tests.rs"]
mod tests;
