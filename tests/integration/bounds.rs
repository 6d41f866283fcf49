//! Any policy of any mode, any script of failures, attempts of any length, many calls at once: a call never
//! makes more attempts than allowed and never passes its deadline, retry tokens and send rate stay within their
//! bounds, and nothing panics.

use std::cell::Cell;
use std::time::Duration;

use aws_retry::{
    AsFailure, Failure, Jitter, Mode, RetryAfter, RetryPolicy, Stopped, Transport, aws_retry, scope,
};
use proptest::option::of;
use proptest::prelude::*;
use tokio::time::Instant;

const MODES: [Mode; 6] =
    [Mode::Decorator, Mode::Legacy, Mode::Standard, Mode::Standard20, Mode::Adaptive, Mode::Paced];

/// Sets the arguments that are `Some`.
macro_rules! write {
    ($policy:ident, $($value:expr => $name:ident),+) => {
        $(if let Some(value) = $value { $policy = $policy.$name(value); })+
    };
}

/// tokio's timers end on whole milliseconds.
const ROUNDING: Duration = Duration::from_millis(2);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Throttled,
    /// A throttle with a hint, in milliseconds.
    Hinted(u64),
    Down,
    Lost,
    TimedOut,
    Expired,
    Denied,
    Stopped,
}

impl Fault {
    fn is_throttle(self) -> bool {
        matches!(self, Self::Throttled | Self::Hinted(_))
    }
}

impl AsFailure for Fault {
    fn as_failure(&self) -> Failure<'_> {
        let coded = |code, status| Failure::new().with_code(code).with_status(status);
        match self {
            Self::Throttled => coded("ThrottlingException", 400),
            Self::Hinted(millis) => {
                let hint = RetryAfter::Amz(Duration::from_millis(*millis));
                coded("SlowDown", 503).with_retry_after(hint)
            }
            Self::Down => Failure::new().with_status(503),
            Self::Lost => Failure::new().with_transport(Transport::Io),
            Self::TimedOut => Failure::new().with_transport(Transport::Timeout),
            Self::Expired => coded("RequestExpired", 400),
            Self::Denied => coded("AccessDenied", 403),
            Self::Stopped => Failure::new(),
        }
    }
}

impl From<Stopped> for Fault {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// A call: the time at which it begins, and the failure and length of each attempt. Then it succeeds.
#[derive(Clone, Debug)]
struct Script {
    begins: Duration,
    attempts: Vec<(Fault, Duration)>,
}

/// The attempts and the time of a call.
#[derive(Debug, Default)]
struct Did {
    attempts: Cell<u32>,
    took: Cell<Duration>,
}

#[aws_retry(policy = policy, scope = "bounds")]
async fn attempt(policy: &RetryPolicy, script: &Script, did: &Did) -> Result<(), Fault> {
    let before = did.attempts.replace(did.attempts.get() + 1);
    let Some((fault, lasts)) = script.attempts.get(before as usize) else { return Ok(()) };
    tokio::time::sleep(*lasts).await;
    Err(*fault)
}

async fn call(policy: &RetryPolicy, script: &Script, did: &Did) {
    tokio::time::sleep(script.begins).await;
    let begun = Instant::now();
    let _ = attempt(policy, script, did).await;
    did.took.set(begun.elapsed());
}

/// Plays the scripts at the same time. Gives the course of each call, and the scope's state at the end.
fn play(policy: &RetryPolicy, scripts: &[Script]) -> (Vec<Did>, Option<scope::ScopeState>) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().start_paused(true).build().expect("a runtime");
    runtime.block_on(async {
        let did: Vec<_> = scripts.iter().map(|_| Did::default()).collect();
        let calls = scripts.iter().zip(&did).map(|(script, did)| call(policy, script, did));
        futures::future::join_all(calls).await;
        (did, scope::state("bounds"))
    })
}

fn faults() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => Just(Fault::Throttled),
        2 => any::<u64>().prop_map(Fault::Hinted),
        6 => proptest::sample::select(vec![Fault::Down, Fault::Lost, Fault::TimedOut]),
        2 => proptest::sample::select(vec![Fault::Expired, Fault::Denied]),
    ]
}

fn scripts() -> impl Strategy<Value = Vec<Script>> {
    let millis = |bound: u64| (0..bound).prop_map(Duration::from_millis);
    let attempts = proptest::collection::vec((faults(), millis(500)), 0..12);
    let script = (millis(5000), attempts);
    let script = script.prop_map(|(begins, attempts)| Script { begins, attempts });
    proptest::collection::vec(script, 1..12)
}

/// The part of a policy whose bounds the test checks. Nonsensical values are included.
#[derive(Clone, Debug)]
struct Limits {
    max_attempts: Option<u32>,
    max_retries: Option<u32>,
    total_timeout: Option<Duration>,
    max_rate: Option<f64>,
    share: Option<f64>,
}

impl Limits {
    fn any() -> impl Strategy<Value = Self> {
        let rate = prop_oneof![
            4 => 0.1..100.0,
            1 => proptest::sample::select(vec![f64::NAN, -1.0, 0.0, f64::INFINITY]),
        ];
        let share = prop_oneof![
            4 => 0.05..=1.0,
            1 => proptest::sample::select(vec![f64::NAN, -1.0, 0.0, 7.0]),
        ];
        let timeout = (1..20_000_u64).prop_map(Duration::from_millis);
        let counts = (of(0..9_u32), of(0..9_u32));
        (counts, of(timeout), of(rate), of(share)).prop_map(
            |((max_attempts, max_retries), total_timeout, max_rate, share)| Self {
                max_attempts,
                max_retries,
                total_timeout,
                max_rate,
                share,
            },
        )
    }

    fn write(&self, mut policy: RetryPolicy) -> RetryPolicy {
        write!(policy, self.max_attempts => max_attempts, self.max_retries => max_retries);
        write!(policy, self.total_timeout => total_timeout);
        write!(policy, self.max_rate => max_rate, self.share => share);
        policy
    }

    /// The number of attempts, and the number of those that may fail by anything but a throttle.
    fn attempts(&self, mode: Mode) -> (u32, u32) {
        let preset = match mode {
            Mode::Paced => {
                let others = self.max_retries.unwrap_or(5) + 1;
                return (self.max_attempts.unwrap_or(20).max(1), others);
            }
            Mode::Decorator => 6,
            Mode::Legacy => 5,
            _ => 3,
        };
        let retries = self.max_retries.map(|retries| retries + 1);
        let attempts = self.max_attempts.or(retries).unwrap_or(preset).max(1);
        (attempts, attempts)
    }

    /// The bounds of the adaptive rate. The paced rate's lower bound is 0.
    fn rates(&self) -> (f64, f64) {
        let most = self.max_rate.filter(|rate| *rate > 0.0).unwrap_or(f64::INFINITY);
        let share = self.share.filter(|share| *share > 0.0).map_or(1.0, |share| share.min(1.0));
        ((0.5 * share).min(most), most)
    }
}

/// The rest of a policy.
fn policies() -> impl Strategy<Value = RetryPolicy> {
    let span = || prop_oneof![0..10_000_u64, 0..86_400_000_u64].prop_map(Duration::from_millis);
    let multiplier = prop_oneof![any::<f64>(), 0.0..10.0];
    let attempt_timeout = (1..400_u64).prop_map(Duration::from_millis);
    let jitters = [Jitter::None, Jitter::Scaled, Jitter::Full, Jitter::Equal, Jitter::Decorrelated];
    let jitter = proptest::sample::select(jitters.to_vec());
    let switches = (of(any::<bool>()), of(any::<bool>()), of(any::<bool>()));
    (of(span()), of(span()), of(multiplier), of(attempt_timeout), of(jitter), switches).prop_map(
        |(base, cap, multiplier, attempt_timeout, jitter, (fail_fast, quota, idempotent))| {
            let mut policy = RetryPolicy::new();
            write!(policy, base => base_delay, cap => max_delay, multiplier => multiplier);
            write!(policy, attempt_timeout => attempt_timeout, jitter => jitter);
            write!(policy, fail_fast => fail_fast, quota => quota, idempotent => idempotent);
            policy
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn attempts_time_and_rates_stay_within_their_bounds_in_every_mode(policy in policies(), limits in Limits::any(), scripts in scripts()) {
        for mode in MODES {
            let policy = limits.write(policy.clone()).mode(mode);
            let (did, state) = play(&policy, &scripts);
            let (attempts, others) = limits.attempts(mode);
            for (did, script) in did.iter().zip(&scripts) {
                let failed = script.attempts.iter().take(did.attempts.get() as usize);
                let not_throttled = failed.filter(|(fault, _)| !fault.is_throttle()).count();
                prop_assert!(did.attempts.get() <= attempts, "{policy:?} {did:?}");
                prop_assert!(not_throttled <= others as usize, "{policy:?} {did:?}");
                if let Some(timeout) = limits.total_timeout {
                    prop_assert!(did.took.get() <= timeout + ROUNDING, "{policy:?} {did:?}");
                }
            }
            let Some(state) = state else { continue };
            prop_assert!(state.retry_tokens <= 500);
            let (least, most) = limits.rates();
            for (rate, least) in [(state.adaptive, least), (state.paced, 0.0)] {
                let Some(rate) = rate else { continue };
                prop_assert_eq!(rate.waiting, 0);
                if let Some(rate) = rate.rate {
                    prop_assert!(rate > 0.0 && rate <= most, "{rate} of {most}: {policy:?}");
                    prop_assert!(rate >= least * 0.999, "{rate} below {least}: {policy:?}");
                }
            }
        }
    }
}

/// The scripts above reach the bounds, and more than one attempt.
#[test]
fn the_scripts_of_failures_reach_the_bounds() {
    let attempts = vec![(Fault::Throttled, Duration::from_millis(10)); 30];
    let script = Script { begins: Duration::ZERO, attempts };
    for (mode, most) in MODES.into_iter().zip([6, 5, 3, 3, 3, 20]) {
        let policy = RetryPolicy::new().mode(mode);
        let (did, _) = play(&policy, std::slice::from_ref(&script));
        assert_eq!(did[0].attempts.get(), most, "{mode:?}");
        let hurried = policy.total_timeout(Duration::from_millis(5));
        let (did, _) = play(&hurried, std::slice::from_ref(&script));
        assert!(did[0].took.get() >= Duration::from_millis(5), "cut: {did:?}");
    }
}
