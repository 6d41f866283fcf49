//! Counters, histogram and gauge, as a recorder gets them.
#![cfg(feature = "metrics")]

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_retry_core::observe::metrics as names;
use aws_retry_core::testing::Harness;
use aws_retry_core::{Failure, Limit, RetryPolicy, Throttle};
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use support::{EXACT, Fault, failing};

type Values = Arc<Mutex<BTreeMap<String, Vec<f64>>>>;

#[derive(Clone, Debug, Default)]
struct Seen(Values);

struct Series(Values, String);

impl Series {
    fn push(&self, value: f64) {
        self.0.lock().unwrap().entry(self.1.clone()).or_default().push(value);
    }
}

impl CounterFn for Series {
    fn increment(&self, value: u64) {
        assert_eq!(value, 1);
        self.push(1.0);
    }
    fn absolute(&self, _: u64) {
        unreachable!("counters are counted up");
    }
}

impl GaugeFn for Series {
    fn increment(&self, _: f64) {
        unreachable!("gauges are set");
    }
    fn decrement(&self, _: f64) {
        unreachable!("gauges are set");
    }
    fn set(&self, value: f64) {
        self.push(value);
    }
}

impl HistogramFn for Series {
    fn record(&self, value: f64) {
        self.push(value);
    }
}

impl Seen {
    fn series(&self, key: &Key) -> Arc<Series> {
        let labels: Vec<_> =
            key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        Arc::new(Series(Arc::clone(&self.0), format!("{}{{{}}}", key.name(), labels.join(","))))
    }

    fn of(&self, series: &str) -> Vec<f64> {
        self.0.lock().unwrap().get(series).cloned().unwrap_or_default()
    }
}

impl Recorder for Seen {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.series(key))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.series(key))
    }
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.series(key))
    }
}

fn recorded(calls: impl Future) -> Seen {
    let seen = Seen::default();
    let calls = Harness::new().no_waits().scope(calls);
    metrics::with_local_recorder(&seen, || futures::executor::block_on(calls));
    seen
}

const SQS: RetryPolicy = EXACT.service("SQS");

#[test]
fn attempts_retries_throttles_waits_and_give_ups_are_counted() {
    let seen = recorded(async {
        failing(&SQS, "m1", 0, Fault::Throttled).await.unwrap();
        failing(&SQS, "m1", 2, Fault::Throttled).await.unwrap();
        failing(&SQS, "m1", 9, Fault::Down).await.unwrap_err();
        failing(&SQS, "m1", 9, Fault::Gone).await.unwrap_err();
    });
    let labels = "aws_retry.function=RetryPolicy::run,rpc.service=SQS";
    let count = |name: &str| seen.of(&format!("{name}{{{labels}}}")).len();
    assert_eq!(count(names::ATTEMPTS), 1 + 3 + 6 + 1);
    assert_eq!(count(names::RETRIES), 2 + 5);
    let throttles = format!("{}{{{labels},error.type=ThrottlingException}}", names::THROTTLES);
    assert_eq!(seen.of(&throttles).len(), 2);
    assert_eq!(count(names::RETRY_TOKEN_REFUSALS), 0);
    let waits =
        seen.of("aws_retry_wait_seconds{aws_retry.function=RetryPolicy::run,rpc.service=SQS}");
    assert_eq!(waits, [0.5, 1.0, 0.5, 1.0, 2.0, 4.0, 8.0]);
    for (reason, error) in [("attempts", "503"), ("permanent", "ResourceNotFoundException")] {
        let series = format!(
            "aws_retry_give_ups_total{{aws_retry.function=RetryPolicy::run,rpc.service=SQS,error.type={error},aws_retry.give_up.reason={reason}}}"
        );
        assert_eq!(seen.of(&series), [1.0], "{reason}");
    }
}

/// The label is one of a closed set, whatever the service sent: its own text is not in it.
#[test]
fn throttles_have_the_limit_as_a_label_where_the_service_named_it() {
    struct Hot(Limit);
    impl aws_retry_core::AsFailure for Hot {
        fn as_failure(&self) -> Failure<'_> {
            Failure::throttled()
                .with_code("x\ny")
                .with_throttle(Throttle::new(self.0, Some("arn:forged\n".into())))
        }
    }
    let seen = recorded(async {
        for limit in [Limit::TableReadKeyRangeThroughputExceeded, Limit::Unknown] {
            let failing = || async move {
                if aws_retry_core::attempt() == 1 { Err(Hot(limit)) } else { Ok(()) }
            };
            assert!(EXACT.run_in("m5", failing).await.is_ok());
        }
    });
    for limit in ["TableReadKeyRangeThroughputExceeded", "Unknown"] {
        let series = format!(
            "aws_retry_throttles_total{{aws_retry.function=RetryPolicy::run,error.type=_OTHER,\
             aws_retry.throttle.limit={limit}}}"
        );
        assert_eq!(seen.of(&series), [1.0], "{limit}");
    }
}

#[test]
fn a_retry_without_tokens_is_counted() {
    let standard = RetryPolicy::standard();
    let seen = recorded(async {
        for _ in 0..19 {
            failing(&standard, "m2", 9, Fault::Down).await.unwrap_err();
        }
    });
    // 500 tokens pay for 35 retries in AWS's modes: 17 calls of 2, and one more; two are refused.
    assert_eq!(
        seen.of("aws_retry_retry_token_refusals_total{aws_retry.function=RetryPolicy::run}").len(),
        2
    );
}

#[test]
fn a_send_rate_is_shown_once_it_is_known() {
    let paced = RetryPolicy::paced();
    let seen = recorded(async {
        for _ in 0..20 {
            failing(&paced, "m3", 1, Fault::Throttled).await.unwrap();
        }
    });
    let rates = seen.of("aws_retry_send_rate{aws_retry.function=RetryPolicy::run}");
    assert!(!rates.is_empty() && rates.iter().all(|rate| *rate > 0.0), "{rates:?}");
    let queue = seen.of("aws_retry_queue_length{aws_retry.function=RetryPolicy::run}");
    assert_eq!(queue, vec![0.0; 40], "one call at a time");
    let quotas = seen.of("aws_retry_learned_quota{aws_retry.function=RetryPolicy::run}");
    assert_eq!(
        quotas.len(),
        seen.of("aws_retry_cycles{aws_retry.function=RetryPolicy::run}").len()
    );
    assert!(!quotas.is_empty() && quotas.iter().all(|quota| *quota > 0.0), "{quotas:?}");
}

#[test]
fn a_first_attempt_outside_everything_is_counted() {
    let seen = Seen::default();
    metrics::with_local_recorder(&seen, || {
        futures::executor::block_on(failing(&EXACT, "m4", 0, Fault::Gone)).unwrap();
    });
    assert_eq!(seen.of("aws_retry_attempts_total{aws_retry.function=RetryPolicy::run}"), [1.0]);
}

/// The first attempt of a call and its retries are one series.
#[test]
fn a_first_attempt_has_the_labels_of_its_policy() {
    let seen = Seen::default();
    metrics::with_local_recorder(&seen, || {
        let poll = SQS.name("poll");
        futures::executor::block_on(failing(&poll, "m5", 0, Fault::Gone)).unwrap();
        let retried = failing(&poll, "m5", 1, Fault::Throttled);
        futures::executor::block_on(Harness::new().no_waits().scope(retried)).unwrap();
    });
    assert_eq!(
        seen.of("aws_retry_attempts_total{aws_retry.function=poll,rpc.service=SQS}").len(),
        1 + 2
    );
}
