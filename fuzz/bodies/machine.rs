//! The state machine of calls, under any policy, outcomes and clock: no panic, and no more attempts than the
//! policy allows.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_retry_core::{AsFailure, Failure, Jitter, Mode, RetryAfter, RetryPolicy, time};
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use futures::executor::block_on;

use super::bytes::Bytes;

const MODES: [Mode; 6] =
    [Mode::Decorator, Mode::Legacy, Mode::Standard, Mode::Standard20, Mode::Adaptive, Mode::Paced];
const JITTERS: [Jitter; 5] =
    [Jitter::Scaled, Jitter::None, Jitter::Full, Jitter::Equal, Jitter::Decorrelated];
const CODES: [&str; 6] =
    ["ThrottlingException", "RequestTimeout", "SlowDown", "AccessDenied", "InternalError", "?"];

#[derive(Clone, Copy, Debug)]
struct Outcome {
    code: &'static str,
    status: u16,
    hint: Option<RetryAfter>,
}

impl AsFailure for Outcome {
    fn as_failure(&self) -> Failure<'_> {
        let failure = Failure::new().with_code(self.code).with_status(self.status);
        match self.hint {
            Some(hint) => failure.with_retry_after(hint),
            None => failure,
        }
    }
}

/// Says these times in turn, again and again. Its sleeps end at once.
#[derive(Clone, Debug)]
struct Clock {
    says: Arc<[Duration]>,
    asked: Arc<AtomicUsize>,
    slept: Arc<AtomicUsize>,
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        let says = self.says[self.asked.fetch_add(1, Ordering::Relaxed) % self.says.len()];
        SystemTime::UNIX_EPOCH.checked_add(says).unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

impl AsyncSleep for Clock {
    fn sleep(&self, _: Duration) -> Sleep {
        assert!(self.slept.fetch_add(1, Ordering::Relaxed) < 100_000, "a queue spins");
        Sleep::new(std::future::ready(()))
    }
}

fn policy(bytes: &mut Bytes<'_>, attempts: u32) -> RetryPolicy {
    let mut policy = RetryPolicy::new().mode(bytes.one_of(&MODES)).max_attempts(attempts);
    let set = bytes.number();
    let when = |bit: u32| set >> bit & 1 == 1;
    if when(0) {
        policy = policy.jitter(bytes.one_of(&JITTERS));
    }
    if when(1) {
        policy = policy.base_delay(bytes.duration());
    }
    if when(2) {
        policy = policy.max_delay(bytes.duration());
    }
    if when(3) {
        policy = policy.multiplier(bytes.float());
    }
    if when(4) {
        policy = policy.total_timeout(bytes.duration());
    }
    if when(5) {
        policy = policy.attempt_timeout(bytes.duration());
    }
    if when(6) {
        policy = policy.max_rate(bytes.float());
    }
    if when(7) {
        policy = policy.share(bytes.float());
    }
    if when(8) {
        policy = policy.cost(bytes.float());
    }
    if when(9) {
        policy = policy.known_rate(bytes.float());
    }
    if when(10) {
        policy = policy.known_burst(bytes.float());
    }
    if when(11) {
        policy = policy.fail_fast(true);
    }
    if when(12) {
        policy = policy.quota(false);
    }
    if when(13) {
        policy = policy.transient(false);
    }
    if when(14) {
        policy = policy.idempotent(false);
    }
    policy
}

fn outcome(bytes: &mut Bytes<'_>) -> Result<(), Outcome> {
    let kind = bytes.byte();
    if kind.is_multiple_of(4) {
        return Ok(());
    }
    let hint = match kind % 4 {
        1 => None,
        2 => Some(RetryAfter::Amz(bytes.duration())),
        _ => Some(RetryAfter::Http(bytes.duration())),
    };
    let status = bytes.one_of(&[400, 429, 500, 503, 0, 200, u16::MAX]);
    Err(Outcome { code: bytes.one_of(&CODES), status, hint })
}

pub fn run(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let attempts = u32::from(bytes.byte() % 8) + 1;
    let policy = policy(&mut bytes, attempts);
    let says = (0..bytes.byte() % 8 + 1).map(|_| bytes.duration()).collect();
    let zero = || Arc::new(AtomicUsize::new(0));
    let clock = Clock { says, asked: zero(), slept: zero() };
    let bytes = RefCell::new(bytes);
    let calls = async {
        for _ in 0..20 {
            let sent = Cell::new(0);
            let ended = policy.run_in("fuzzed", || {
                sent.set(sent.get() + 1);
                std::future::ready(outcome(&mut bytes.borrow_mut()))
            });
            let _ = ended.await;
            assert!(sent.get() <= attempts, "{} of {attempts} attempts", sent.get());
            if bytes.borrow().is_empty() {
                break;
            }
        }
    };
    block_on(time::with(clock.clone(), clock, calls));
}
