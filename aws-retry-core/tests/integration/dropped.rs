//! Calls that are dropped at any moment, many of them on one scope: each token that was taken is spent by
//! a retry that failed, or given back; no call is left waiting, and attempts stay within their bound.

use std::cell::Cell;
use std::future::Future;
use std::io::{Error, ErrorKind};
use std::task::Poll;
use std::time::Duration;

use aws_retry_core::{Jitter, Mode, RetryPolicy, scope};
use proptest::prelude::*;

/// The modes, and what a retry takes after a lost connection.
const MODES: [(Mode, u32); 6] = [
    (Mode::Decorator, 14),
    (Mode::Legacy, 0),
    (Mode::Standard, 14),
    (Mode::Standard20, 5),
    (Mode::Adaptive, 14),
    (Mode::Paced, 2),
];

/// One call: when it begins, how long each attempt takes, how many fail first, and when it is dropped.
#[derive(Clone, Debug)]
struct Plan {
    begins: u64,
    lasts: u64,
    failures: u32,
    dropped: u64,
}

/// The attempts that a call has sent, and whether it came to its end.
#[derive(Debug, Default)]
struct Sent {
    attempts: Cell<u32>,
    ended: Cell<bool>,
    succeeded: Cell<bool>,
}

async fn call(policy: &RetryPolicy, plan: &Plan, sent: &Sent) {
    tokio::time::sleep(Duration::from_millis(plan.begins)).await;
    let outcome = policy.run_in("dropped", || {
        sent.attempts.set(sent.attempts.get() + 1);
        let fails = sent.attempts.get() <= plan.failures;
        async move {
            tokio::time::sleep(Duration::from_millis(plan.lasts)).await;
            if fails { Err(Error::from(ErrorKind::ConnectionReset)) } else { Ok(()) }
        }
    });
    if let Ok(outcome) = tokio::time::timeout(Duration::from_millis(plan.dropped), outcome).await {
        sent.ended.set(true);
        sent.succeeded.set(outcome.is_ok());
    }
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let plan = (0..2000_u64, 0..300_u64, 0..6_u32, 0..4000_u64);
    let plan = plan.prop_map(|(begins, lasts, failures, dropped)| Plan {
        begins,
        lasts,
        failures,
        dropped,
    });
    proptest::collection::vec(plan, 1..25)
}

fn paused<T>(test: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().expect("a runtime");
    runtime.block_on(test)
}

/// Runs `plans` at the same time; what each sent, and the tokens left.
fn run(policy: &RetryPolicy, plans: &[Plan]) -> (Vec<Sent>, u32) {
    paused(async {
        let sent: Vec<_> = plans.iter().map(|_| Sent::default()).collect();
        futures::future::join_all(
            plans.iter().zip(&sent).map(|(plan, sent)| call(policy, plan, sent)),
        )
        .await;
        let left = scope::state(&"dropped").map_or(500, |state| {
            let waiting = [state.adaptive, state.paced].into_iter().flatten();
            assert!(waiting.map(|rate| rate.waiting).sum::<usize>() == 0, "nobody is left waiting");
            state.retry_tokens
        });
        (sent, left)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// At most 24 calls of 3 retries of 14 would be above 500 tokens: `failures` and the drops keep most
    /// scripts below, and the sums hold above it, too.
    #[test]
    fn tokens_of_dropped_calls_are_spent_or_given_back(
        plans in plans(),
        (mode, cost) in proptest::sample::select(MODES.to_vec()),
    ) {
        let policy = RetryPolicy::new().mode(mode).max_attempts(4).jitter(Jitter::None);
        let (sent, left) = run(&policy, &plans);
        for sent in &sent {
            prop_assert!(sent.attempts.get() <= 4);
        }
        let retries: u32 = sent.iter().map(|sent| sent.attempts.get().saturating_sub(1)).sum();
        // A success after a retry gives back its last; one on the first attempt gives back 1, where it lacks.
        let (mut back, mut first) = (0, 0);
        for sent in sent.iter().filter(|sent| sent.succeeded.get()) {
            if sent.attempts.get() > 1 { back += 1 } else { first += 1 }
        }
        let spent = cost * (retries - back);
        prop_assert!(left >= 500_u32.saturating_sub(spent), "{left} left of 500 - {spent}");
        // A call that was dropped within a retry gives back that one's, too.
        let dropped = sent.iter().filter(|sent| !sent.ended.get() && sent.attempts.get() > 1).count();
        let most = spent - cost * u32::try_from(dropped).expect("a few") ;
        // Where the tokens are short, the reserve of the modes of our own pays.
        if spent <= 500 {
            prop_assert!(left <= (500 - most + first).min(500), "{left}: {most} - {first}");
        }
    }
}

/// A call that is dropped after this number of polls: attempts that were sent and failed, attempts that were
/// sent, and tokens left. None where it ended first.
fn dropped_after(polls: usize, policy: &RetryPolicy) -> Option<(u32, u32, u32)> {
    paused(async {
        let (sent, failed) = (Cell::new(0), Cell::new(0));
        let mut call = Box::pin(policy.run_in("polls", || {
            sent.set(sent.get() + 1);
            async {
                tokio::task::yield_now().await;
                tokio::time::sleep(Duration::from_millis(5)).await;
                failed.set(failed.get() + 1);
                Err::<(), _>(Error::from(ErrorKind::ConnectionReset))
            }
        }));
        let mut polled = 0;
        let ended = futures::future::poll_fn(|cx| {
            polled += 1;
            match call.as_mut().poll(cx) {
                Poll::Ready(_) => Poll::Ready(true),
                Poll::Pending if polled == polls => Poll::Ready(false),
                Poll::Pending => Poll::Pending,
            }
        });
        let ended = ended.await;
        drop(call);
        let state = scope::state("polls");
        let rates = state.iter().flat_map(|state| [state.adaptive, state.paced]).flatten();
        assert_eq!(rates.map(|rate| rate.waiting).sum::<usize>(), 0, "nobody is left waiting");
        let left = state.map_or(500, |state| state.retry_tokens);
        (!ended).then(|| (failed.get(), sent.get(), left))
    })
}

/// Wherever it awaits: in an attempt, in a backoff, in the queue. The tokens of a retry that failed are
/// spent; those of one that was not sent, or whose end nobody waited for, come back.
#[test]
fn a_call_dropped_at_any_poll_leaves_nothing_behind() {
    for (mode, cost) in MODES {
        // The rate makes the calls of the modes that have one wait in the queue, too.
        let policy = RetryPolicy::new().mode(mode).max_attempts(4).jitter(Jitter::None);
        let policy = policy.max_rate(0.2);
        let drops: Vec<_> = (1..).map_while(|polls| dropped_after(polls, &policy)).collect();
        assert!(drops.len() >= 4 * 2 + 3, "{mode:?}: {drops:?}");
        for (failed, _, left) in &drops {
            assert_eq!(*left, 500 - cost * failed.saturating_sub(1), "{mode:?}: {drops:?}");
        }
        assert_eq!(drops.last().map(|(_, sent, _)| *sent), Some(4));
    }
}

/// Dropped between two attempts, or within the second: the tokens of the retry come back.
#[test]
fn a_call_that_is_dropped_before_its_retry_has_failed_gives_its_tokens_back() {
    let policy = RetryPolicy::standard().jitter(Jitter::None);
    let plan = Plan { begins: 0, lasts: 10, failures: 9, dropped: 40 };
    let (sent, left) = run(&policy, std::slice::from_ref(&plan));
    assert_eq!((sent[0].attempts.get(), left), (1, 500), "dropped 30 ms into a wait of 50 ms");
    let (sent, left) = run(&policy, &[Plan { dropped: 65, ..plan }]);
    assert_eq!((sent[0].attempts.get(), left), (2, 500), "dropped within the retry");
}
