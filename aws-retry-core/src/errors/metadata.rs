//! The types with the SDK's error metadata: operation errors, modeled errors, `ErrorMetadata` itself.

use std::any::Any;
use std::error::Error;

use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::{ErrorKind, ProvideErrorKind};

use super::{Stopped, printed, text, throttle};
use crate::decision::failure::{Failure, Kind, ReadFrom};
use crate::decision::throttle::may_be_named;

/// The key under which the SDK keeps the request id in the metadata.
const REQUEST_ID: &str = "aws_request_id";

pub(crate) fn of_metadata(meta: &ErrorMetadata) -> Failure<'_> {
    Failure {
        code: meta.code().map(Into::into),
        message: meta.message().map(Into::into),
        request_id: meta.extra(REQUEST_ID).map(Into::into),
        of_sdk: true,
        read_from: Some(ReadFrom::Metadata),
        ..Failure::new()
    }
}

pub(crate) fn of_provider<E: ProvideErrorMetadata + ?Sized>(error: &E) -> Failure<'_> {
    let failure = of_metadata(error.meta());
    Failure {
        // A user's own error may have a code without metadata behind it.
        code: failure.code.or_else(|| error.code().map(Into::into)),
        message: failure.message.or_else(|| error.message().map(Into::into)),
        ..failure
    }
}

/// `failure`, completed by the operation's model of its error, if the error is one of the service's.
pub(crate) fn modeled<'e, E>(failure: Failure<'e>, error: Option<&E>) -> Failure<'e>
where
    E: ProvideErrorKind + Error + 'static,
{
    let Some(error) = error else { return failure };
    Failure {
        // An error that the operation does not model has the bare metadata as its source; one whose body
        // could not be parsed does not have a code.
        modeled: error
            .source()
            .map(|source| failure.code.is_some() && !source.is::<ErrorMetadata>()),
        modeled_kind: error.retryable_error_kind().map(kind_of),
        ..failure
    }
}

impl From<Stopped> for ErrorMetadata {
    /// With the code `RequestTimeout`.
    fn from(stopped: Stopped) -> Self {
        Self::builder().code("RequestTimeout").message(stopped.to_string()).build()
    }
}

/// The constructor of an error that is `ErrorMetadata` and not a modeled error.
pub(crate) fn constructor_of<E: 'static>() -> Option<fn(Stopped) -> E> {
    let constructor: fn(Stopped) -> ErrorMetadata = From::from;
    (&constructor as &dyn Any).downcast_ref().copied()
}

/// The model marks an error as retryable whatever its kind, even if it is the client's fault. The kind only
/// decides how it is retried.
fn kind_of(kind: ErrorKind) -> Kind {
    match kind {
        ErrorKind::ThrottlingError => Kind::Throttled,
        _ => Kind::Transient,
    }
}

/// `failure` with the limit that the error names in a field of its model.
pub(crate) fn with_limit<'e>(failure: Failure<'e>, error: &(dyn Error + 'static)) -> Failure<'e> {
    let named = failure.throttle.is_none() && failure.code().is_some_and(may_be_named);
    let throttle = named.then(|| throttle::of_debug(&printed::debug(error, LONGEST_PRINTED)));
    Failure { throttle: failure.throttle.or(throttle.flatten()), ..failure }
}

/// The most text that is printed from a modeled error to find its metadata behind the message.
const LONGEST_PRINTED: usize = 16 * 1024;

/// Reads a service's modeled error whose type is not known here: `Display` starts with the type's name, and
/// `Debug` shows the metadata inside. An error without metadata is not the SDK's.
pub(crate) fn of_modeled_text<'e>(error: &(dyn Error + 'static)) -> Option<Failure<'e>> {
    let display = printed::display(error);
    let coded = text::code_of(&display)?;
    let debug = printed::debug(error, LONGEST_PRINTED);
    let throttle = may_be_named(coded.code).then(|| throttle::of_debug(&debug)).flatten();
    let (_, fields) = debug.split_once(&format!("{} {{ ", coded.name))?;
    let (_, meta) = fields.split_once("meta: ErrorMetadata { ")?;
    // The code on the wire; the text has the name of the shape.
    let code = meta.strip_prefix("code: Some(\"").and_then(|rest| rest.split('"').next());
    let request_id = meta
        .split_once(&format!("\"{REQUEST_ID}\": \""))
        .and_then(|(_, rest)| rest.split('"').next());
    let owned = |text: &str| text.to_owned().into();
    Some(Failure {
        code: Some(owned(code.unwrap_or(coded.code))),
        message: coded.message.map(owned),
        request_id: request_id.map(owned),
        throttle,
        of_sdk: true,
        read_from: Some(ReadFrom::Chain),
        ..Failure::new()
    })
}
