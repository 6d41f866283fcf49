//! Counters and histograms through the crate `metrics`. Without a recorder they cost one check for it.

use std::borrow::Cow;
use std::time::Duration;

use metrics::{Key, Label, Level, Metadata, with_recorder};

use crate::decision::codes;
use crate::decision::failure::Kind;
use crate::decision::policy::RetryPolicy;
use crate::decision::reason::Reason;
use crate::observe::event::{Event, OTHER};
use crate::observe::per_site::PerSite;

/// Attempts, including each call's first.
pub const ATTEMPTS: &str = "aws_retry_attempts_total";
/// Attempts that failed and were followed by another one.
pub const RETRIES: &str = "aws_retry_retries_total";
/// Requests that the SDK sent again inside an attempt; counted only if its interceptor runs.
pub const SDK_RETRIES: &str = "aws_retry_sdk_retries_total";
/// Attempts that the service throttled, and throttled requests that the SDK sent again inside one, with the
/// label `aws_retry.throttle.limit` where the service named the limit.
pub const THROTTLES: &str = "aws_retry_throttles_total";
/// Calls that gave up, with the label `aws_retry.give_up.reason`.
pub const GIVE_UPS: &str = "aws_retry_give_ups_total";
/// Retries that were not made because the retry tokens had run out.
pub const RETRY_TOKEN_REFUSALS: &str = "aws_retry_retry_token_refusals_total";
/// Unused scopes that were forgotten because there were more than
/// [`keep_at_most`](crate::scope::keep_at_most) allows. It has no labels.
pub const EVICTED_SCOPES: &str = "aws_retry_evicted_scopes_total";
/// Seconds of each wait between two attempts, a histogram.
pub const WAIT_SECONDS: &str = "aws_retry_wait_seconds";
/// Seconds for which an attempt waited for its turn, a histogram; recorded only if it had to wait.
pub const QUEUE_SECONDS: &str = "aws_retry_queue_seconds";
/// Sends per second of a scope's send rate, a gauge.
pub const SEND_RATE: &str = "aws_retry_send_rate";
/// Calls in a scope's queue, a gauge.
pub const QUEUE_LENGTH: &str = "aws_retry_queue_length";
/// The quota that paced mode has measured, requests per second, a gauge.
pub const LEARNED_QUOTA: &str = "aws_retry_learned_quota";
/// Cycles of rise and cut in which paced mode has measured it, a gauge.
pub const CYCLES: &str = "aws_retry_cycles";
/// Members of the fleet that are alive, by mode of this process in its scope, a gauge.
pub const FLEET_MEMBERS: &str = "aws_retry_fleet_members";
/// The part of the quota that this member of a fleet sends, 0 to 1, a gauge.
pub const FLEET_PART: &str = "aws_retry_fleet_part";

const FUNCTION: &str = "aws_retry.function";
const SERVICE: &str = "rpc.service";
const OPERATION: &str = "rpc.method";

const METADATA: Metadata<'static> = Metadata::new("aws_retry", Level::INFO, None);

/// Tells the recorder the meaning of each metric. Call this once, after it is installed.
pub fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    let counters = [
        (ATTEMPTS, "Attempts of retried calls, each call's first included"),
        (RETRIES, "Attempts that failed and were followed by another one"),
        (SDK_RETRIES, "Requests that the SDK sent again inside an attempt"),
        (THROTTLES, "Requests that the service throttled, by limit where it named one"),
        (GIVE_UPS, "Calls that gave up, by reason"),
        (RETRY_TOKEN_REFUSALS, "Retries not made because the retry tokens had run out"),
        (EVICTED_SCOPES, "Unused scopes forgotten because there were too many"),
    ];
    for (name, text) in counters {
        describe_counter!(name, Unit::Count, text);
    }
    describe_histogram!(WAIT_SECONDS, Unit::Seconds, "Waits between two attempts");
    describe_histogram!(QUEUE_SECONDS, Unit::Seconds, "Waits for a turn in a scope's queue");
    describe_gauge!(SEND_RATE, Unit::CountPerSecond, "Send rate of a scope");
    describe_gauge!(QUEUE_LENGTH, Unit::Count, "Calls in a scope's queue");
    describe_gauge!(LEARNED_QUOTA, Unit::CountPerSecond, "Quota that paced mode has measured");
    describe_gauge!(CYCLES, Unit::Count, "Cycles in which paced mode has measured it");
    describe_gauge!(FLEET_MEMBERS, Unit::Count, "Members of the fleet, by mode");
    describe_gauge!(FLEET_PART, "Part of the quota that this member sends");
}

/// Counts a success on the first attempt, for which only the written policies are known. Allocates once per
/// function, unless the rest of the policy names another function or a service.
pub(super) fn first_attempt(
    site: &PerSite,
    name: &'static str,
    static_policy: &RetryPolicy,
    policy: Option<&RetryPolicy>,
    call_policy: Option<&RetryPolicy>,
) {
    let key = |policies: &[Option<&RetryPolicy>]| {
        let policies = || policies.iter().flatten();
        let name = policies().find_map(|it| it.name).unwrap_or(name);
        let service = policies().find_map(|it| it.service);
        let operation = policies().find_map(|it| it.operation);
        let mut labels = vec![Label::from_static_parts(FUNCTION, name)];
        labels.extend(service.map(|it| Label::from_static_parts(SERVICE, it)));
        labels.extend(operation.map(|it| Label::from_static_parts(OPERATION, it)));
        Key::from_parts(ATTEMPTS, labels)
    };
    let count = |key: &Key| {
        with_recorder(|recorder| recorder.register_counter(key, &METADATA).increment(1));
    };
    let names =
        |it: &&RetryPolicy| it.name.is_some() || it.service.is_some() || it.operation.is_some();
    match (call_policy.filter(names), policy.filter(names)) {
        (None, None) => count(site.attempts_key.get_or_init(|| key(&[Some(static_policy)]))),
        (call_policy, policy) => count(&key(&[call_policy, Some(static_policy), policy])),
    }
}

pub(super) fn evicted_scopes(number: u64) {
    let key = Key::from_static_name(EVICTED_SCOPES);
    with_recorder(|recorder| recorder.register_counter(&key, &METADATA).increment(number));
}

pub(super) fn emit(event: &Event<'_>) {
    let labels = labels(event);
    let key = |name| Key::from_parts(name, labels.clone());
    let with = |name, more: [Option<Label>; 2]| {
        key(name).with_extra_labels(more.into_iter().flatten().collect())
    };
    let error = || Some(Label::new("error.type", error_type(event)?));
    let count = |key: &Key| {
        with_recorder(|recorder| recorder.register_counter(key, &METADATA).increment(1));
    };
    if event.sent {
        count(&key(if event.sdk_retried { SDK_RETRIES } else { ATTEMPTS }));
        if event.kind == Some(Kind::Throttled) {
            let limit = event.throttle.as_ref();
            let limit = limit
                .map(|it| Label::from_static_parts("aws_retry.throttle.limit", it.limit.as_str()));
            count(&with(THROTTLES, [error(), limit]));
        }
    }
    if event.sdk_retried {
        return;
    }
    if event.is_retried() {
        count(&key(RETRIES));
        let wait = event.delay.as_secs_f64();
        with_recorder(|recorder| {
            recorder.register_histogram(&key(WAIT_SECONDS), &METADATA).record(wait);
        });
    }
    if event.queued > Duration::ZERO {
        let queued = event.queued.as_secs_f64();
        with_recorder(|recorder| {
            recorder.register_histogram(&key(QUEUE_SECONDS), &METADATA).record(queued);
        });
    }
    if let Some(reason) = event.reason {
        let reason = Label::from_static_parts("aws_retry.give_up.reason", reason.as_str());
        count(&with(GIVE_UPS, [error(), Some(reason)]));
    }
    if event.reason == Some(Reason::RetryTokens) {
        count(&key(RETRY_TOKEN_REFUSALS));
    }
    let set = |name, value, mode| {
        let labels = of_scope(event).into_iter().chain(mode).collect::<Vec<_>>();
        let key = Key::from_parts(name, labels);
        with_recorder(|recorder| recorder.register_gauge(&key, &METADATA).set(value));
    };
    if let Some(state) = event.rate {
        #[expect(clippy::cast_precision_loss, reason = "a queue is not 2^52 long")]
        set(QUEUE_LENGTH, state.waiting as f64, None);
        state.rate.into_iter().for_each(|rate| set(SEND_RATE, rate, None));
        if let Some(quota) = state.quota {
            set(LEARNED_QUOTA, quota, None);
            set(CYCLES, state.cycles.into(), None);
        }
    }
    if let Some(fleet) = event.fleet {
        let mode = Label::from_static_parts("aws_retry.fleet.mode", fleet.mode.as_str());
        #[expect(clippy::cast_precision_loss, reason = "members of a fleet")]
        set(FLEET_MEMBERS, fleet.members as f64, Some(mode));
        set(FLEET_PART, fleet.part, None);
    }
}

fn labels(event: &Event<'_>) -> Vec<Label> {
    let mut labels = of_scope(event);
    labels.extend(event.service.map(|it| Label::new(SERVICE, it.to_owned())));
    labels.extend(event.operation.map(|it| Label::new(OPERATION, it.to_owned())));
    labels
}

/// The labels of a gauge. The service is not among them: it is known on failures only, and a gauge would then have
/// two series, of which one stands still.
fn of_scope(event: &Event<'_>) -> Vec<Label> {
    let mut labels = vec![Label::from_static_parts(FUNCTION, event.function)];
    labels.extend(event.scope.map(|scope| Label::new("aws_retry.scope", scope.to_owned())));
    labels
}

/// The class of the failure out of a closed set: a server could send any number of other codes.
fn error_type(event: &Event<'_>) -> Option<Cow<'static, str>> {
    match event.code {
        Some(code) => Some(Cow::Borrowed(codes::known(code).unwrap_or(OTHER))),
        None => event.error_type().map(|it| Cow::Owned(it.into_owned())),
    }
}
