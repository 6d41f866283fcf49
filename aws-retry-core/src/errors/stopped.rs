//! The error of a call that was ended by this crate and not by the service.

use std::error::Error;
use std::fmt;
use std::io;

use super::source_chain;
use crate::decision::failure::Failure;
pub use crate::decision::reason::StopWhy;
use crate::decision::shown::Word;

/// The error of a call that this crate ended: an attempt was cut short, a turn could not come in time, or
/// `fail_fast` was set.
///
/// It becomes a value of the function's own error type: `SdkError::TimeoutError`, an operation's or a
/// service's error, `ErrorMetadata` (code `RequestTimeout`), `anyhow::Error`, `eyre::Report`,
/// `Box<dyn Error + Send + Sync>`, `io::Error` (kind `TimedOut`), or any type with `From<Stopped>`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stopped {
    /// The reason for which the call ended.
    pub why: StopWhy,
    /// The failure of the previous attempt, if there was one.
    pub last_failure: Option<Box<Failure<'static>>>,
    /// A copy of itself as its source. An error may pass on the source of a [`Stopped`] instead of the
    /// [`Stopped`] itself, as `#[error(transparent)]` does, and would otherwise lose it.
    source: Option<Box<Stopped>>,
}

impl Stopped {
    pub(crate) fn new(why: StopWhy, last_failure: Option<Box<Failure<'static>>>) -> Self {
        let source = Self { why, last_failure: last_failure.clone(), source: None };
        Self { why, last_failure, source: Some(Box::new(source)) }
    }

    /// The first `Stopped` in a chain of sources.
    pub(crate) fn find<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Self> {
        source_chain::walk(error).find_map(|error| error.downcast_ref())
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.source.is_none() {
            return f.write_str("aws-retry ended the call");
        }
        f.write_str(match self.why {
            StopWhy::AttemptTimeout => "the attempt took longer than its timeout",
            StopWhy::Deadline => "the call's deadline passed",
            StopWhy::NoTurn => "the call's turn can't come before its deadline",
            StopWhy::FailFast => "the call would have had to wait for its turn",
            StopWhy::NoTimer => "no timer runs that could end it in time",
        })?;
        match self.last_failure.as_ref().and_then(|failure| failure.code()) {
            Some(code) => write!(f, " (the failure before: {})", Word(code)),
            None => Ok(()),
        }
    }
}

impl Error for Stopped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<Stopped> for io::Error {
    fn from(stopped: Stopped) -> Self {
        io::Error::new(io::ErrorKind::TimedOut, stopped)
    }
}
