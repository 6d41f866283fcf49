//! Paced mode against a token bucket: the part that is left to others, runs of several requests, clocks that
//! jump.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use tokio::time::{Duration, Instant, sleep, sleep_until};

use super::paced::Paced;
use super::*;
use crate::clock::Sleep;

const RATE: f64 = 20.0;

/// A service with a quota of 20 requests per second and a bucket of 40.
struct Service {
    tokens: f64,
    at: Instant,
}

impl Service {
    fn new() -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self { tokens: 40.0, at: Instant::now() }))
    }

    fn admits(service: &Mutex<Self>) -> bool {
        let mut it = service.lock().unwrap();
        let now = Instant::now();
        it.tokens = (it.tokens + (now - it.at).as_secs_f64() * RATE).min(40.0);
        it.at = now;
        let admitted = it.tokens >= 1.0;
        it.tokens -= f64::from(u8::from(admitted));
        admitted
    }
}

/// The paused clock, and the time that it has jumped.
#[derive(Clone)]
struct Jumpy {
    origin: Instant,
    ahead: Arc<AtomicU64>,
}

impl Jumpy {
    fn new() -> Self {
        Self { origin: Instant::now(), ahead: Arc::new(AtomicU64::new(7200)) }
    }
}

impl Timekeeper for Jumpy {
    fn now(&self) -> Time {
        self.origin.elapsed() + Duration::from_secs(self.ahead.load(Ordering::Relaxed))
    }

    fn sleep_until(&self, until: Time) -> Sleep {
        Box::pin(sleep_until(Instant::now() + until.saturating_sub(self.now())))
    }
}

/// Fifty workers that call for as long as the test runs; each run makes `requests` requests. Counts the
/// requests accepted and those throttled.
fn work(
    gate: &Arc<Gate>,
    clock: &Jumpy,
    service: &Arc<Mutex<Service>>,
    requests: u32,
) -> [Arc<AtomicU64>; 2] {
    let counts = [Arc::default(), Arc::default()];
    for _ in 0..50 {
        let (gate, clock, service) = (Arc::clone(gate), clock.clone(), Arc::clone(service));
        let [accepted, throttled]: [Arc<AtomicU64>; 2] = counts.clone();
        tokio::spawn(async move {
            loop {
                let mut ticket = Ticket::new();
                loop {
                    let sent = gate.turn(&mut ticket, None, false, &clock).await.unwrap();
                    let mut made = 0;
                    let mut outcome = SendOutcome::Accepted;
                    while made < requests && outcome == SendOutcome::Accepted {
                        sleep(Duration::from_millis(30)).await;
                        made += 1;
                        if Service::admits(&service) {
                            accepted.fetch_add(1, Ordering::Relaxed);
                        } else {
                            throttled.fetch_add(1, Ordering::Relaxed);
                            outcome = SendOutcome::Throttled;
                        }
                        sleep(Duration::from_millis(50)).await;
                    }
                    let report = SendReport { requests: made.into(), ..SendReport::new(outcome) };
                    gate.answered(&mut ticket, sent, &report, || clock.now());
                    if outcome == SendOutcome::Accepted {
                        break;
                    }
                }
            }
        });
    }
    counts
}

fn taken(count: &AtomicU64) -> f64 {
    count.swap(0, Ordering::Relaxed) as f64
}

#[tokio::test(start_paused = true)]
async fn what_a_share_leaves_is_there_for_others() {
    let (service, clock) = (Service::new(), Jumpy::new());
    let gate = Arc::new(Gate::new(Kind::Paced, f64::INFINITY, 0.5));
    let [accepted, _] = work(&gate, &clock, &service, 1);
    sleep(Duration::from_secs(20)).await;
    taken(&accepted);
    // The console wants four in ten of the quota, and knows nothing of retries.
    let mut refused = 0;
    for _ in 0..800 {
        sleep(Duration::from_millis(125)).await;
        refused += u32::from(!Service::admits(&service));
    }
    assert!(refused <= 8, "{refused} of 800 refused");
    let rate = taken(&accepted) / 100.0;
    assert!((9.0..=10.5).contains(&rate), "{rate} a second");
}

#[tokio::test(start_paused = true)]
async fn runs_of_several_requests_keep_to_the_quota() {
    let (service, clock) = (Service::new(), Jumpy::new());
    let gate = Arc::new(Gate::new(Kind::Paced, f64::INFINITY, 1.0));
    let [accepted, throttled] = work(&gate, &clock, &service, 3);
    sleep(Duration::from_secs(20)).await;
    taken(&accepted);
    taken(&throttled);
    sleep(Duration::from_secs(100)).await;
    let (rate, throttled) = (taken(&accepted) / 100.0, taken(&throttled) / 2000.0);
    assert!(rate >= 0.97 * RATE, "{rate} a second");
    assert!(throttled <= 0.1, "{throttled} throttled");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_is_survived() {
    let (service, clock) = (Service::new(), Jumpy::new());
    let gate = Arc::new(Gate::new(Kind::Paced, f64::INFINITY, 1.0));
    let [accepted, throttled] = work(&gate, &clock, &service, 1);
    for ahead in [7200, 3600, 9000, 0, 90_000] {
        clock.ahead.store(ahead, Ordering::Relaxed);
        sleep(Duration::from_secs(15)).await;
        taken(&accepted);
        taken(&throttled);
        sleep(Duration::from_secs(60)).await;
        let (rate, throttled) = (taken(&accepted) / 60.0, taken(&throttled) / 1200.0);
        assert!(rate >= 0.97 * RATE, "{rate} a second after the jump to {ahead}");
        assert!(throttled <= 0.05, "{throttled} throttled after the jump to {ahead}");
    }
}

/// A service that throttles everything for ten seconds, at a round trip of 60 ms: the calls at the front
/// must not spend all their attempts on it.
#[test]
fn a_shut_door_costs_few_attempts() {
    let mut pace = Paced::new(1.0);
    let (mut id, mut now, mut trips) = (0, 0.0, [0, 0]);
    while now < 10.0 {
        let (began, mut flight) = (now, Vec::new());
        while flight.len() < 20 && pace.ready_at(now, 1.0) < began + 0.06 {
            now = pace.ready_at(now, 1.0);
            pace.sent(Dispatch::of_one(id, now));
            flight.push(Dispatch::of_one(id, now));
            id += 1;
        }
        now = began + 0.06;
        trips[usize::from(now > 1.0)] += u32::from(!flight.is_empty());
        for send in flight {
            pace.answered(now, send, &SendReport::new(SendOutcome::Throttled), None);
        }
    }
    let [first, more] = trips;
    assert!((3..=5).contains(&first), "{first} attempts in the first second");
    assert!(first + more <= 19, "{more} attempts in nine more");
}
