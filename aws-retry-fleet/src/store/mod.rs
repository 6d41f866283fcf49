//! Where members of a fleet leave their records for each other.

#[cfg(feature = "dynamodb")]
mod dynamodb;
mod memory;
#[cfg(feature = "redis")]
mod redis;

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

#[cfg(feature = "dynamodb")]
#[cfg_attr(docsrs, doc(cfg(feature = "dynamodb")))]
pub use dynamodb::DynamoDbStore;
pub use memory::MemoryStore;
#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub use redis::RedisStore;

use aws_retry_core::observe::shown;

use crate::Fingerprint;

/// The process that a record belongs to: a random number, drawn at each start of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId(pub u64);

impl fmt::Display for MemberId {
    /// 16 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(any(feature = "dynamodb", feature = "redis"))]
impl MemberId {
    /// Reads no other text than the one that `Display` writes, so that an id has one spelling.
    fn parse(text: &str) -> Option<Self> {
        let member = Self(u64::from_str_radix(text, 16).ok()?);
        (member.to_string() == text).then_some(member)
    }
}

/// The records of a scope, each with the member that put it.
///
/// They come from outside: any bytes are allowed, and a record that cannot be read is ignored.
pub type Records = Vec<(MemberId, Vec<u8>)>;

/// The future of a store's operation.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A place where the members of a fleet put their records and read those of the others.
///
/// A store keeps the newest record of each member and scope. It needs no locks, no transactions and no clock,
/// and its reads may be a little old. Records that were not replaced for an hour should expire.
///
/// The fleet calls it from one task per process, with one operation in flight, and drops an operation that
/// takes too long.
pub trait Store: Send + Sync + 'static {
    /// Puts this member's record of each scope, and returns all members' records of each scope, in the order of
    /// `puts`. This takes one round trip if the store can do that.
    ///
    /// When a process joins, `puts` is empty. Such an exchange connects, and fails as any other does. So the first
    /// throttle does not wait for a connection, and a store that refuses is seen at the start.
    ///
    /// # Errors
    /// The store did not answer, or refused. The fleet asks again later, and sends as if it had no fleet if
    /// that lasts.
    fn exchange<'a>(
        &'a self,
        member: MemberId,
        puts: &'a [(Fingerprint, Vec<u8>)],
    ) -> BoxFuture<'a, Result<Vec<Records>, StoreError>>;

    /// Removes the records of members: those of a process that leaves, and those that are older than ten minutes.
    /// A record that does not exist is not an error.
    ///
    /// # Errors
    /// The store did not answer, or refused. Records that stay are ignored, and expire.
    fn remove<'a>(
        &'a self,
        members: &'a [(Fingerprint, MemberId)],
    ) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// The failure of a store's operation: a message, and the error behind it.
///
/// The message is a text of a server as a rule, so that it is escaped and cut to 256 characters, as
/// [`shown`] does it. `Debug` and the log show the error behind it in the same way.
pub struct StoreError {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// The longest chain of errors that the log shows.
const LONGEST: usize = 8;

impl StoreError {
    /// A failure that this message describes.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self::said("", &message.into(), "")
    }

    /// A failure that this message describes, caused by `source`.
    #[must_use]
    pub fn with_source(
        message: impl Into<String>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::new(message).caused_by(source)
    }

    /// A failure that the server's `text` describes, between words of our own.
    fn said(before: &str, text: &str, after: &str) -> Self {
        Self { message: format!("{before}{}{after}", shown(text)), source: None }
    }

    fn caused_by(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// The message and those of its causes, as one line.
    pub(crate) fn line(&self) -> String {
        let causes = std::iter::successors(self.source(), |error| (*error).source());
        let mut line = self.message.clone();
        for cause in causes.take(LONGEST) {
            let cause = cause.to_string();
            let cause = shown(&cause);
            // Many messages contain that of their cause.
            if !line.contains(&*cause) {
                line.push_str(": ");
                line.push_str(&cause);
            }
        }
        line
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StoreError").field(&format_args!("\"{}\"", self.line())).finish()
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|it| it as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_short_and_steers_no_terminal() {
        let hostile = format!("-ERR\u{1b}[31m\n\u{202e}forged{}", "x".repeat(1_000_000));
        let cause = || std::io::Error::other(std::io::Error::other(hostile.clone()));
        for error in [
            StoreError::new(&hostile),
            StoreError::with_source("no answer", cause()),
            StoreError::with_source(&hostile, cause()),
            StoreError::said("Redis: ", &hostile, "").caused_by(cause()),
        ] {
            assert!(error.line().contains(r"-ERR\u{1b}[31m\n\u{202e}forgedxxx"), "{error:?}");
            for text in [error.line(), error.to_string(), format!("{error:?}")] {
                assert!(text.chars().count() < 300, "{text}");
                assert!(!text.contains(['\n', '\u{1b}', '\u{202e}']), "{text}");
            }
        }
    }

    #[test]
    fn a_line_has_each_cause_once() {
        let cause = || std::io::Error::other("connection refused");
        let line = |message: &str| StoreError::with_source(message, cause()).line();
        assert_eq!(line("Redis: connection refused"), "Redis: connection refused");
        assert_eq!(line("no answer"), "no answer: connection refused");
        assert_eq!(StoreError::new("no answer").line(), "no answer");
    }
}
