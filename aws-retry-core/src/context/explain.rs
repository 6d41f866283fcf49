//! The answer to "why does it not retry?".

use std::fmt;

use crate::decision::classify::{Predicates, Rule, classify};
use crate::decision::failure::{Failure, Kind};
use crate::decision::policy::{Resolved, RetryPolicy};
use crate::decision::shown::Word;
use crate::expansion::read_error::ReadFailure;
use crate::expansion::to_failure::ToFailure;

/// A policy's verdict on an error. `Display` prints the code, the kind, the verdict, the rule that decided,
/// the limit that the service named, and the place from which the error was read, on one line.
#[derive(Clone, Debug)]
pub struct Explanation<'e> {
    failure: Failure<'e>,
    kind: Kind,
    rule: Rule,
    /// `idempotent = false`, and the service may have executed the request.
    held_back: bool,
}

impl Explanation<'_> {
    /// Whether a call under the policy would retry, as long as attempts, retry tokens and time last.
    #[must_use]
    pub fn is_retried(&self) -> bool {
        !self.held_back && self.kind.is_retryable()
    }

    /// The kind of failure that it is treated as.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Everything that is known about the error; [`Failure::read_from`] says where it was read.
    #[must_use]
    pub fn failure(&self) -> &Failure<'_> {
        &self.failure
    }
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.failure.code().unwrap_or("none");
        write!(f, "code: {}", Word(code))?;
        if let Some(status) = self.failure.status {
            write!(f, ", status: {status}")?;
        }
        let kind = self.kind.as_str();
        let verdict = if self.is_retried() { "retried" } else { "not retried" };
        write!(f, ", kind: {kind}, verdict: {verdict}, reason: ")?;
        if self.held_back {
            f.write_str(
                "the service may have executed it, and the policy says `idempotent = false`",
            )?;
        } else {
            self.rule.fmt(f)?;
        }
        if let Some(throttle) = self.failure.throttle() {
            write!(f, ", limit: {}", throttle.limit)?;
            if let Some(resource) = &throttle.resource {
                write!(f, ", resource: {}", Word(resource))?;
            }
        }
        match self.failure.read_from() {
            Some(place) => write!(f, ", read from: {}", place.as_str()),
            None => Ok(()),
        }
    }
}

/// The default policy's verdict on an error, or with `explain!(error, policy)` that policy's. It works for
/// every type that the attribute reads, including a service crate's `Error` and your own enums. For a type
/// parameter, use [`explain`](crate::explain()).
///
/// Inside an annotated call it also uses the interceptor's records, as the call does.
///
/// Pass the error itself: it is only borrowed. For a reference write `explain!(*error)`.
///
/// ```
/// # use aws_retry_core as aws_retry;
/// # let answer: Result<(), aws_sdk_sqs::Error> =
/// #     Err(aws_smithy_types::error::operation::BuildError::missing_field("queue_url", "none").into());
/// if let Err(error) = answer {
///     println!("{}", aws_retry::explain!(error));
/// #   assert!(!aws_retry::explain!(error).is_retried());
/// }
/// ```
#[macro_export]
macro_rules! explain {
    ($error:expr $(,)?) => {
        $crate::explain!($error, $crate::RetryPolicy::new())
    };
    ($error:expr, $policy:expr $(,)?) => {
        match (&$error, &$policy) {
            (error, policy) => {
                use $crate::__private::read_error::*;
                let error_type = $crate::__private::error_type_of(error);
                let read = error_type.read_by_priority().aws_retry_read();
                $crate::__private::explained(policy, read, error)
            }
        }
    };
}

/// [`explain!`](crate::explain!) for the types that the closure forms read: code, kind, verdict, reason, and
/// the place from which it was read.
///
/// ```
/// use aws_retry_core::explain;
///
/// let error = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
/// assert_eq!(
///     explain(&error).to_string(),
///     "code: none, kind: transient, verdict: retried, reason: the connection was lost, \
///      read from: a type in the chain of sources",
/// );
/// ```
pub fn explain<M, E: ToFailure<M> + ?Sized>(error: &E) -> Explanation<'_> {
    RetryPolicy::new().explain(error)
}

impl RetryPolicy {
    /// This policy's verdict on `error`.
    pub fn explain<'e, M, E: ToFailure<M> + ?Sized>(&self, error: &'e E) -> Explanation<'e> {
        of_failure(&self.resolve(), error.failure_of())
    }
}

/// The verdict on the failure that the adapter `A` reads, for [`explain!`](crate::explain!).
pub fn explained<'e, E, A: ReadFailure<E>>(
    policy: &RetryPolicy,
    _: A,
    error: &'e E,
) -> Explanation<'e> {
    of_failure(&policy.resolve(), A::failure(error))
}

fn of_failure<'e>(policy: &Resolved, failure: Failure<'e>) -> Explanation<'e> {
    // Inside an annotated call the interceptor may have recorded facts that the error's type has lost.
    let records = super::with(|context| context.shared_records());
    let kind = classify(policy, &failure, Predicates::default()).kind;
    let record = records.and_then(|it| it.recall(&failure, kind, policy.trust_record));
    let failure = match record {
        Some(record) => record.complete(&failure),
        None => failure,
    };
    let verdict = classify(policy, &failure, Predicates::default());
    let held_back =
        !policy.idempotent && verdict.is_retryable() && !verdict.surely_not_executed(&failure);
    Explanation { kind: verdict.kind, rule: verdict.rule, held_back, failure }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::failure::{ReadFrom, Transport};

    #[test]
    fn an_explanation_has_all_that_is_known_of_the_error() {
        let lost = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        let explanation = explain(&lost);
        let failure = explanation.failure();
        assert_eq!(failure.transport, Some(Transport::Io));
        assert_eq!(failure.read_from(), Some(ReadFrom::Chain));
        assert_eq!((explanation.kind(), explanation.is_retried()), (Kind::Transient, true));
    }
}
