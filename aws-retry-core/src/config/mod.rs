//! Policies from AWS's own configuration: a client's [`RetryConfig`], an `SdkConfig`, and the environment and
//! profile.

#[cfg(feature = "aws-config")]
mod error;
#[cfg(feature = "aws-config")]
mod load;

use std::time::Duration;

#[cfg(feature = "aws-config")]
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::{RetryConfig, RetryMode, RetrySpec};

#[cfg(feature = "aws-config")]
pub use error::ConfigError;

use crate::decision::policy::{Jitter, Mode, RetryPolicy};

/// The values of a `RetryConfig` in which nothing was set.
#[cfg(feature = "aws-config")]
const DEFAULT_ATTEMPTS: u32 = 3;
const DEFAULT_BACKOFF: Duration = Duration::from_secs(1);
const DEFAULT_CAP: Duration = Duration::from_secs(20);

/// The behavior of a client with this configuration, as a policy.
///
/// A configuration that does not name a version of the Retry Behavior counts as 2.1, the default across the
/// AWS SDKs since 2026-11-10. `max_attempts` is always written. `initial_backoff` is written if it differs from its default,
/// and then applies to every failure (2.1 in the SDK: only to throttles). The reconnect mode stays with the
/// client.
///
/// ```
/// use aws_retry_core::{Mode, RetryPolicy};
/// use aws_smithy_types::retry::RetryConfig;
///
/// let policy = RetryPolicy::from(&RetryConfig::adaptive().with_max_attempts(7));
/// assert_eq!(policy, RetryPolicy::new().mode(Mode::Adaptive).max_attempts(7));
/// ```
impl From<&RetryConfig> for RetryPolicy {
    fn from(config: &RetryConfig) -> Self {
        let old = config.retry_spec().is_some_and(|spec| !spec.is_at_least(RetrySpec::V2_1));
        let mode = match config.mode() {
            RetryMode::Adaptive => Mode::Adaptive,
            _ if old => Mode::Standard20,
            _ => Mode::Standard,
        };
        // The SDK counts 0 attempts as 1, too.
        let mut policy = Self::new().mode(mode).max_attempts(config.max_attempts().max(1));
        if config.initial_backoff() != DEFAULT_BACKOFF {
            policy = policy.base_delay(config.initial_backoff());
        }
        if config.max_backoff() != DEFAULT_CAP {
            policy = policy.max_delay(config.max_backoff());
        }
        if config.use_static_exponential_base() {
            policy = policy.jitter(Jitter::None);
        }
        policy
    }
}

/// The behavior of clients with this configuration, as a policy.
///
/// As for `&RetryConfig`, with two exceptions. Where the `RetryConfig` does not name a version of the Retry
/// Behavior, the behavior version decides, as it does for the clients: up to `v2026_01_12` it means 2.0, from
/// `v2026_11_10` on 2.1. And 3 attempts that were not set in code are left to the mode, which allows 4 for
/// `DynamoDB` under 2.1. A configuration without a `RetryConfig` writes nothing.
#[cfg(feature = "aws-config")]
impl From<&aws_types::SdkConfig> for RetryPolicy {
    fn from(config: &aws_types::SdkConfig) -> Self {
        let Some(retries) = config.retry_config() else { return Self::new() };
        let mut policy = Self::from(retries);
        let older = config.behavior_version().is_some_and(precedes_behavior_21);
        if older && retries.retry_spec().is_none() && policy.mode == Some(Mode::Standard) {
            policy.mode = Some(Mode::Standard20);
        }
        let in_code = config.get_origin("retry_config").is_client_config();
        if retries.max_attempts() == DEFAULT_ATTEMPTS && !in_code {
            policy.max_attempts = None;
        }
        policy
    }
}

/// Whether clients of this version follow 2.0 unless told otherwise. The next version after `v2026_01_12` is the one
/// that made 2.1 the default, so that this needs no SDK which has that version already.
#[cfg(feature = "aws-config")]
#[allow(deprecated, reason = "each behavior version is deprecated by the next one")]
fn precedes_behavior_21(version: BehaviorVersion) -> bool {
    BehaviorVersion::v2026_01_12().is_at_least(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_config_is_a_policy() {
        let standard = RetryPolicy::standard().max_attempts(3);
        let second = Duration::from_secs(2);
        for (config, policy) in [
            (RetryConfig::standard(), standard.clone()),
            (RetryConfig::standard().with_retry_spec(RetrySpec::v2_1()), standard.clone()),
            (
                RetryConfig::standard().with_retry_spec(RetrySpec::v2_0()),
                standard.clone().mode(Mode::Standard20),
            ),
            (RetryConfig::adaptive(), standard.clone().mode(Mode::Adaptive)),
            (RetryConfig::disabled(), standard.clone().max_attempts(1)),
            (RetryConfig::standard().with_max_attempts(0), standard.clone().max_attempts(1)),
            (
                RetryConfig::standard().with_initial_backoff(second),
                standard.clone().base_delay(second),
            ),
            (RetryConfig::standard().with_max_backoff(second), standard.clone().max_delay(second)),
            (
                RetryConfig::standard().with_use_static_exponential_base(true),
                standard.jitter(Jitter::None),
            ),
        ] {
            assert_eq!(RetryPolicy::from(&config), policy, "{config:?}");
            assert!(policy.check().is_ok());
        }
    }

    #[cfg(feature = "aws-config")]
    #[test]
    fn an_sdk_config_is_a_policy() {
        use aws_types::SdkConfig;

        let of = |config: &SdkConfig| RetryPolicy::from(config);
        assert_eq!(of(&SdkConfig::builder().build()), RetryPolicy::new());
        let loaded = SdkConfig::builder().retry_config(RetryConfig::adaptive()).build();
        assert_eq!(of(&loaded), RetryPolicy::adaptive());
        let mut written = loaded.into_builder();
        written.insert_origin("retry_config", aws_types::origin::Origin::shared_config());
        assert_eq!(of(&written.build()), RetryPolicy::adaptive().max_attempts(3));
        let more = RetryConfig::standard().with_max_attempts(8);
        let more = SdkConfig::builder().retry_config(more).build();
        assert_eq!(of(&more), RetryPolicy::standard().max_attempts(8));
    }

    #[cfg(feature = "aws-config")]
    #[test]
    #[allow(deprecated, reason = "each behavior version is deprecated by the next one")]
    fn an_older_behavior_version_means_20_unless_the_retries_name_theirs() {
        let of = |version, retries| {
            let config = aws_types::SdkConfig::builder().behavior_version(version);
            RetryPolicy::from(&config.retry_config(retries).build()).mode
        };
        for version in [BehaviorVersion::v2023_11_09(), BehaviorVersion::v2026_01_12()] {
            for (retries, mode) in [
                (RetryConfig::standard(), Mode::Standard20),
                (RetryConfig::standard().with_retry_spec(RetrySpec::v2_1()), Mode::Standard),
                (RetryConfig::standard().with_retry_spec(RetrySpec::v2_0()), Mode::Standard20),
                (RetryConfig::adaptive(), Mode::Adaptive),
            ] {
                assert_eq!(of(version, retries.clone()), Some(mode), "{version:?} {retries:?}");
            }
        }
    }
}
