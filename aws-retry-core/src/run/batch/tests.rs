//! Batches against a service that answers as a script says.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::sync::Mutex;
use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::*;
use crate::testing::Harness;
use crate::{AsFailure, Failure, Jitter, Kind, Reason, Stopped, report, scope, with_deadline};

/// The service's answer for an item.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Accept,
    HandBack,
    Throttle,
    Fault,
    Reject,
    /// The answer does not mention it.
    Forget,
}

#[derive(Debug)]
enum Fault {
    Throttled,
    Down,
    Denied,
    Stopped,
}

impl AsFailure for Fault {
    fn as_failure(&self) -> Failure<'_> {
        match self {
            Self::Throttled => Failure::new().with_code("ThrottlingException"),
            Self::Down => Failure::new().with_status(503),
            Self::Denied => Failure::new().with_code("AccessDeniedException").with_status(400),
            Self::Stopped => Failure::transient(),
        }
    }

    fn from_stopped() -> Option<fn(Stopped) -> Self> {
        Some(|_| Self::Stopped)
    }
}

fn part_of(fate: Fate, item: u32) -> Part<u32> {
    match fate {
        Fate::Accept => Part::Done(item * 10),
        Fate::HandBack => Part::HandedBack,
        Fate::Throttle => Part::failed("ProvisionedThroughputExceededException", Some("slow")),
        Fate::Fault => Part::failed("InternalFailure", None),
        Fate::Reject | Fate::Forget => Part::failed("ValidationException", None),
    }
}

/// The answer of a service that gives each item of each request the next fate.
fn parts(chunk: &Chunk<'_, u32>, mut next: impl FnMut() -> Fate) -> Vec<Part<u32>> {
    let mut parts = Vec::new();
    for item in chunk.iter() {
        let fate = next();
        if matches!(fate, Fate::Forget) {
            break;
        }
        parts.push(part_of(fate, **item));
    }
    parts
}

const EXACT: RetryPolicy = RetryPolicy::new().jitter(Jitter::None).quota(false);

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        6 => Just(Fate::Accept),
        3 => Just(Fate::HandBack),
        2 => Just(Fate::Throttle),
        2 => Just(Fate::Fault),
        1 => Just(Fate::Reject),
        1 => Just(Fate::Forget),
    ];
    prop::collection::vec(fate, 1..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_item_is_lost_or_doubled_and_the_order_is_kept_whatever_the_answers(
        count in 0_u32..120,
        at_most in 1_usize..30,
        concurrency in 1_usize..6,
        bytes in prop_oneof![Just(usize::MAX), 1_usize..50],
        max_attempts in 1_u32..6,
        fates in fates(),
        errors in prop::collection::vec(0_u8..8, 1..20),
        paced: bool,
        total in prop_oneof![Just(None), (0_u64..20_000).prop_map(Some)],
        idempotent: bool,
    ) {
        let mode = if paced { RetryPolicy::paced() } else { EXACT };
        let mut policy = mode.max_attempts(max_attempts).idempotent(idempotent);
        if let Some(total) = total {
            policy = policy.total_timeout(Duration::from_millis(total));
        }
        let sent: Mutex<BTreeMap<u32, u32>> = Mutex::default();
        let (mut fates, mut errors) = (fates.into_iter().cycle(), errors.into_iter().cycle());
        let run = batch(0..count)
            .at_most(at_most)
            .bytes(bytes, |item| usize::try_from(*item % 7).unwrap())
            .concurrency(concurrency)
            .policy(policy)
            .in_scope(&("a batch of a property", count, at_most))
            .send(
                |items: Vec<u32>| {
                    assert!(!items.is_empty() && items.len() <= at_most);
                    let size: u32 = items.iter().map(|item| item % 7).sum();
                    assert!(items.len() == 1 || usize::try_from(size).unwrap() <= bytes);
                    for item in items {
                        *sent.lock().unwrap().entry(item).or_default() += 1;
                    }
                    let error = match errors.next() {
                        Some(0) => Some(Fault::Throttled),
                        Some(1) => Some(Fault::Down),
                        Some(2) => Some(Fault::Denied),
                        _ => None,
                    };
                    async move {
                        tokio::time::sleep(Duration::from_millis(70)).await;
                        error.map_or(Ok(()), Err)
                    }
                },
                |(), chunk| parts(&chunk, || fates.next().unwrap()),
            );
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let batch = runtime.block_on(Harness::new().scope(run));
        let mut seen = vec![0; usize::try_from(count).unwrap()];
        for (index, value) in &batch.done {
            seen[*index] += 1;
            prop_assert_eq!(usize::try_from(*value).unwrap(), index * 10);
        }
        let sent = sent.into_inner().unwrap();
        for item in &batch.failed {
            seen[item.index] += 1;
            prop_assert_eq!(usize::try_from(item.item).unwrap(), item.index);
            prop_assert_eq!(Some(&item.attempts), sent.get(&item.item));
        }
        for (index, item) in &batch.unsent {
            seen[*index] += 1;
            prop_assert_eq!(usize::try_from(*item).unwrap(), *index);
            prop_assert!(!sent.contains_key(item), "{} was sent", item);
        }
        prop_assert!(seen.iter().all(|times| *times == 1), "{:?}", seen);
        prop_assert!(batch.done.is_sorted_by_key(|it| it.0));
        prop_assert!(batch.failed.is_sorted_by_key(|it| it.index));
        prop_assert!(batch.unsent.is_sorted_by_key(|it| it.0));
        prop_assert!(sent.values().all(|times| *times <= max_attempts), "{:?}", sent);
        prop_assert!(total.is_some() || batch.unsent.is_empty());
    }
}

/// Sends `0..count` to a service that hands back all items but the first `accepted` of each request.
async fn to_a_slow_table(
    policy: RetryPolicy,
    count: u32,
    accepted: usize,
) -> (Vec<Vec<u32>>, Batch<u32, (), Error>) {
    let mut requests = Vec::new();
    let batch = batch(0..count)
        .at_most(5)
        .concurrency(1)
        .policy(policy)
        .in_scope("a slow table")
        .send(
            |items| {
                requests.push(items.clone());
                async move { Ok::<_, Error>(items.get(accepted..).unwrap_or_default().to_vec()) }
            },
            |handed_back, chunk| chunk.all_but(&handed_back),
        )
        .await;
    (requests, batch)
}

#[tokio::test(start_paused = true)]
async fn items_handed_back_go_out_again_with_new_ones_after_the_wait() {
    let begun = Instant::now();
    let (requests, batch) = to_a_slow_table(EXACT, 9, 3).await;
    let expected: [&[u32]; 3] = [&[0, 1, 2, 3, 4], &[3, 4, 5, 6, 7], &[6, 7, 8]];
    assert_eq!(requests, expected);
    assert_eq!(begun.elapsed(), Duration::from_secs(1), "0.5 s for the first retry of each item");
    let positions: Vec<_> = batch.complete().unwrap();
    assert_eq!(positions.len(), 9);
}

#[tokio::test(start_paused = true)]
async fn an_item_ends_with_its_attempts_and_the_others_go_on() {
    let (requests, batch) = to_a_slow_table(EXACT.max_attempts(2), 12, 1).await;
    let expected: [&[u32]; 5] =
        [&[0, 1, 2, 3, 4], &[1, 2, 3, 4, 5], &[5, 6, 7, 8, 9], &[6, 7, 8, 9, 10], &[10, 11]];
    assert_eq!(requests[..5], expected);
    let failed: Vec<_> = batch.failed.iter().map(|it| (it.index, it.attempts, it.reason)).collect();
    let used_up = |index| (index, 2, Reason::Attempts);
    assert_eq!(failed, [2, 3, 4, 7, 8, 9].map(used_up));
    assert_eq!(batch.done.len(), 6);
    let incomplete = batch.complete().unwrap_err();
    assert_eq!(
        incomplete.to_string(),
        "of 12 items 6 failed and 0 were not sent; item 2 failed with no code (attempts)"
    );
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_a_batch_in_time_and_tells_what_was_not_sent() {
    let (begun, mut requests) = (Instant::now(), 0);
    let policy = EXACT.total_timeout(Duration::from_millis(250));
    let batch = batch(0..100_u32)
        .concurrency(1)
        .policy(policy)
        .send(
            |_| {
                requests += 1;
                async {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    Ok::<_, Error>(())
                }
            },
            |(), chunk| chunk.each(|_, _| Part::Done(())),
        )
        .await;
    assert_eq!(begun.elapsed(), Duration::from_millis(250));
    assert_eq!(
        (requests, batch.done.len(), batch.failed.len(), batch.unsent.len()),
        (3, 20, 10, 70)
    );
    assert!(batch.failed.iter().all(|it| it.reason == Reason::Deadline && it.error.is_some()));

    // An ambient deadline that has passed: nothing is sent.
    let (requests, batch) = with_deadline(Instant::now(), to_a_slow_table(EXACT, 9, 9)).await;
    assert_eq!((requests.len(), batch.unsent.len()), (0, 9));
}

#[tokio::test(start_paused = true)]
async fn a_throttled_part_counts_as_a_throttle_of_the_scope_and_paces_it() {
    let (_, batch) = to_a_slow_table(RetryPolicy::paced(), 10, 4).await;
    assert!(batch.is_complete());
    let state = scope::state("a slow table").unwrap();
    assert!(state.throttles > 0 && state.paced.unwrap().rate.is_some(), "{state:?}");
}

/// A quota of 50 units per second, a second's worth stored; an item costs 1 to 5 units, and the service hands
/// back those for which nothing is left.
#[tokio::test(start_paused = true)]
async fn items_with_a_cost_get_the_units_of_the_quota() {
    let cost = |item: &u32| f64::from(1 + item % 5);
    let begun = Instant::now();
    let bucket = Mutex::new((50.0, Duration::ZERO));
    let run = batch(0..4000_u32)
        .at_most(5)
        .policy(RetryPolicy::paced().max_attempts(1000))
        .in_scope("units of items")
        .cost(cost)
        .send(
            |items: Vec<u32>| {
                let now = begun.elapsed();
                let mut bucket = bucket.lock().unwrap();
                let (tokens, at) = *bucket;
                let mut tokens = f64::min(50.0, tokens + 50.0 * (now - at).as_secs_f64());
                let refused = |item: &u32| {
                    let fits = tokens >= cost(item);
                    tokens -= if fits { cost(item) } else { 0.0 };
                    !fits
                };
                let left: Vec<u32> = items.into_iter().filter(refused).collect();
                *bucket = (tokens, now);
                async move {
                    tokio::time::sleep(Duration::from_millis(30)).await;
                    Ok::<_, Error>(left)
                }
            },
            |left, chunk| chunk.all_but(&left),
        );
    assert!(run.await.is_complete());
    // 12,000 units, of which 50 were stored.
    let share = (12_000.0 - 50.0) / 50.0 / begun.elapsed().as_secs_f64();
    let state = scope::state("units of items").unwrap();
    assert!(share > 0.95, "{share} {state:?}");
    let quota = state.paced.unwrap().quota.unwrap();
    assert!((45.0..55.0).contains(&quota), "{quota}");
}

#[tokio::test(start_paused = true)]
async fn a_report_and_hooks_see_every_request() {
    let events = Mutex::new(Vec::new());
    let mut answers = [Err(Fault::Throttled), Ok(1), Ok(0)].into_iter();
    let run = batch(0..3_u32)
        .policy(EXACT)
        .on_attempt(|event| events.lock().unwrap().push((event.attempt, event.kind, event.sent)))
        .send(
            |_| std::future::ready(answers.next().unwrap()),
            |left, chunk| {
                chunk.each(
                    |index, _| if index < left { part_of(Fate::Fault, 0) } else { Part::Done(1) },
                )
            },
        );
    let (batch, report) = report(run).await;
    assert!(batch.is_complete());
    assert_eq!((report.calls, report.attempts, report.requests), (1, 3, 3));
    let codes: Vec<_> = report.failures.iter().map(|it| it.code.as_deref()).collect();
    assert_eq!(codes, [Some("ThrottlingException"), Some("InternalFailure")]);
    let expected =
        [(1, Some(Kind::Throttled), true), (2, Some(Kind::Transient), true), (3, None, true)];
    assert_eq!(*events.lock().unwrap(), expected);
}

/// A request that fails for good fails its items with its own error; the others are sent.
#[tokio::test(start_paused = true)]
async fn a_request_that_fails_for_good_fails_its_items_only() {
    let batch = batch(0..30_u32)
        .policy(EXACT)
        .send(
            |items| async move { if items.contains(&15) { Err(Fault::Denied) } else { Ok(()) } },
            |(), chunk| chunk.each(|_, _| Part::Done(())),
        )
        .await;
    assert_eq!((batch.done.len(), batch.failed.len()), (20, 10));
    for (item, index) in batch.failed.iter().zip(10..) {
        assert_eq!((item.index, item.reason, item.attempts), (index, Reason::Permanent, 1));
        assert!(matches!(item.error.as_deref(), Some(Fault::Denied)));
    }
}

/// Dropped in the middle, a batch leaves nobody in the queue, and sends nothing more.
#[tokio::test(start_paused = true)]
async fn a_dropped_batch_leaves_nothing_behind() {
    let mut sent = 0;
    let run = batch(0..100_u32)
        .policy(RetryPolicy::paced().max_rate(1.0))
        .in_scope("a dropped batch")
        .send(
            |_| {
                sent += 1;
                std::future::ready(Err::<(), _>(Error::from(ErrorKind::ConnectionReset)))
            },
            |(), chunk| chunk.each(|_, _| Part::Done(())),
        );
    assert!(tokio::time::timeout(Duration::from_secs(4), run).await.is_err());
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!((2..=6).contains(&sent), "{sent}");
    let state = scope::state("a dropped batch").unwrap();
    assert_eq!(state.paced.unwrap().waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn requests_go_out_together_up_to_the_concurrency() {
    for (concurrency, seconds) in [(1, 10), (4, 3), (100, 1)] {
        let begun = Instant::now();
        let batch = batch(0..100_u32)
            .concurrency(concurrency)
            .send(
                |_| async {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    Ok::<_, Error>(())
                },
                |(), chunk| chunk.each(|_, _| Part::Done(())),
            )
            .await;
        assert!(batch.is_complete());
        assert_eq!(begun.elapsed(), Duration::from_secs(seconds), "{concurrency}");
    }
}

#[tokio::test]
async fn a_batch_can_be_spawned() {
    let run = batch(vec!["a".to_owned()]).send(
        |items| async move { Ok::<_, Error>(items) },
        |items, chunk| chunk.each(|index, _| Part::Done(items[index].clone())),
    );
    assert_eq!(tokio::spawn(run).await.unwrap().complete().unwrap(), ["a"]);
}
