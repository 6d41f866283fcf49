//! The policy that the environment and the profile ask for.

use std::env::VarError;

use aws_runtime::env_config::file::EnvConfigFiles;
use aws_runtime::env_config::section::EnvConfigSections;
use aws_runtime::env_config::source;
use aws_types::os_shim_internal::{Env, Fs};

use super::ConfigError;
use super::error::{SettingSource, Wrong};
use crate::decision::policy::{Mode, RetryPolicy};
use crate::decision::shown::kept_id;

/// A setting: the environment variable, and the profile's key.
struct Setting {
    variable: &'static str,
    key: &'static str,
}

const RETRY_MODE: Setting = Setting { variable: "AWS_RETRY_MODE", key: "retry_mode" };
const MAX_ATTEMPTS: Setting = Setting { variable: "AWS_MAX_ATTEMPTS", key: "max_attempts" };

impl RetryPolicy {
    /// The settings of the environment and the AWS profile: load them once, at the start.
    ///
    /// | setting | environment | profile |
    /// |---|---|---|
    /// | mode: `legacy`, `standard`, `adaptive`, in any case | `AWS_RETRY_MODE` | `retry_mode` |
    /// | attempts in all, including the first: 1 and up | `AWS_MAX_ATTEMPTS` | `max_attempts` |
    ///
    /// The environment wins, setting by setting. `AWS_PROFILE` chooses the profile, `AWS_CONFIG_FILE` and
    /// `AWS_SHARED_CREDENTIALS_FILE` the files (a leading `~` is the home directory). A file that does not
    /// exist counts as empty, as in every AWS SDK; so does one that can't be read, about which the SDK's
    /// reader warns through `tracing`. `standard` is Retry Behavior 2.1, AWS's default since 2026-11-10;
    /// [`Mode::Standard20`] is the one before it.
    ///
    /// Settings that are missing are not written: `RetryPolicy::load().await?.over(&RetryPolicy::standard())`
    /// is AWS's default if the mode is missing; `load()` alone is this crate's default.
    ///
    /// A value that is not allowed is an error: it neither causes a panic nor is ignored. The same holds for
    /// a named profile that is missing.
    ///
    /// ```
    /// use aws_retry_core::{ConfigError, RetryPolicy};
    /// use std::sync::OnceLock;
    ///
    /// static POLICY: OnceLock<RetryPolicy> = OnceLock::new();
    ///
    /// /// For `#[aws_retry(policy = policy())]`; this crate's defaults until `main` has loaded it.
    /// fn policy() -> &'static RetryPolicy {
    ///     static DEFAULT: RetryPolicy = RetryPolicy::new();
    ///     POLICY.get().unwrap_or(&DEFAULT)
    /// }
    ///
    /// #[tokio::main(flavor = "current_thread")]
    /// async fn main() -> Result<(), ConfigError> {
    ///     let loaded = RetryPolicy::load().await?;
    ///     let policy_in_force = POLICY.get_or_init(|| loaded);
    ///     # assert_eq!(policy(), policy_in_force);
    ///     Ok(())
    /// }
    /// ```
    pub async fn load() -> Result<Self, ConfigError> {
        load_from(&Env::real(), &Fs::real()).await
    }
}

async fn load_from(env: &Env, fs: &Fs) -> Result<RetryPolicy, ConfigError> {
    let files = source::load(env, fs, &EnvConfigFiles::default()).await.map_err(Wrong::File)?;
    let profiles = EnvConfigSections::parse(files).map_err(|error| Wrong::File(error.into()))?;
    if let Some(name) = variable(env, "AWS_PROFILE")?
        && profiles.get_profile(&name).is_none()
    {
        return Err(Wrong::Profile(kept_id(&name).to_owned()).into());
    }
    let mut policy = RetryPolicy::new();
    policy.mode = read(env, &profiles, &RETRY_MODE, "legacy, standard, adaptive", |value| {
        let mode = |name: &str| value.eq_ignore_ascii_case(name);
        match () {
            () if mode("legacy") => Some(Mode::Legacy),
            () if mode("standard") => Some(Mode::Standard),
            () if mode("adaptive") => Some(Mode::Adaptive),
            () => None,
        }
    })?;
    policy.max_attempts = read(env, &profiles, &MAX_ATTEMPTS, "whole numbers from 1", |value| {
        value.parse().ok().filter(|attempts| *attempts > 0)
    })?;
    Ok(policy)
}

/// A setting's value: the environment's, else the profile's.
fn read<T>(
    env: &Env,
    profiles: &EnvConfigSections,
    setting: &Setting,
    allowed: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, ConfigError> {
    let (source, value) = match variable(env, setting.variable)? {
        Some(value) => (SettingSource::Variable(setting.variable), value),
        None => match profiles.get(setting.key) {
            Some(value) => {
                let name = kept_id(profiles.selected_profile()).to_owned();
                (SettingSource::Profile { name, key: setting.key }, value.to_owned())
            }
            None => return Ok(None),
        },
    };
    match parse(value.trim()) {
        Some(parsed) => Ok(Some(parsed)),
        None => Err(Wrong::Value { source, value: kept_id(&value).to_owned(), allowed }.into()),
    }
}

fn variable(env: &Env, name: &'static str) -> Result<Option<String>, ConfigError> {
    match env.get(name) {
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Wrong::Variable(name).into()),
    }
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
