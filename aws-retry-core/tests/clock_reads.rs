//! How often a call looks at the clock: never, where nothing in its policy is about time. One test, since
//! the clock that counts is the whole process's.
#![cfg(feature = "sdk")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use aws_retry_core::{Mode, RetryPolicy, time};
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use futures::executor::block_on;
use support::{Fault, failing};

/// Counts who looks at it. Its sleeps end at once.
#[derive(Clone, Debug, Default)]
struct Counting(Arc<AtomicU32>);

impl TimeSource for Counting {
    fn now(&self) -> SystemTime {
        let read = self.0.fetch_add(1, Ordering::Relaxed);
        SystemTime::UNIX_EPOCH + Duration::from_millis(read.into())
    }
}

impl AsyncSleep for Counting {
    fn sleep(&self, _: Duration) -> Sleep {
        Sleep::new(std::future::ready(()))
    }
}

#[test]
fn a_success_on_the_first_attempt_reads_no_clock_that_it_does_not_need() {
    let clock = Counting::default();
    time::set(clock.clone(), clock.clone());
    let reads = |policy: &RetryPolicy, failures| {
        let before = clock.0.load(Ordering::Relaxed);
        block_on(failing(policy, "reads", failures, Fault::Throttled)).expect("it succeeds");
        clock.0.load(Ordering::Relaxed) - before
    };
    let modes = [Mode::Decorator, Mode::Legacy, Mode::Standard, Mode::Standard20];
    for mode in modes {
        assert_eq!(reads(&RetryPolicy::new().mode(mode), 0), 0, "{mode:?}");
    }
    // Somebody's quota is drained: a success gives to it, and looks at no clock for that either.
    let _ = block_on(failing(&RetryPolicy::standard(), "drained", 9, Fault::Down));
    for mode in modes {
        assert_eq!(reads(&RetryPolicy::new().mode(mode), 0), 0, "{mode:?}");
    }
    // Arguments about time do read the clock, so the count can fail.
    for policy in [
        RetryPolicy::new().total_timeout(Duration::from_secs(60)),
        RetryPolicy::new().mode(Mode::Adaptive),
        RetryPolicy::new().mode(Mode::Paced),
    ] {
        assert!(reads(&policy, 0) > 0, "{policy:?}");
    }
    assert!(reads(&RetryPolicy::new(), 1) > 0, "from the first failure on");
    time::unset();
}
