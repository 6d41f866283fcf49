//! The facts that are known of an error.

use std::borrow::Cow;
use std::sync::Arc;

use crate::decision::codes;
use crate::decision::endpoint::Endpoint;
use crate::decision::retry_after::RetryAfter;
use crate::decision::shown;
use crate::decision::throttle::{self, Throttle};
pub use crate::decision::transport::Transport;

/// The kind of a failure: the way in which a retry has to treat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The service asked to slow down.
    Throttled,
    /// A time-out, a lost connection, a 5xx: it may pass.
    Transient,
    /// Retried because a list or a predicate names it.
    Other,
    /// Missing or expired credentials: permanent.
    Credentials,
    /// No retry helps.
    Permanent,
}

impl Kind {
    /// The kind as a label: `"throttled"`, `"transient"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Transient => "transient",
            Self::Other => "other",
            Self::Credentials => "credentials",
            Self::Permanent => "permanent",
        }
    }

    /// Whether a failure of this kind is retried.
    pub(crate) const fn is_retryable(self) -> bool {
        matches!(self, Self::Throttled | Self::Transient | Self::Other)
    }
}

/// The place from which the facts of a failure were read: the closer to the SDK's own error, the more there
/// are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReadFrom {
    /// An `SdkError`: code, status, headers and the kind of connection failure.
    SdkError,
    /// The metadata of an operation's or a service's error: the code, but not the status.
    Metadata,
    /// A type in the chain of sources, or a private type there that is known by the name that it prints.
    Chain,
    /// A message alone, as the last resort: no type in the chain was known.
    Text,
    /// An SDK error that was recorded inside the call before its type was erased.
    Record,
}

impl ReadFrom {
    /// The place in words: `"the SDK's error"`, `"a type in the chain of sources"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SdkError => "the SDK's error",
            Self::Metadata => "the error's metadata",
            Self::Chain => "a type in the chain of sources",
            Self::Text => "the text of a message",
            Self::Record => "the record of the SDK's attempt",
        }
    }
}

/// The facts of a failed attempt: the input of every decision.
///
/// ```
/// use aws_retry_core::{AsFailure, Failure};
///
/// enum StoreError { Busy, Gone }
///
/// impl AsFailure for StoreError {
///     fn as_failure(&self) -> Failure<'_> {
///         match self {
///             StoreError::Busy => Failure::throttled().with_code("StoreBusy"),
///             StoreError::Gone => Failure::permanent(),
///         }
///     }
/// }
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Failure<'a> {
    pub(crate) code: Option<Cow<'a, str>>,
    /// `None` if the error's own type says everything.
    pub(crate) read_from: Option<ReadFrom>,
    /// Whether the operation models the code; unknown once the type has been erased.
    pub(crate) modeled: Option<bool>,
    pub(crate) message: Option<Cow<'a, str>>,
    pub(crate) status: Option<u16>,
    pub(crate) request_id: Option<Cow<'a, str>>,
    pub(crate) transport: Option<Transport>,
    pub(crate) retry_after: Option<RetryAfter>,
    /// The kind by the service's model, if that marks the error as retryable.
    pub(crate) modeled_kind: Option<Kind>,
    /// The kind by the error's own type.
    pub(crate) declared: Option<Kind>,
    /// The SDK's names of the service and the operation.
    pub(crate) service: Option<Cow<'a, str>>,
    pub(crate) operation: Option<Cow<'a, str>>,
    /// The server that the request was sent to.
    pub(crate) endpoint: Option<Arc<Endpoint>>,
    /// The limit that a throttle names in a field of its own.
    pub(crate) throttle: Option<Throttle<'a>>,
    /// It was read from an SDK error, erased or not.
    pub(crate) of_sdk: bool,
}

shown::debug_shown! {
    Failure<'_> {
        code: text, read_from, modeled, message: text, status, request_id: text, transport,
        retry_after, modeled_kind, declared, service: text, operation: text, endpoint, throttle,
        of_sdk
    }
}

impl<'a> Failure<'a> {
    /// A failure about which nothing is known: permanent, unless a predicate says otherwise.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            code: None,
            read_from: None,
            modeled: None,
            message: None,
            status: None,
            request_id: None,
            transport: None,
            retry_after: None,
            modeled_kind: None,
            declared: None,
            service: None,
            operation: None,
            endpoint: None,
            throttle: None,
            of_sdk: false,
        }
    }

    /// A throttle: retried with a backoff, and it slows the send rate of the modes that have one.
    #[must_use]
    pub const fn throttled() -> Self {
        Self::declared(Kind::Throttled)
    }

    /// Transient: retried unless the policy says `transient = false`.
    #[must_use]
    pub const fn transient() -> Self {
        Self::declared(Kind::Transient)
    }

    /// Worth a retry, but neither a throttle nor transient.
    #[must_use]
    pub const fn retryable() -> Self {
        Self::declared(Kind::Other)
    }

    /// Never retried, whatever its code.
    #[must_use]
    pub const fn permanent() -> Self {
        Self::declared(Kind::Permanent)
    }

    const fn declared(kind: Kind) -> Self {
        let mut failure = Self::new();
        failure.declared = Some(kind);
        failure
    }

    pub(crate) fn transport(transport: Transport) -> Self {
        Self { transport: Some(transport), ..Self::new() }
    }

    /// Names the error code, such as `ThrottlingException`.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<Cow<'a, str>>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Adds the message. It is logged at debug level only, since messages hold ARNs.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<Cow<'a, str>>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Adds the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Adds the request id, by which AWS support finds the request.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<Cow<'a, str>>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// Says how the attempt failed if no service answered.
    #[must_use]
    pub fn with_transport(mut self, transport: Transport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Adds the server's hint of how long to wait.
    #[must_use]
    pub fn with_retry_after(mut self, hint: RetryAfter) -> Self {
        self.retry_after = Some(hint);
        self
    }

    /// Names the limit that was hit, and its resource.
    #[must_use]
    pub fn with_throttle(mut self, throttle: Throttle<'a>) -> Self {
        self.throttle = Some(throttle);
        self
    }

    /// The error code, such as `ThrottlingException`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The service's message.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// The request id.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The service, as the SDK names it: `"DynamoDB"`. Known if the SDK's interceptor runs.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }

    /// The operation: `"PutItem"`. Known if the SDK's interceptor runs.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    /// The limit that was hit, if the service names it.
    #[must_use]
    pub fn throttle(&self) -> Option<Throttle<'_>> {
        if let Some(Throttle { limit, resource }) = &self.throttle {
            return Some(Throttle::new(*limit, resource.as_deref().map(Cow::Borrowed)));
        }
        let limit = throttle::named_in_message(self.code()?, self.message()?)?;
        Some(Throttle::new(limit, None))
    }

    /// The place from which this was read; `None` for an error that describes itself through
    /// [`AsFailure`](crate::AsFailure).
    #[must_use]
    pub fn read_from(&self) -> Option<ReadFrom> {
        self.read_from
    }

    /// Whether the code was read from a message.
    pub(crate) fn guessed(&self) -> bool {
        self.read_from == Some(ReadFrom::Text)
    }

    /// Whether the error says nothing at all, except perhaps a text that only looks like a code.
    pub(crate) fn is_opaque(&self) -> bool {
        let Self { status, request_id, transport, declared, .. } = self;
        self.code().is_none_or(|code| self.guessed() && !codes::is_known(code))
            && status.is_none()
            && request_id.is_none()
            && transport.is_none()
            && declared.is_none()
    }

    /// Whether the service answered, with an error of its own.
    pub(crate) fn is_answered(&self) -> bool {
        let by_code = self.code.is_some() && !self.guessed();
        self.transport.is_none() && (by_code || self.status.is_some() || self.request_id.is_some())
    }

    /// Whether the connection was lost, or never made: no service answered.
    pub(crate) fn is_lost(&self) -> bool {
        let lost = matches!(
            self.transport,
            Some(
                Transport::NeverConnected
                    | Transport::ConnectTimeout
                    | Transport::Io
                    | Transport::Timeout
            )
        );
        lost && self.status.is_none()
    }

    /// This failure, with missing facts taken from `source`.
    pub(crate) fn or(self, source: Failure<'a>) -> Self {
        // The code says most: the place from which it was read counts.
        let read_from = match (&self.code, &source.code) {
            (None, Some(_)) => source.read_from,
            _ => self.read_from.or(source.read_from),
        };
        Self {
            code: self.code.or(source.code),
            read_from,
            modeled: self.modeled.or(source.modeled),
            message: self.message.or(source.message),
            status: self.status.or(source.status),
            request_id: self.request_id.or(source.request_id),
            transport: self.transport.or(source.transport),
            retry_after: self.retry_after.or(source.retry_after),
            modeled_kind: self.modeled_kind.or(source.modeled_kind),
            declared: self.declared.or(source.declared),
            service: self.service.or(source.service),
            operation: self.operation.or(source.operation),
            endpoint: self.endpoint.or(source.endpoint),
            throttle: self.throttle.or(source.throttle),
            of_sdk: self.of_sdk || source.of_sdk,
        }
    }

    /// A copy that borrows nothing, for keeping: at most 1024 bytes of a message, and 256 of a code or an id.
    pub(crate) fn to_owned(&self) -> Failure<'static> {
        let owned = |text: &Option<Cow<'_, str>>| {
            text.as_deref().map(|text| Cow::Owned(shown::kept_id(text).to_owned()))
        };
        let message = self.message().map(|message| Cow::Owned(shown::kept(message).to_owned()));
        let throttle = |it: &Throttle<'_>| Throttle::new(it.limit, owned(&it.resource));
        Failure {
            code: owned(&self.code),
            message,
            request_id: owned(&self.request_id),
            service: owned(&self.service),
            operation: owned(&self.operation),
            endpoint: self.endpoint.clone(),
            throttle: self.throttle.as_ref().map(throttle),
            of_sdk: self.of_sdk,
            read_from: self.read_from,
            modeled: self.modeled,
            status: self.status,
            transport: self.transport,
            retry_after: self.retry_after,
            modeled_kind: self.modeled_kind,
            declared: self.declared,
        }
    }
}

#[cfg(test)]
#[path = "failure_tests.rs"]
mod tests;
