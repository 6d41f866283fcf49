//! Learned quotas outlive their process, by `scope::export` and `scope::import`, beside published quotas. This is a
//! process of its own, since the texts of scopes are kept for the whole process.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_retry_core::testing::Harness;
use aws_retry_core::{AsFailure, Failure, RateState, RetryPolicy, observe, quotas, scope};
use tokio::time::{Instant, sleep};

/// The quota: 20 per second, and a bucket of 100.
const RATE: f64 = 20.0;
const BURST: f64 = 100.0;

#[derive(Debug)]
struct Throttled;

impl AsFailure for Throttled {
    fn as_failure(&self) -> Failure<'_> {
        Failure::throttled()
    }
}

struct Bucket {
    tokens: f64,
    at: Instant,
    accepted: u32,
    throttled: u32,
}

/// The service, which outlives the processes.
#[derive(Clone)]
struct Service(Arc<Mutex<Bucket>>);

impl Service {
    fn new() -> Self {
        let bucket = Bucket { tokens: BURST, at: Instant::now(), accepted: 0, throttled: 0 };
        Self(Arc::new(Mutex::new(bucket)))
    }

    async fn ask(&self) -> Result<(), Throttled> {
        sleep(Duration::from_millis(40)).await;
        let mut it = self.0.lock().unwrap();
        let now = Instant::now();
        it.tokens = (it.tokens + (now - it.at).as_secs_f64() * RATE).min(BURST);
        it.at = now;
        if it.tokens >= 1.0 {
            it.tokens -= 1.0;
            it.accepted += 1;
            Ok(())
        } else {
            it.throttled += 1;
            Err(Throttled)
        }
    }

    /// The requests accepted and throttled since the last look.
    fn counts(&self) -> (u32, u32) {
        let mut it = self.0.lock().unwrap();
        (std::mem::take(&mut it.accepted), std::mem::take(&mut it.throttled))
    }
}

const SCOPE: (&str, u64) = ("ec2:DescribeInstances", 42);

/// Two hundred workers for some seconds, in the process that the harness stands for.
async fn work(service: &Service, policy: RetryPolicy, seconds: f64) {
    let until = Instant::now() + Duration::from_secs_f64(seconds);
    let workers: Vec<_> = (0..200)
        .map(|_| {
            let (service, policy) = (service.clone(), policy.clone());
            tokio::spawn(async move {
                while Instant::now() < until {
                    let policy = policy.clone().total_timeout(Duration::from_secs(60));
                    let _ = policy.run_in(&SCOPE, || service.ask()).await;
                }
            })
        })
        .collect();
    sleep(Duration::from_secs_f64(seconds)).await;
    workers.iter().for_each(tokio::task::JoinHandle::abort);
}

fn quota() -> Option<f64> {
    scope::state(&SCOPE)?.paced.and_then(|it: RateState| it.quota)
}

#[tokio::test(start_paused = true)]
async fn a_restart_begins_where_the_last_process_was() {
    let service = Service::new();
    observe::keep_scope_names(true);
    let stored = {
        let harness = Harness::new().seed(1);
        let _process = harness.enter();
        assert!(scope::export().is_empty(), "nothing is learned yet");
        work(&service, RetryPolicy::paced(), 20.0).await;
        let learned = quota().unwrap();
        assert!((0.9..1.1).contains(&(learned / RATE)), "{learned}");
        let text = scope::export().to_string();
        assert!(text.contains("ec2:DescribeInstances/42"), "{text}");
        text
    };
    // A cold start without what was learned: the bucket is empty, and everything goes out at once.
    service.counts();
    {
        let harness = Harness::new().seed(2);
        let _process = harness.enter();
        work(&service, RetryPolicy::paced(), 2.0).await;
        let (_, throttled) = service.counts();
        assert!(throttled > 100, "{throttled}");
    }
    // With it: in a fresh registry the rate is known before the first answer.
    sleep(Duration::from_secs(1)).await;
    let harness = Harness::new().seed(3);
    let _process = harness.enter();
    scope::import(&stored.parse().unwrap());
    assert_eq!(quota(), None, "the scope does not exist yet");
    assert_eq!(scope::export().len(), 1, "and what it will begin with is not lost");
    service.counts();
    work(&service, RetryPolicy::paced(), 4.0).await;
    let (accepted, throttled) = service.counts();
    assert!((70..=105).contains(&accepted), "{accepted}");
    assert!(throttled <= 60, "{throttled}");
    let begun = quota().unwrap();
    assert!((0.8..1.25).contains(&(begun / RATE)), "{begun}");
    // It passes on what it measured, or what it was told.
    let passed_on = scope::export();
    assert_eq!(passed_on.len(), 1);
    assert_eq!(passed_on.to_string().parse(), Ok(passed_on));
}

#[tokio::test(start_paused = true)]
async fn a_published_bucket_goes_out_at_once_and_meets_no_throttle() {
    let published = RetryPolicy::paced()
        .known_rate(quotas::ec2::NON_MUTATING.refill)
        .known_burst(quotas::ec2::NON_MUTATING.capacity);
    for (policy, seeds) in [(published, false), (RetryPolicy::paced(), true)] {
        let service = Service::new();
        let harness = Harness::new().seed(1);
        let _process = harness.enter();
        if seeds {
            // Its numbers count before those of the policy; nonsense is ignored.
            scope::seed(&SCOPE, quotas::ec2::NON_MUTATING);
            scope::seed(&SCOPE, scope::Bucket { capacity: f64::NAN, refill: -1.0 });
        }
        work(&service, policy, 1.0).await;
        let (accepted, throttled) = service.counts();
        assert!((112..=121).contains(&accepted), "{accepted}");
        assert_eq!(throttled, 0);
        assert_eq!(quota(), Some(RATE));
    }
}

#[tokio::test(start_paused = true)]
async fn a_scope_in_use_keeps_what_it_measured() {
    let service = Service::new();
    let harness = Harness::new().seed(1);
    let _process = harness.enter();
    work(&service, RetryPolicy::paced(), 10.0).await;
    let measured = quota();
    assert!(measured.is_some());
    scope::seed(&SCOPE, scope::Bucket { capacity: 1.0, refill: 1.0 });
    assert_eq!(quota(), measured);
}

#[test]
fn what_is_old_is_not_passed_on() {
    for (age, scopes) in [(86_000, 1), (86_401, 0)] {
        let harness = Harness::new();
        let _process = harness.enter();
        let text = format!("aws-retry-quotas 1 0\n20 100 {age} of age {age}\n");
        scope::import(&text.parse().unwrap());
        assert_eq!(scope::export().len(), scopes, "{age} s old");
        // It is taken by the scope of its text.
        let (policy, name) = (RetryPolicy::paced(), format!("of age {age}"));
        let call = policy.run_in(&name, async || Ok::<_, Throttled>(()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(call).unwrap();
        let begun = scope::state(&name).and_then(|it| it.paced?.quota);
        assert_eq!(begun.is_some(), scopes == 1);
    }
}

#[test]
fn any_number_is_survived() {
    for number in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE, f64::MAX] {
        let policy = RetryPolicy::paced().known_rate(number).known_burst(number).cost(number);
        let harness = Harness::new().no_waits();
        let _process = harness.enter();
        let answer: Result<(), Throttled> = policy.run_blocking(|| {
            aws_retry_core::spent(number);
            Ok(())
        });
        assert!(answer.is_ok());
        assert_eq!(policy.check().is_ok(), number == f64::MIN_POSITIVE, "{number}");
    }
    assert!(RetryPolicy::paced().known_rate(20.0).known_burst(5.5).cost(0.0).check().is_ok());
}

fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// Each line of an export: its measure's age, to the millisecond.
#[tokio::test(start_paused = true)]
async fn a_measure_is_as_old_as_it_was_when_it_was_written_and_the_time_since() {
    let now = seconds_since_1970();
    for (written_at, age, passes, expected) in [
        (0, 50.0, 0, 50.0),
        (0, 50.123_449, 0, 50.123),
        (0, 50.0, 30, 80.0),
        (now - 1000, 50.0, 0, 1050.0),
        (now - 1000, 50.0, 30, 1080.0),
        // The clock was set back meanwhile.
        (now + 1000, 50.0, 30, 80.0),
    ] {
        let harness = Harness::new();
        let _process = harness.enter();
        let text = format!("aws-retry-quotas 1 {written_at}\n20 100 {age} a\n");
        scope::import(&text.parse().unwrap());
        sleep(Duration::from_secs(passes)).await;
        let exported = scope::export().to_string();
        let found = exported.split_whitespace().nth(5).unwrap();
        let late = found.parse::<f64>().unwrap() - expected;
        // The clock of this machine goes on.
        let most = if (1..now).contains(&written_at) { 10.0 } else { 0.0 };
        assert!((0.0..=most).contains(&late), "{exported}, not {expected}");
    }
}
