//! What a process shows of its fleet: events, states, metrics. Observers are for the whole process, so this is a test
//! of its own.

mod support;

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::{Arc, Mutex};

use aws_retry_core::observe::metrics::{FLEET_MEMBERS, FLEET_PART};
use aws_retry_core::{AsFailure, Failure, FleetMode, FleetState, RetryPolicy, observe, scope};
use aws_retry_fleet::__private::FingerprintKey;
use aws_retry_fleet::{MemberId, MemoryStore, Store, join};
use metrics::{
    Counter, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use tokio::time::{Duration, sleep};

use support::other_member;

const SCOPE: &str = "ec2:DescribeInstances";

#[derive(Debug)]
struct Throttled;

impl AsFailure for Throttled {
    fn as_failure(&self) -> Failure<'_> {
        Failure::throttled()
    }
}

/// The last value of each gauge, with its labels.
#[derive(Clone, Debug, Default)]
struct Gauges(Arc<Mutex<BTreeMap<String, f64>>>);

struct Series(Gauges, String);

impl GaugeFn for Series {
    fn increment(&self, _: f64) {
        unreachable!("gauges are set");
    }
    fn decrement(&self, _: f64) {
        unreachable!("gauges are set");
    }
    fn set(&self, value: f64) {
        self.0.0.lock().unwrap().insert(self.1.clone(), value);
    }
}

impl Recorder for Gauges {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let labels = key.labels().filter(|label| label.key() == "aws_retry.fleet.mode");
        let mode: String = labels.map(|label| format!(" {}", label.value())).collect();
        Gauge::from_arc(Arc::new(Series(self.clone(), format!("{}{mode}", key.name()))))
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[tokio::test(start_paused = true)]
async fn events_states_and_metrics_tell_the_part_in_the_fleet() {
    let gauges = Gauges::default();
    metrics::set_global_recorder(gauges.clone()).unwrap();
    let events: Arc<Mutex<Vec<Option<FleetState>>>> = Arc::default();
    let sink = Arc::clone(&events);
    observe::set_global(move |event| sink.lock().unwrap().push(event.fleet));
    observe::keep_scope_names(true);

    let store = MemoryStore::new();
    let name = FingerprintKey::new("orders", b"").fingerprint(b"ec2:DescribeInstances\xff");
    let put = async |seq| {
        store.exchange(MemberId(1), &[(name, other_member(seq).encode())]).await.unwrap();
    };
    let call = || ready(Ok::<_, Throttled>(()));
    let policy = RetryPolicy::paced();

    // Before it joins: nothing.
    policy.run_in("other", call).await.unwrap();
    assert_eq!(events.lock().unwrap().last(), Some(&None));
    assert_eq!(scope::state("other").unwrap().fleet, None);

    put(1).await;
    let fleet = join("orders", store.clone()).await.unwrap();
    policy.run_in(SCOPE, call).await.unwrap();
    sleep(Duration::from_millis(10)).await;
    put(2).await;
    policy.run_in(SCOPE, call).await.unwrap();

    let state = scope::state(SCOPE).unwrap().fleet.unwrap();
    assert_eq!((state.mode, state.members), (FleetMode::Guided, 2));
    assert!((state.part - 0.5).abs() < 0.01, "{state:?}");
    assert!((state.quota.unwrap() - 60.0).abs() < 0.01, "{state:?}");
    let seen = events.lock().unwrap().last().copied().flatten().unwrap();
    assert_eq!((seen.mode, seen.members, seen.part), (FleetMode::Guided, 2, state.part));
    let all = scope::all();
    let listed = all.iter().find(|it| it.name.as_deref() == Some(SCOPE)).unwrap();
    assert_eq!(listed.state.fleet.map(|it| it.mode), Some(FleetMode::Guided));

    let of = |series: &str| gauges.0.lock().unwrap().get(series).copied();
    assert_eq!((FLEET_MEMBERS, FLEET_PART), ("aws_retry_fleet_members", "aws_retry_fleet_part"));
    assert_eq!(of("aws_retry_fleet_members guided"), Some(2.0));
    assert_eq!(of("aws_retry_fleet_part"), Some(state.part));

    fleet.leave().await;
    assert_eq!(scope::state(SCOPE).unwrap().fleet, None);
    observe::clear_global();
}
