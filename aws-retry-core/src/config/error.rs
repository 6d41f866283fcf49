//! The errors in the environment and the profile.

use std::error::Error;
use std::fmt;

use aws_runtime::env_config::error::EnvConfigFileLoadError;

use crate::decision::shown::{Quoted, shown};

/// The environment or the profile contains an invalid setting.
///
/// The message names the variable or the profile's key, the value, and the allowed values. Names and values are escaped
/// and cut to 256 characters.
#[derive(Debug)]
pub struct ConfigError {
    wrong: Wrong,
}

/// Texts are at most 256 bytes long: a `main` that returns the error prints them with `Debug`.
#[derive(Debug)]
pub(super) enum Wrong {
    /// A value that its setting does not allow.
    Value { source: SettingSource, value: String, allowed: &'static str },
    /// An environment variable that is not Unicode.
    Variable(&'static str),
    /// `AWS_PROFILE` names a profile that is in none of the files.
    Profile(String),
    /// The files can't be parsed.
    File(EnvConfigFileLoadError),
}

/// The place of a value.
#[derive(Clone, Debug)]
pub(super) enum SettingSource {
    Variable(&'static str),
    Profile { name: String, key: &'static str },
}

impl From<Wrong> for ConfigError {
    fn from(wrong: Wrong) -> Self {
        Self { wrong }
    }
}

impl fmt::Display for SettingSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the environment variable `{name}`"),
            Self::Profile { name, key } => {
                write!(f, "`{key}` of the AWS profile `{}`", shown(name))
            }
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.wrong {
            Wrong::Value { source, value, allowed } => {
                write!(f, "{source} is {:?}; allowed: {allowed}", Quoted(value))
            }
            Wrong::Variable(name) => write!(f, "the environment variable `{name}` is not Unicode"),
            Wrong::Profile(name) => write!(
                f,
                "the environment variable `AWS_PROFILE` is {:?}; the AWS config and credentials files have no such profile",
                Quoted(name)
            ),
            Wrong::File(_) => f.write_str("the AWS config or credentials file can't be read"),
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.wrong {
            Wrong::File(error) => Some(error),
            _ => None,
        }
    }
}
