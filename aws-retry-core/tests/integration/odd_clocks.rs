//! Clocks that stand still, jump ahead and go back, in every mode: a call ends, within its attempts, and
//! nothing panics. The clock is handed over, and its sleeps end at once, whatever it says.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use crate::support::Fault;
use aws_retry_core::{Mode, RetryPolicy, scope, time};
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use futures::executor::block_on;
use futures::future::join_all;
use proptest::prelude::*;

const MODES: [Mode; 6] =
    [Mode::Decorator, Mode::Legacy, Mode::Standard, Mode::Standard20, Mode::Adaptive, Mode::Paced];

/// Says these times in turn, again and again.
#[derive(Clone, Debug)]
struct Odd {
    says: Arc<[Duration]>,
    asked: Arc<AtomicUsize>,
    slept: Arc<AtomicUsize>,
}

impl Odd {
    fn new(says: &[Duration]) -> Self {
        let zero = || Arc::new(AtomicUsize::new(0));
        Self { says: says.into(), asked: zero(), slept: zero() }
    }
}

impl TimeSource for Odd {
    fn now(&self) -> SystemTime {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        SystemTime::UNIX_EPOCH + self.says[asked % self.says.len()]
    }
}

impl AsyncSleep for Odd {
    fn sleep(&self, _: Duration) -> Sleep {
        let slept = self.slept.fetch_add(1, Ordering::Relaxed);
        assert!(slept < 100_000, "a queue spins");
        Sleep::new(std::future::ready(()))
    }
}

/// Calls at once, each of which fails as `faults` say and then succeeds: how often each was sent.
fn sent(policy: &RetryPolicy, clock: &Odd, calls: &[Vec<Fault>]) -> Vec<u32> {
    let sent: Vec<_> = calls.iter().map(|_| AtomicU32::new(0)).collect();
    let all = join_all(calls.iter().zip(&sent).map(|(faults, sent)| async move {
        let outcome = policy.run_in("odd", || {
            let fault = faults.get(sent.fetch_add(1, Ordering::Relaxed) as usize);
            std::future::ready(fault.map_or(Ok(()), |fault| Err(*fault)))
        });
        let _ = outcome.await;
    }));
    let checked = async {
        all.await;
        if let Some(state) = scope::state("odd") {
            let rates = [state.adaptive, state.paced];
            for rate in rates.into_iter().flatten() {
                assert_eq!(rate.waiting, 0);
                assert!(rate.rate.is_none_or(|rate| rate > 0.0 && rate.is_finite()), "{rate:?}");
            }
            assert!(state.retry_tokens <= 500);
        }
    };
    block_on(time::with(clock.clone(), clock.clone(), checked));
    sent.into_iter().map(AtomicU32::into_inner).collect()
}

fn calls() -> impl Strategy<Value = Vec<Vec<Fault>>> {
    let fault = proptest::sample::select(vec![Fault::Throttled, Fault::Down, Fault::Gone]);
    proptest::collection::vec(proptest::collection::vec(fault, 0..6), 1..20)
}

/// Short steps back and forth, and jumps of any length that a clock can say.
fn times() -> impl Strategy<Value = Vec<Duration>> {
    let jump = (0..u64::MAX / 4).prop_map(Duration::from_nanos);
    let step = (0..5_000_u64).prop_map(Duration::from_millis);
    proptest::collection::vec(prop_oneof![1 => jump, 3 => step], 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_call_ends_whatever_its_clock_says(times in times(), calls in calls(), timeout: bool) {
        for mode in MODES {
            let mut policy = RetryPolicy::new().mode(mode).max_attempts(4);
            if timeout { policy = policy.total_timeout(Duration::from_secs(2)); }
            for (sent, faults) in sent(&policy, &Odd::new(&times), &calls).iter().zip(&calls) {
                prop_assert!(*sent <= 4 && *sent as usize <= faults.len() + 1, "{mode:?} {sent}");
            }
        }
    }
}

/// A deadline never comes; the attempts end the call, and a queue goes on by the times that it waited for.
#[test]
fn a_call_ends_though_its_clock_stands_still() {
    for mode in MODES {
        let policy = RetryPolicy::new().mode(mode).max_attempts(4).quota(false);
        let policy = policy.total_timeout(Duration::from_secs(3600));
        let clock = Odd::new(&[Duration::from_secs(1_800_000_000)]);
        let calls = vec![vec![Fault::Throttled; 9]; 10];
        assert_eq!(sent(&policy, &clock, &calls), [4; 10], "{mode:?}");
    }
}

/// Each look finds an earlier time than the one before.
#[test]
fn a_call_ends_though_its_clock_runs_backwards() {
    for mode in MODES {
        let policy = RetryPolicy::new().mode(mode).max_attempts(4).quota(false);
        let times: Vec<_> = (0..10_000).rev().map(Duration::from_secs).collect();
        let calls = vec![vec![Fault::Throttled; 9]; 10];
        assert_eq!(sent(&policy, &Odd::new(&times), &calls), [4; 10], "{mode:?}");
    }
}

/// Its sleeps move it on; in one of them it is set back by an hour.
#[derive(Clone, Debug, Default)]
struct SetBack {
    sleeps: Arc<AtomicUsize>,
    at: usize,
    slept: Arc<AtomicU64>,
}

impl SetBack {
    fn slept(&self) -> Duration {
        Duration::from_nanos(self.slept.load(Ordering::Relaxed))
    }
}

impl TimeSource for SetBack {
    fn now(&self) -> SystemTime {
        let set_back = self.sleeps.load(Ordering::Relaxed) >= self.at;
        let hours = Duration::from_secs(if set_back { 3600 } else { 7200 });
        SystemTime::UNIX_EPOCH + hours + self.slept()
    }
}

impl AsyncSleep for SetBack {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.sleeps.fetch_add(1, Ordering::Relaxed);
        self.slept.fetch_add(duration.as_nanos() as u64, Ordering::Relaxed);
        Sleep::new(std::future::ready(()))
    }
}

/// Nobody waits for the clock to come back to where it was.
#[test]
fn a_clock_that_is_set_back_costs_no_wait() {
    for mode in [Mode::Adaptive, Mode::Paced] {
        let policy = RetryPolicy::new().mode(mode).max_attempts(4).quota(false);
        let slept = |at| {
            let clock = SetBack { at, ..SetBack::default() };
            let calls = async {
                for _ in 0..10 {
                    let _ = crate::support::failing(&policy, "set back", 2, Fault::Throttled).await;
                }
            };
            block_on(time::with(clock.clone(), clock.clone(), calls));
            (clock.slept(), clock.sleeps.load(Ordering::Relaxed))
        };
        let (straight, sleeps) = slept(usize::MAX);
        assert!(sleeps > 20 && straight > Duration::ZERO, "{mode:?}: {sleeps} {straight:?}");
        for at in 1..sleeps {
            let (slept, _) = slept(at);
            let most = straight * 2 + Duration::from_secs(60);
            assert!(slept < most, "{mode:?} {at}: {slept:?}, without {straight:?}");
        }
    }
}
