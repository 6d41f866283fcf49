//! A policy with every gap filled: the presets of the modes are here, and nowhere else.

use std::time::{Duration, Instant};

use super::{Codes, Jitter, Log, Mode, Nested, RateKind, RetryPolicy, Upper};
use crate::decision::codes;
use crate::decision::retry_after::HintRule;
use crate::decision::units;

/// The retry tokens that a retry takes from its scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Costs {
    pub throttled: u32,
    pub transient: u32,
    pub timeout: u32,
    pub other: u32,
    /// AWS's own rule: these costs in every case, no reserve, and no cost for the function.
    pub exact: bool,
}

/// Everything that a decision needs to know about the policy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resolved {
    pub mode: Mode,
    /// Attempts in all, throttles included.
    pub max_attempts: u32,
    /// Retries after failures that are not throttles.
    pub max_retries: u32,
    pub base_delay: Duration,
    /// The base delay after a throttle: AWS's Retry Behavior 2.1 has a separate one.
    pub throttle_delay: Duration,
    pub max_delay: Duration,
    pub multiplier: f64,
    pub jitter: Jitter,
    pub total_timeout: Option<Duration>,
    pub deadline: Option<Instant>,
    pub attempt_timeout: Option<Duration>,
    pub added: &'static [&'static str],
    pub throttling: &'static [&'static str],
    pub retryable: Option<&'static [&'static str]>,
    pub excluded: &'static [&'static str],
    pub codes: Codes,
    pub service_rules: &'static [codes::ServiceRule],
    pub statuses: &'static [u16],
    pub transient: bool,
    pub idempotent: bool,
    pub costs: Option<Costs>,
    pub hint: HintRule,
    pub rate: Option<RateKind>,
    /// If one is written.
    pub cost: Option<f64>,
    /// The published quota in units per second, and the units that its bucket holds; 0 if unknown.
    pub known_rate: f64,
    pub known_burst: f64,
    pub max_rate: f64,
    pub share: f64,
    pub fail_fast: bool,
    pub fleet: bool,
    /// AWS's Retry Behavior 2.1: when retry tokens run out, a long poll waits its backoff before it fails.
    pub long_polling: bool,
    pub service: Option<&'static str>,
    pub operation: Option<&'static str>,
    pub nested: Nested,
    pub trust_record: bool,
    pub log: Log,
    pub name: Option<&'static str>,
}

/// About one send per day: far below that, waits become too long for clocks.
pub(super) const LOWEST_MAX_RATE: f64 = 1e-5;
/// A thousandth of the quota.
pub(super) const LOWEST_SHARE: f64 = 1e-3;
const SECOND: Duration = Duration::from_secs(1);
/// AWS's figures, of Retry Behavior 2.0 and 2.1.
const COSTS_20: Costs = Costs { throttled: 5, transient: 5, timeout: 10, other: 5, exact: true };
const COSTS_21: Costs = Costs { throttled: 5, transient: 14, timeout: 14, other: 14, exact: true };
/// The decorator's costs limit the retries in an outage, and leave alone the jobs that are throttled while
/// others get through.
const COSTS_DECORATOR: Costs =
    Costs { throttled: 0, transient: 14, timeout: 14, other: 0, exact: false };
/// The send rate already limits the load, so 250 calls may wait for their next attempt. An outage still ends
/// the retries.
const COSTS_PACED: Costs = Costs { transient: 2, timeout: 2, ..COSTS_DECORATOR };

impl RetryPolicy {
    /// This policy with the mode's preset in every gap.
    pub(crate) fn resolve(&self) -> Resolved {
        self.resolve_for(None, None)
    }

    /// [`RetryPolicy::resolve`] with a service and an operation known from elsewhere, used where this policy
    /// names none.
    pub(crate) fn resolve_for(&self, service: Option<&str>, operation: Option<&str>) -> Resolved {
        let mut preset = preset(self.mode.unwrap_or_default());
        preset.service = self.service;
        preset.operation = self.operation;
        preset.for_service(self.service.or(service), self.operation.or(operation));
        let by_retries = self.max_retries.map(|retries| retries.saturating_add(1));
        let attempts = match (preset.mode, self.upper) {
            (Mode::Paced, _) => self.max_attempts,
            (_, Some(Upper::MaxRetries)) => by_retries,
            _ => self.max_attempts.or(by_retries),
        };
        let attempts = attempts.unwrap_or(preset.max_attempts).max(1);
        let multiplier = self.multiplier.unwrap_or(preset.multiplier);
        let codes = self.codes.unwrap_or(preset.codes);
        Resolved {
            max_attempts: attempts,
            max_retries: match preset.mode {
                Mode::Paced => self.max_retries.unwrap_or(preset.max_retries),
                _ => attempts - 1,
            },
            base_delay: self.base_delay.unwrap_or(preset.base_delay),
            throttle_delay: self.base_delay.unwrap_or(preset.throttle_delay),
            max_delay: self.max_delay.unwrap_or(preset.max_delay),
            // `max` also turns NaN into 1.
            multiplier: multiplier.max(1.0),
            jitter: self.jitter.unwrap_or(preset.jitter),
            total_timeout: self.total_timeout,
            deadline: self.deadline,
            attempt_timeout: self.attempt_timeout,
            added: self.added_errors.unwrap_or_default(),
            throttling: self.throttling_errors.unwrap_or_default(),
            retryable: self.retryable_errors,
            excluded: self.excluded_errors.unwrap_or_default(),
            codes,
            transient: self
                .transient
                .unwrap_or(codes != Codes::Python && self.retryable_errors.is_none()),
            idempotent: self.idempotent.unwrap_or(true),
            costs: match self.quota {
                Some(false) => None,
                // Written beside a mode that takes no retry tokens: the decorator's costs.
                Some(true) => preset.costs.or(Some(COSTS_DECORATOR)),
                None => preset.costs,
            },
            cost: self.cost.map(units::valid),
            known_rate: self.known_rate.filter(units::is_quota).unwrap_or_default(),
            known_burst: self.known_burst.filter(units::is_quota).unwrap_or_default(),
            max_rate: self
                .max_rate
                .filter(|rate| *rate > 0.0)
                .map_or(f64::INFINITY, |rate| rate.max(LOWEST_MAX_RATE)),
            share: self
                .share
                .filter(|share| *share > 0.0)
                .map_or(1.0, |share| share.clamp(LOWEST_SHARE, 1.0)),
            fail_fast: self.fail_fast.unwrap_or(false),
            fleet: self.fleet.unwrap_or(true),
            nested: self.nested.unwrap_or_default(),
            trust_record: self.trust_record.unwrap_or(false),
            log: self.log.unwrap_or(preset.log),
            name: self.name,
            ..preset
        }
    }
}

impl Resolved {
    /// The defaults of AWS's modes per service and operation.
    fn for_service(&mut self, service: Option<&str>, operation: Option<&str>) {
        let dynamodb = service.is_some_and(codes::is_dynamodb);
        match self.mode {
            Mode::Legacy if dynamodb => {
                self.max_attempts = 10;
                self.base_delay = Duration::from_millis(50);
                self.throttle_delay = self.base_delay;
                self.jitter = Jitter::None;
            }
            Mode::Standard | Mode::Adaptive => {
                if dynamodb || service.is_some_and(codes::is_dynamodb_streams) {
                    self.max_attempts = 4;
                    self.base_delay = Duration::from_millis(25);
                }
                self.long_polling = codes::is_long_polling(
                    service.unwrap_or_default(),
                    operation.unwrap_or_default(),
                );
            }
            _ => {}
        }
    }
}

fn preset(mode: Mode) -> Resolved {
    let decorator = Resolved {
        mode,
        max_attempts: 6,
        max_retries: 5,
        base_delay: Duration::from_millis(500),
        throttle_delay: Duration::from_millis(500),
        max_delay: Duration::from_secs(30),
        multiplier: 2.0,
        jitter: Jitter::Scaled,
        total_timeout: None,
        deadline: None,
        attempt_timeout: None,
        added: &[],
        throttling: &[],
        retryable: None,
        excluded: &[],
        codes: Codes::Default,
        service_rules: &[],
        statuses: codes::TRANSIENT_STATUSES,
        transient: true,
        idempotent: true,
        costs: Some(COSTS_DECORATOR),
        hint: HintRule::AtLeast,
        rate: None,
        cost: None,
        known_rate: 0.0,
        known_burst: 0.0,
        max_rate: f64::INFINITY,
        share: 1.0,
        fail_fast: false,
        fleet: true,
        long_polling: false,
        service: None,
        operation: None,
        nested: Nested::Pass,
        trust_record: false,
        log: Log::Warn,
        name: None,
    };
    let standard = Resolved {
        max_attempts: 3,
        base_delay: Duration::from_millis(50),
        throttle_delay: SECOND,
        max_delay: Duration::from_secs(20),
        jitter: Jitter::Full,
        costs: Some(COSTS_21),
        hint: HintRule::Within5s,
        service_rules: codes::STANDARD_SERVICE_RULES,
        ..decorator.clone()
    };
    match mode {
        Mode::Decorator => decorator,
        Mode::Legacy => Resolved {
            max_attempts: 5,
            base_delay: SECOND,
            throttle_delay: SECOND,
            max_delay: Duration::MAX,
            jitter: Jitter::Full,
            costs: None,
            hint: HintRule::Ignore,
            service_rules: codes::LEGACY_SERVICE_RULES,
            statuses: codes::LEGACY_STATUSES,
            ..decorator
        },
        Mode::Standard => standard,
        Mode::Standard20 => Resolved {
            base_delay: SECOND,
            costs: Some(COSTS_20),
            hint: HintRule::Instead,
            ..standard
        },
        Mode::Adaptive => Resolved { rate: Some(RateKind::Adaptive), ..standard },
        Mode::Paced => Resolved {
            max_attempts: 20,
            costs: Some(COSTS_PACED),
            rate: Some(RateKind::Paced),
            log: Log::Debug,
            ..decorator
        },
    }
}
