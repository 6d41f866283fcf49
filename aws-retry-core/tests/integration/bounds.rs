//! A bound is a bound: deadlines, time-outs, numbers of attempts and rates, in every mode and form.

use std::cell::Cell;
use std::io;
use std::time::Duration;

use crate::support::steps::Steps;
use crate::support::{EXACT, Fault, failing};
use aws_retry_core::testing::Harness;
use aws_retry_core::{
    Mode, Reason, Report, RetryPolicy, StopWhy, Stopped, report, time, with_deadline,
};
use futures::executor::block_on;
use tokio::time::Instant;

const MODES: [Mode; 6] =
    [Mode::Decorator, Mode::Legacy, Mode::Standard, Mode::Standard20, Mode::Adaptive, Mode::Paced];

fn past() -> std::time::Instant {
    Instant::now().into_std()
}

fn why(error: &io::Error) -> Option<StopWhy> {
    let stopped = error.get_ref().and_then(|it| it.downcast_ref::<Stopped>());
    stopped.map(|stopped| stopped.why)
}

#[tokio::test(start_paused = true)]
async fn a_call_that_begins_after_its_deadline_sends_nothing_in_any_mode() {
    for mode in MODES {
        let policy = RetryPolicy::new().mode(mode);
        let sent = Cell::new(0);
        let body = || {
            sent.set(sent.get() + 1);
            async { Ok::<_, io::Error>(()) }
        };
        let name = format!("late {mode:?}");
        let call = with_deadline(past(), policy.run_in(&name, body));
        let (outcome, report) = report(call).await;
        assert_eq!(why(&outcome.unwrap_err()), Some(StopWhy::Deadline), "{mode:?}");
        assert_eq!((sent.get(), report.attempts), (0, 0), "{mode:?}");
        assert_eq!(report.failures[0].reason, Some(Reason::Deadline), "{mode:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_that_cannot_say_so_makes_the_first_attempt_the_last() {
    for mode in MODES {
        let policy = RetryPolicy::new().mode(mode);
        let name = format!("late fault {mode:?}");
        let call = failing(&policy, &name, 9, Fault::Throttled);
        let (outcome, report) = report(with_deadline(past(), call)).await;
        assert_eq!(outcome, Err(Fault::Throttled), "{mode:?}");
        assert_eq!(report.attempts, 1, "{mode:?}");
        assert_eq!(report.failures[0].reason, Some(Reason::Deadline), "{mode:?}");
    }
}

#[test]
fn blocking_code_that_begins_after_its_deadline_sends_nothing() {
    let mut sent = 0;
    let policy = RetryPolicy::new().deadline(past());
    let outcome = policy.run_blocking(|| {
        sent += 1;
        Ok::<_, io::Error>(())
    });
    assert_eq!((why(&outcome.unwrap_err()), sent), (Some(StopWhy::Deadline), 0));
}

/// A body that never leaves its task's budget of cooperation to anybody else.
#[tokio::test]
async fn a_body_that_uses_up_its_budget_is_cut() {
    let short = Duration::from_millis(30);
    let once = EXACT.max_retries(0);
    for policy in [once.clone().attempt_timeout(short), once.total_timeout(short)] {
        let begun = std::time::Instant::now();
        let hog = || async {
            while begun.elapsed() < Duration::from_secs(3) {
                tokio::task::consume_budget().await;
            }
            Ok::<_, io::Error>(())
        };
        let outcome = policy.run_in("hog", hog).await;
        assert!(why(&outcome.unwrap_err()).is_some(), "{policy:?}");
        assert!(begun.elapsed() < Duration::from_secs(1), "{policy:?}: {:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn max_attempts_bounds_paced_mode_whichever_layer_writes_max_retries() {
    let bound = RetryPolicy::paced().max_attempts(3);
    let retries = RetryPolicy::new().max_retries(7);
    for (name, policy) in [
        ("below", retries.over(&bound)),
        ("above", bound.over(&retries)),
        ("in one", bound.clone().max_retries(7)),
        ("in three", RetryPolicy::new().max_retries(9).over(&retries.over(&bound))),
    ] {
        let (_, report) = report(failing(&policy, name, 99, Fault::Throttled)).await;
        assert_eq!(report.attempts, 3, "{name}");
    }
    // In the other modes both say the same: the upper layer counts.
    let plain = EXACT.max_attempts(3);
    for (policy, attempts) in [(retries.over(&plain), 8), (plain.over(&retries), 3)] {
        let (_, report) = report(failing(&policy, "plain", 99, Fault::Throttled)).await;
        assert_eq!(report.attempts, attempts);
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_whose_turn_comes_too_late_gives_its_own_error_back_at_once() {
    let begun = Instant::now();
    let policy = RetryPolicy::paced().max_rate(0.1).total_timeout(Duration::from_secs(5));
    let (outcome, report) = report(policy.run_in("slow", || async {
        let throttled = aws_smithy_types::error::ErrorMetadata::builder().code("SlowDown").build();
        Err::<(), _>(throttled)
    }))
    .await;
    assert_eq!(outcome.unwrap_err().code(), Some("SlowDown"));
    assert_eq!((report.attempts, report.failures[0].reason), (1, Some(Reason::Deadline)));
    assert_eq!(begun.elapsed(), Duration::ZERO, "the queue can tell");
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_cannot_come_in_time_is_no_attempt() {
    let policy = RetryPolicy::paced().max_rate(1.0).total_timeout(Duration::from_millis(500));
    let call = || policy.run_in("full", || async { Ok::<_, io::Error>(()) });
    let (outcomes, report) = report(futures::future::join_all((0..5).map(|_| call()))).await;
    let late = outcomes.iter().flat_map(|it| it.as_ref().err()).map(why);
    assert_eq!(late.collect::<Vec<_>>(), [Some(StopWhy::NoTurn); 4]);
    assert_eq!((report.attempts, report.failures.len()), (1, 4));
    assert!(report.failures.iter().all(|it| it.reason == Some(Reason::Deadline)));
}

/// A time source that an operator sets back by an hour.
#[test]
fn a_clock_that_is_set_back_extends_no_total_timeout() {
    let steps = Steps::default();
    let policy = EXACT.total_timeout(Duration::from_secs(4)).max_retries(50);
    let clock = steps.clone();
    let body = || {
        clock.set_back(Duration::from_secs(3600));
        async { Err::<(), _>(Fault::Throttled) }
    };
    let call = report(policy.run_in("set back", body));
    let (_, report) = block_on(time::with(steps.clone(), steps, call));
    assert_eq!(report.attempts, 4, "after 0.5 s, 1 s and 2 s");
    assert_eq!(report.failures[3].reason, Some(Reason::Deadline));
}

#[test]
fn a_time_out_without_a_timer_ends_the_call_before_it_sends() {
    let minute = Duration::from_secs(60);
    for policy in [EXACT.attempt_timeout(minute), EXACT.total_timeout(minute)] {
        let sent = Cell::new(0);
        let body = || {
            sent.set(sent.get() + 1);
            async { Ok::<_, io::Error>(()) }
        };
        let (outcome, report) = block_on(report(policy.run_in("no timer", body)));
        assert_eq!(why(&outcome.unwrap_err()), Some(StopWhy::NoTimer));
        assert_eq!((sent.get(), report.failures[0].reason), (0, Some(Reason::NoTimer)));
    }
}

/// An executor without a timer: a turn that comes at once is taken, and no other is jumped.
#[test]
fn without_a_timer_a_turn_is_taken_at_once_or_not_at_all() {
    let policy = RetryPolicy::paced().max_rate(50.0);
    let can_say = |_| block_on(policy.run_in("no timer, io", || async { Ok::<_, io::Error>(()) }));
    let outcomes: Vec<_> = (0..10).map(can_say).collect();
    assert!(outcomes[0].is_ok());
    let refused = outcomes.iter().flat_map(|it| it.as_ref().err()).map(why);
    assert!(refused.clone().count() >= 8, "{outcomes:?}");
    assert!(refused.clone().all(|why| why == Some(StopWhy::NoTimer)));

    // Where the error can't say so, the thread waits.
    let begun = std::time::Instant::now();
    for _ in 0..5 {
        block_on(failing(&policy, "no timer, fault", 0, Fault::Down)).unwrap();
    }
    assert!(begun.elapsed() >= Duration::from_millis(70), "{:?}", begun.elapsed());
}

/// The times at which calls send, in seconds.
async fn sends(policy: &RetryPolicy, scope: &str, calls: u32) -> Vec<f64> {
    let begun = Instant::now();
    let sent = std::sync::Mutex::new(Vec::new());
    let body = || async {
        sent.lock().unwrap().push(begun.elapsed().as_secs_f64());
        Ok::<_, Fault>(())
    };
    futures::future::join_all((0..calls).map(|_| policy.run_in(scope, body))).await;
    sent.into_inner().unwrap()
}

/// Most sends within any window of a second, less the one that begins it.
fn most_per_second(sends: &[f64]) -> usize {
    let within = |from: &f64| sends.iter().filter(|at| (*from..from + 0.999).contains(*at)).count();
    sends.iter().map(within).max().unwrap_or(0)
}

#[tokio::test(start_paused = true)]
async fn no_send_goes_out_without_a_turn_where_the_error_cannot_say_that_it_must_not() {
    let paced = RetryPolicy::paced().max_rate(5.0);
    for (name, policy) in [
        ("fail_fast", paced.clone().fail_fast(true)),
        ("total_timeout", paced.clone().total_timeout(Duration::from_millis(100))),
        ("adaptive", RetryPolicy::adaptive().max_rate(5.0).fail_fast(true)),
    ] {
        let sends = sends(&policy, name, 50).await;
        assert_eq!(sends.len(), 50, "{name}");
        assert!(most_per_second(&sends) <= 6, "{name}: {sends:?}");
    }
}

#[test]
fn blocking_code_takes_turns_and_its_throttles_teach_the_rate() {
    let harness = Harness::new().no_waits();
    let _rules = harness.enter();
    let paced = RetryPolicy::paced().max_rate(20.0);
    let queued = |times: u32| {
        let call = |_| paced.run_blocking(|| Ok::<_, Fault>(()));
        block_on(report(async { (0..times).map(call).filter(Result::is_ok).count() }))
    };
    let (sent, Report { total_queued, .. }) = queued(100);
    assert_eq!(sent, 100);
    assert!(total_queued > Duration::from_millis(4900), "{total_queued:?}");

    let mut attempts = 0;
    let policy = RetryPolicy::paced().name("teaches");
    let outcome = policy.run_blocking(|| {
        attempts += 1;
        if attempts < 4 { Err(Fault::Throttled) } else { Ok(()) }
    });
    assert_eq!((outcome, attempts), (Ok(()), 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_that_block_for_their_turn_keep_to_the_rate() {
    let policy = RetryPolicy::paced().max_rate(200.0);
    let begun = std::time::Instant::now();
    let call = move || {
        let policy = policy.clone();
        tokio::task::spawn_blocking(move || {
            (0..10).for_each(|_| policy.run_blocking(|| Ok::<_, io::Error>(())).unwrap());
        })
    };
    futures::future::join_all((0..4).map(|_| call())).await;
    // 40 sends, 5 ms apart, the first at once, and 5 ms that late timers are granted.
    assert!(begun.elapsed() >= Duration::from_millis(190), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_lowest_max_rate_of_a_scope_counts_whoever_calls_first() {
    let (fast, slow) = (RetryPolicy::paced(), RetryPolicy::paced().max_rate(2.0));
    for (name, policies) in [("slow first", [&slow, &fast]), ("fast first", [&fast, &slow])] {
        let begun = Instant::now();
        for policy in policies.into_iter().cycle().take(20) {
            failing(policy, name, 0, Fault::Throttled).await.unwrap();
        }
        assert!(begun.elapsed() >= Duration::from_millis(8990), "{name}: {:?}", begun.elapsed());
    }
}

#[test]
fn rates_out_of_range_are_named_and_end() {
    for nonsense in [1e-21, f64::MIN_POSITIVE, 0.0, -1.0, f64::NAN, f64::INFINITY] {
        let policy = RetryPolicy::paced().max_rate(nonsense).share(nonsense);
        assert!(policy.check().is_err(), "{nonsense}");
        let calls = async {
            for _ in 0..3 {
                let _ = failing(&policy, "nonsense", 1, Fault::Throttled).await;
            }
        };
        block_on(Harness::new().no_waits().scope(calls));
    }
}

#[tokio::test(start_paused = true)]
async fn a_place_in_a_generic_function_is_one_scope() {
    async fn generic<T: Default>(policy: &RetryPolicy) -> T {
        policy.run(|| async { Ok::<_, io::Error>(T::default()) }).await.unwrap()
    }
    let policy = RetryPolicy::paced().max_rate(1.0);
    let begun = Instant::now();
    for _ in 0..3 {
        generic::<u8>(&policy).await;
        generic::<String>(&policy).await;
    }
    assert!(begun.elapsed() >= Duration::from_millis(4990), "{:?}", begun.elapsed());
}
