//! Errors whose type was erased: the facts that the chain of their sources still holds.

use std::borrow::Cow;
use std::error::Error;

use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::source_chain::walk;
use super::{Stopped, connection, metadata, printed, text};
use crate::decision::codes;
use crate::decision::failure::{Failure, ReadFrom, Transport};

/// An operation's or a service's error that was made from a time-out or a lost connection does not have
/// metadata: its sources do.
pub(crate) fn of_provider_or_chain<E: ProvideErrorMetadata + Error + 'static>(
    error: &E,
) -> Failure<'_> {
    let failure = metadata::of_provider(error);
    if failure.code.is_some() {
        metadata::with_limit(failure, error)
    } else {
        failure.or(of_chain(error))
    }
}

/// Reads `error` and its sources. The SDK's own error, however deep it lies, comes before any wrapper; the
/// type of another error comes before words; and words count only if no type is known.
pub(crate) fn of_chain<'e>(error: &'e (dyn Error + 'static)) -> Failure<'e> {
    walk(error)
        .find_map(of_sdk_type)
        .or_else(|| walk(error).last().and_then(metadata::of_modeled_text))
        .or_else(|| of_connection(error))
        .unwrap_or_else(|| of_texts(error))
}

/// Reads the SDK's types and this crate's.
fn of_sdk_type<'e>(error: &'e (dyn Error + 'static)) -> Option<Failure<'e>> {
    if let Some(meta) = error.downcast_ref::<ErrorMetadata>() {
        return Some(Failure { read_from: Some(ReadFrom::Chain), ..metadata::of_metadata(meta) });
    }
    #[cfg(feature = "sdk")]
    if let Some(connector) = error.downcast_ref() {
        return Some(of_sdk_transport(super::connector::of_connector(connector)));
    }
    if error.is::<Stopped>() {
        return Some(of_transport(Transport::Timeout));
    }
    of_sdk_error(error).map(of_sdk_transport)
}

/// The variants of `SdkError` that do not hold a service's error: their `Display` text and their `Debug`
/// name.
const VARIANTS: &[(&str, &str, Transport)] = &[
    ("request has timed out", "TimeoutError(TimeoutError {", Transport::Timeout),
    ("response error", "ResponseError(ResponseError {", Transport::Response),
    (
        "failed to construct request",
        "ConstructionFailure(ConstructionFailure {",
        Transport::Construction,
    ),
];

/// The variant of an `SdkError` of any operation. A wrapper can have the same words, but it does not print
/// the same type.
fn of_sdk_error(error: &(dyn Error + 'static)) -> Option<Transport> {
    let text = printed::display(error);
    let (_, name, transport) = VARIANTS.iter().find(|(words, ..)| *words == text)?;
    printed::debug(error, 512).contains(name).then_some(*transport)
}

/// Reads connection errors that are not wrapped in an SDK error: those of a body that is read after the
/// operation has succeeded.
fn of_connection<'e>(error: &'e (dyn Error + 'static)) -> Option<Failure<'e>> {
    walk(error)
        .find_map(|error| error.downcast_ref().and_then(connection::of_io))
        .or_else(|| walk(error).find_map(connection::of_http_stack))
        .map(of_transport)
}

fn of_sdk_transport<'e>(transport: Transport) -> Failure<'e> {
    Failure { of_sdk: true, ..of_transport(transport) }
}

fn of_transport<'e>(transport: Transport) -> Failure<'e> {
    Failure { read_from: Some(ReadFrom::Chain), ..Failure::transport(transport) }
}

/// Reads the `Display` texts in the chain: the code after the SDK's own words; else the innermost code that
/// is known or ends as codes do; else the first text that could be a code (which counts only if the user
/// lists it).
fn of_texts<'e>(error: &'e (dyn Error + 'static)) -> Failure<'e> {
    let (mut credible, mut unknown) = (None, None);
    let mut of_sdk = false;
    let mut sdk_speaks = false;
    for error in walk(error) {
        let text = printed::display(error);
        match text.as_str() {
            "request has timed out" => {
                return Failure {
                    read_from: Some(ReadFrom::Text),
                    ..of_sdk_transport(Transport::Timeout)
                };
            }
            "service error" | "response error" | "dispatch failure" | "unhandled error" => {
                of_sdk = true;
            }
            _ => {}
        }
        let after_sdk = std::mem::replace(&mut sdk_speaks, text == "service error");
        let Some(text::Coded { code, message, .. }) = text::code_of(&text) else { continue };
        let failure = Failure {
            code: Some(Cow::Owned(code.to_owned())),
            message: message.map(|message| Cow::Owned(message.to_owned())),
            read_from: Some(ReadFrom::Text),
            of_sdk,
            ..Failure::new()
        };
        if after_sdk {
            return failure;
        }
        if codes::is_known(code) || code.ends_with("Exception") {
            credible = Some(failure);
        } else {
            unknown.get_or_insert(failure);
        }
    }
    Failure { of_sdk, ..credible.or(unknown).unwrap_or_default() }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
