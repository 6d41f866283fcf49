//! The competing policies, and their ways to make a call.

use std::{fmt, time::Duration};

use aws_retry::{Jitter, RetryPolicy};
use aws_retry_testkit::bucket::Quota;
use aws_sdk_secretsmanager::{Client, config::retry::RetryConfig};

use crate::{sdk, server::Server};

/// A way to retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    Naive,
    Exponential,
    EqualJitter,
    DecorrelatedJitter,
    FullJitter,
    SdkAdaptive,
    Paced,
    /// Paced mode that was told the quota.
    PacedKnown,
}

/// Enough that no call runs out of attempts: the comparison is about waits, not about giving up.
const ATTEMPTS: u32 = 1_000;

impl Policy {
    /// The policies of the job.
    pub const OF_THE_JOB: [Self; 6] = [
        Self::Naive,
        Self::Exponential,
        Self::FullJitter,
        Self::SdkAdaptive,
        Self::Paced,
        Self::PacedKnown,
    ];

    /// The policies of the classic plot of jitters.
    pub const OF_THE_WORK: [Self; 6] = [
        Self::Naive,
        Self::Exponential,
        Self::EqualJitter,
        Self::DecorrelatedJitter,
        Self::FullJitter,
        Self::Paced,
    ];

    /// This crate's policy; none for the SDK's.
    fn ours(self, quota: Quota) -> Option<RetryPolicy> {
        let patient = RetryPolicy::new().max_attempts(ATTEMPTS);
        Some(match self {
            Self::Naive => patient.base_delay(Duration::ZERO).jitter(Jitter::None),
            Self::Exponential => patient.jitter(Jitter::None),
            Self::EqualJitter => patient.jitter(Jitter::Equal),
            Self::DecorrelatedJitter => patient.jitter(Jitter::Decorrelated),
            Self::FullJitter => patient.jitter(Jitter::Full),
            Self::Paced => RetryPolicy::paced(),
            Self::PacedKnown => {
                RetryPolicy::paced().known_rate(quota.rate).known_burst(quota.burst)
            }
            Self::SdkAdaptive => return None,
        })
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Naive => "naive, no backoff",
            Self::Exponential => "exponential, no jitter",
            Self::EqualJitter => "exponential, equal jitter",
            Self::DecorrelatedJitter => "exponential, decorrelated jitter",
            Self::FullJitter => "exponential, full jitter",
            Self::SdkAdaptive => "SDK adaptive",
            Self::Paced => "paced",
            Self::PacedKnown => "paced, with known_rate and known_burst",
        })
    }
}

/// The callers of one process.
#[derive(Clone, Debug)]
pub enum Caller {
    Ours(Box<RetryPolicy>, Server),
    Sdk(Client),
}

impl Caller {
    pub fn new(policy: Policy, server: &Server, quota: Quota) -> Self {
        match policy.ours(quota) {
            Some(ours) => Self::Ours(Box::new(ours), server.clone()),
            None => {
                let retries = RetryConfig::adaptive().with_max_attempts(ATTEMPTS);
                Self::Sdk(sdk::client(server, retries))
            }
        }
    }

    /// One call, with all its retries. The output says whether it was answered.
    pub async fn call(&self) -> bool {
        match self {
            Self::Ours(policy, server) => policy.run_in("herd", || server.request()).await.is_ok(),
            Self::Sdk(client) => client.list_secrets().send().await.is_ok(),
        }
    }
}
