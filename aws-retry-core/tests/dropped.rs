//! Calls that are dropped at any moment, many of them on one scope: each token that was taken is spent by
//! an attempt that was sent, or given back; nobody is left waiting, and attempts stay within their bound.

use std::cell::Cell;
use std::future::Future;
use std::io::{Error, ErrorKind};
use std::time::Duration;

use aws_retry_core::{Jitter, Mode, RetryPolicy, scope};
use proptest::prelude::*;

/// One call: when it begins, how long each attempt takes, how many fail first, and when it is dropped.
#[derive(Clone, Debug)]
struct Plan {
    begins: u64,
    lasts: u64,
    failures: u32,
    dropped: u64,
}

/// What a call has sent, and whether it came to its end.
#[derive(Debug, Default)]
struct Sent {
    attempts: Cell<u32>,
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
            state.quota_left
        });
        (sent, left)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// At most 24 calls of 3 retries of 14 would be above 500 tokens: `failures` and the drops keep most
    /// scripts below, and the sums hold above it, too.
    #[test]
    fn tokens_are_spent_or_given_back(plans in plans(), mode in proptest::sample::select(vec![
        Mode::Standard, Mode::Adaptive, Mode::Decorator, Mode::Paced,
    ])) {
        let policy = RetryPolicy::new().mode(mode).max_attempts(4).jitter(Jitter::None);
        let (sent, left) = run(&policy, &plans);
        for sent in &sent {
            prop_assert!(sent.attempts.get() <= 4);
        }
        let retries: u32 = sent.iter().map(|sent| sent.attempts.get().saturating_sub(1)).sum();
        // A success after a retry gives back its last; one on the first try gives back 1, where it lacks.
        let (mut back, mut first) = (0, 0);
        for sent in sent.iter().filter(|sent| sent.succeeded.get()) {
            if sent.attempts.get() > 1 { back += 1 } else { first += 1 }
        }
        let spent = 14 * (retries - back);
        prop_assert!(left >= 500_u32.saturating_sub(spent), "{left} left of 500 - {spent}");
        prop_assert!(left <= (500_u32.saturating_sub(spent) + first).min(500), "{left}: {spent} - {first}");
    }
}

/// Dropped between two attempts, the retry is not sent, and its tokens come back.
#[test]
fn a_call_dropped_in_its_wait_gives_its_tokens_back() {
    let policy = RetryPolicy::standard().jitter(Jitter::None);
    let plan = Plan { begins: 0, lasts: 10, failures: 9, dropped: 40 };
    let (sent, left) = run(&policy, std::slice::from_ref(&plan));
    assert_eq!((sent[0].attempts.get(), left), (1, 500), "dropped 30 ms into a wait of 50 ms");
    let (sent, left) = run(&policy, &[Plan { dropped: 65, ..plan }]);
    assert_eq!((sent[0].attempts.get(), left), (2, 486), "dropped within the retry");
}
