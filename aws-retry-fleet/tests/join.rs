//! A process that joins a fleet, over the public interface, on a paused clock.

mod support;

use std::future::ready;
use std::sync::Mutex;
use std::time::Duration;

use aws_retry_core::{AsFailure, Failure, FleetMode, FleetState, RetryPolicy, scope};
use aws_retry_fleet::__private::{FingerprintKey, Progress, Record};
use aws_retry_fleet::store::{BoxFuture, Records};
use aws_retry_fleet::{Fingerprint, JoinError, MemberId, MemoryStore, Store, StoreError, join};
use aws_retry_testkit::bucket::{Quota, TokenBucket};
use tokio::time::{Instant, sleep};

const SCOPE: (&str, u32) = ("ec2:DescribeInstances", 42);

#[derive(Debug)]
struct Throttled;

impl AsFailure for Throttled {
    fn as_failure(&self) -> Failure<'_> {
        Failure::throttled()
    }
}

/// A service with a quota, 20 ms away.
struct Service {
    origin: Instant,
    bucket: Mutex<TokenBucket>,
}

impl Service {
    fn new(rate: f64, burst: f64) -> Self {
        let bucket = Mutex::new(TokenBucket::full(Quota { rate, burst }));
        Self { origin: Instant::now(), bucket }
    }

    async fn call(&self) -> Result<(), Throttled> {
        sleep(Duration::from_millis(10)).await;
        let passes = self.bucket.lock().unwrap().take(self.origin.elapsed().as_secs_f64());
        sleep(Duration::from_millis(10)).await;
        if passes { Ok(()) } else { Err(Throttled) }
    }

    /// `calls` calls by ten workers.
    async fn work(&self, calls: usize) {
        let policy = RetryPolicy::paced();
        let worker = || async {
            for _ in 0..calls / 10 {
                policy.run_in(&SCOPE, || self.call()).await.unwrap();
            }
        };
        let workers = (0..10).map(|_| worker());
        futures::future::join_all(workers).await;
    }
}

fn name_of_scope() -> Fingerprint {
    FingerprintKey::new("orders", b"").fingerprint(b"ec2:DescribeInstances\xff42\xff")
}

fn other_member() -> Record {
    Record { clock: 500.0, accepted: 5000.0, ..support::other_member(1) }
}

/// A store that fails, or answers after this time.
struct Faulty(Option<Duration>);

impl Store for Faulty {
    fn exchange<'a>(
        &'a self,
        _: MemberId,
        _: &'a [(Fingerprint, Vec<u8>)],
    ) -> BoxFuture<'a, Result<Vec<Records>, StoreError>> {
        Box::pin(async move {
            if let Some(after) = self.0 {
                sleep(after).await;
            }
            Err(StoreError::new("no such table"))
        })
    }

    fn remove<'a>(
        &'a self,
        _: &'a [(Fingerprint, MemberId)],
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(ready(Err(StoreError::new("no such table"))))
    }
}

#[tokio::test(start_paused = true)]
async fn a_lone_member_publishes_its_quota_and_leaves_nothing_behind() {
    let store = MemoryStore::new();
    let fleet = join("orders", store.clone()).await.unwrap();
    Service::new(20.0, 20.0).work(400).await;
    let state = scope::state(&SCOPE).unwrap().fleet.unwrap();
    assert_eq!((state.mode, state.members, state.part), (FleetMode::Alone, 1, 1.0), "{state:?}");
    assert!((16.0..24.0).contains(&state.quota.unwrap()), "{state:?}");
    let records = store.records(name_of_scope());
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].0, fleet.member());
    let record = Record::decode(&records[0].1).unwrap();
    assert_eq!(record.progress, Progress::Known);
    fleet.leave().await;
    assert_eq!(store.scopes(), []);
    assert_eq!(scope::state(&SCOPE).unwrap().fleet, None);
}

#[tokio::test(start_paused = true)]
async fn a_member_that_starts_into_a_fleet_sends_its_part_without_a_throttle_to_tell_it() {
    let store = MemoryStore::new();
    store.exchange(MemberId(1), &[(name_of_scope(), other_member().encode())]).await.unwrap();
    let fleet = join("orders", store.clone()).await.unwrap();
    let service = Service::new(1000.0, 1000.0);
    service.work(10).await;
    let state = scope::state(&SCOPE).unwrap();
    assert_eq!(state.throttles, 0);
    let rate = state.paced.unwrap().rate.unwrap();
    assert!((20.0..=30.0).contains(&rate), "{rate}");
    assert_eq!(state.fleet.unwrap().mode, FleetMode::Guided);
    drop(fleet);
    sleep(Duration::from_millis(1)).await;
    assert_eq!(store.records(name_of_scope()).len(), 1, "only the other one's");
}

#[tokio::test(start_paused = true)]
async fn max_rate_bounds_all_members_together() {
    let store = MemoryStore::new();
    store.exchange(MemberId(1), &[(name_of_scope(), other_member().encode())]).await.unwrap();
    let fleet = join("orders", store.clone()).await.unwrap();
    let service = Service::new(1000.0, 1000.0);
    service.work(10).await;
    let policy = RetryPolicy::paced().max_rate(10.0);
    let began = Instant::now();
    for _ in 0..8 {
        policy.run_in(&SCOPE, || service.call()).await.unwrap();
    }
    let FleetState { mode, part, .. } = scope::state(&SCOPE).unwrap().fleet.unwrap();
    assert_eq!(mode, FleetMode::Guided);
    assert!((0.3..0.7).contains(&part), "{part}");
    let rate = 8.0 / began.elapsed().as_secs_f64();
    assert!((3.0..7.5).contains(&rate), "{rate} per second of 10, at a part of {part}");
    fleet.leave().await;
}

/// The other member has work for more than it can get, and nothing has ever been throttled.
#[tokio::test(start_paused = true)]
async fn max_rate_is_split_in_a_scope_that_is_never_throttled() {
    let store = MemoryStore::new();
    let put = async |seq| {
        let unthrottled = Record {
            progress: Progress::Unthrottled,
            seq,
            clock: 500.0 + f64::from(seq),
            quota: 0.0,
            ..other_member()
        };
        store.exchange(MemberId(1), &[(name_of_scope(), unthrottled.encode())]).await.unwrap();
    };
    put(1).await;
    let fleet = join("orders", store.clone()).await.unwrap();
    let service = Service::new(1000.0, 1000.0);
    let policy = RetryPolicy::paced().max_rate(10.0);
    policy.run_in(&SCOPE, || service.call()).await.unwrap();
    let began = Instant::now();
    for seq in 2..22 {
        put(seq).await;
        policy.run_in(&SCOPE, || service.call()).await.unwrap();
    }
    let state = scope::state(&SCOPE).unwrap();
    let FleetState { mode, part, members, .. } = state.fleet.unwrap();
    assert_eq!((state.throttles, mode, members), (0, FleetMode::Unthrottled, 2));
    assert!((0.4..0.6).contains(&part), "{part}");
    let rate = 20.0 / began.elapsed().as_secs_f64();
    assert!((4.5..5.5).contains(&rate), "{rate} per second of 10, at a part of {part}");
    fleet.leave().await;
}

/// Twenty calls at once, and the others know the quota: one goes out, and the others take turns.
#[tokio::test(start_paused = true)]
async fn a_process_that_starts_into_a_fleet_has_no_first_burst() {
    let store = MemoryStore::new();
    store.exchange(MemberId(1), &[(name_of_scope(), other_member().encode())]).await.unwrap();
    let fleet = join("orders", store.clone()).await.unwrap();
    let service = Service::new(30.0, 2.0);
    let began = Instant::now();
    service.work(40).await;
    assert_eq!(scope::state(&SCOPE).unwrap().throttles, 0);
    let rate = 40.0 / began.elapsed().as_secs_f64();
    assert!((22.0..31.0).contains(&rate), "{rate}");
    fleet.leave().await;
}

/// The calls that waited for the store's first answer are the burst that the first record tells.
#[tokio::test(start_paused = true)]
async fn the_first_burst_is_counted_although_it_waited_for_the_store() {
    let store = MemoryStore::new();
    let fleet = join("orders", store.clone()).await.unwrap();
    Service::new(20.0, 4.0).work(20).await;
    let [(_, record)] = &store.records(name_of_scope())[..] else { panic!("one member") };
    let burst = Record::decode(record).unwrap().burst_sends;
    // Ten calls at once, and the next ones of the four workers that were answered before the first throttle.
    assert!((8.0..=14.0).contains(&burst), "{burst}");
    fleet.leave().await;
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_costs_a_quarter_of_a_second_at_most() {
    let mut took = Vec::new();
    for store in [None, Some(Faulty(None)), Some(Faulty(Some(Duration::from_secs(60))))] {
        let fleet = match store {
            Some(store) => Some(join("orders", store).await.unwrap()),
            None => None,
        };
        let began = Instant::now();
        // The third run must not find the second one's scope.
        sleep(Duration::from_secs(1200)).await;
        Service::new(20.0, 20.0).work(200).await;
        took.push(began.elapsed().as_secs_f64() - 1200.0);
        drop(fleet);
        sleep(Duration::from_secs(1200)).await;
        RetryPolicy::paced().run_in("sweep", || ready(Ok::<_, Throttled>(()))).await.unwrap();
    }
    let bound = took[0] + 1.0;
    assert!(took.iter().all(|it| *it < bound), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_process_joins_one_fleet_at_a_time() {
    let first = join("orders", MemoryStore::new()).await.unwrap();
    let second = join("orders", MemoryStore::new()).await;
    assert_eq!(second.err(), Some(JoinError::Joined));
    first.leave().await;
    let third = join("orders", MemoryStore::new()).await.unwrap();
    third.leave().await;
    let hasty = join("orders", MemoryStore::new()).every(Duration::from_millis(10)).await;
    assert_eq!(hasty.err(), Some(JoinError::Every(Duration::from_millis(10))));
}

#[tokio::test(start_paused = true)]
async fn scopes_that_are_left_out_or_have_no_text_publish_nothing() {
    let store = MemoryStore::new();
    let fleet = join("orders", store.clone()).await.unwrap();
    let call = || ready(Ok::<_, Throttled>(()));
    RetryPolicy::paced().fleet(false).run_in("out", call).await.unwrap();
    RetryPolicy::adaptive().run_in("adaptive", call).await.unwrap();
    RetryPolicy::paced().run(call).await.unwrap();
    sleep(Duration::from_secs(5)).await;
    assert_eq!(store.scopes(), []);
    assert_eq!(scope::state("out").unwrap().fleet, None);
    RetryPolicy::paced().run_in("in", call).await.unwrap();
    sleep(Duration::from_secs(5)).await;
    assert_eq!(store.scopes().len(), 1);
    assert_eq!(scope::state("in").unwrap().fleet.unwrap().mode, FleetMode::Unthrottled);
    fleet.leave().await;
}

#[aws_retry::aws_retry(mode = "paced", scope = (fn, account))]
async fn listed(account: u32) -> std::io::Result<u32> {
    Ok(account)
}

/// Its path is the same in every process, its address is not.
#[tokio::test(start_paused = true)]
async fn a_scope_within_a_function_takes_part_under_the_path_of_the_function() {
    let store = MemoryStore::new();
    let fleet = join("orders", store.clone()).await.unwrap();
    listed(7).await.unwrap();
    sleep(Duration::from_secs(5)).await;
    let within = format!("fn {}::listed\u{0}7\u{0}", module_path!());
    let within: Vec<_> = within.bytes().map(|it| if it == 0 { 0xff } else { it }).collect();
    assert_eq!(store.scopes(), [FingerprintKey::new("orders", b"").fingerprint(&within)]);
    fleet.leave().await;
}
