//! Errors whose type was erased: what the chain of their sources still holds.

use std::borrow::Cow;
use std::error::Error;
use std::io;

use aws_smithy_types::error::ErrorMetadata;

use super::{Stopped, metadata, text};
use crate::decision::codes;
use crate::decision::failure::{Failure, Transport};

/// No chain that anybody builds is longer; one that is may well be a ring.
const LONGEST: usize = 32;

/// What `error` and its sources say, the outermost first: concrete types before texts.
pub(crate) fn of_chain<'e>(error: &'e (dyn Error + 'static)) -> Failure<'e> {
    let typed = walk(error).find_map(of_type);
    match typed {
        Some(failure) if failure.code.is_some() => failure,
        Some(failure) => failure.or(of_texts(error)),
        None => of_texts(error),
    }
}

/// The chain of sources. An `io::Error` that wraps an error names that one's source as its own, so the
/// wrapped error itself is visited too.
pub(crate) fn walk<'e>(
    error: &'e (dyn Error + 'static),
) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| below(*error)).take(LONGEST)
}

fn below<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

fn of_type<'e>(error: &'e (dyn Error + 'static)) -> Option<Failure<'e>> {
    if let Some(meta) = error.downcast_ref::<ErrorMetadata>() {
        let failure = metadata::of_metadata(meta);
        return failure.code.is_some().then_some(failure);
    }
    #[cfg(feature = "sdk")]
    if let Some(connector) = super::sdk::connector_in(error) {
        return Some(connector);
    }
    if error.is::<Stopped>() {
        return Some(Failure::transport(Transport::Timeout));
    }
    error.downcast_ref::<io::Error>().and_then(of_io).map(Failure::transport)
}

/// What an I/O error says of the connection; `None` where the kind is no matter of connections.
pub(crate) fn of_io(error: &io::Error) -> Option<Transport> {
    use io::ErrorKind as K;
    match error.kind() {
        K::ConnectionRefused
        | K::HostUnreachable
        | K::NetworkUnreachable
        | K::NetworkDown
        | K::AddrNotAvailable => Some(Transport::NeverConnected),
        K::TimedOut => Some(Transport::Timeout),
        K::ConnectionReset
        | K::ConnectionAborted
        | K::NotConnected
        | K::BrokenPipe
        | K::UnexpectedEof
        | K::Interrupted
        | K::WouldBlock => Some(Transport::Io),
        _ => None,
    }
}

/// What the `Display`s in the chain say: the SDK's time-out, or a code that is known, or the one that
/// the SDK's own error stands before, else the first text that could be a code (which only a list of the
/// user's can make count).
fn of_texts<'e>(error: &'e (dyn Error + 'static)) -> Failure<'e> {
    let mut unknown = None;
    let mut of_sdk = false;
    let mut sdk_speaks = false;
    for error in walk(error) {
        let text = error.to_string();
        match text.as_str() {
            "request has timed out" => {
                return Failure { of_sdk: true, ..Failure::transport(Transport::Timeout) };
            }
            "service error" | "response error" | "dispatch failure" => of_sdk = true,
            // The SDK has found no code: what stands beneath is none.
            "unhandled error" => {
                of_sdk = true;
                break;
            }
            _ => {}
        }
        let after_sdk = std::mem::replace(&mut sdk_speaks, text == "service error");
        let Some((code, message)) = text::code_of(&text) else { continue };
        let failure = Failure {
            code: Some(Cow::Owned(code.to_owned())),
            message: message.map(|message| Cow::Owned(message.to_owned())),
            guessed: true,
            of_sdk,
            ..Failure::new()
        };
        if after_sdk || codes::is_known(code) {
            return failure;
        }
        unknown.get_or_insert(failure);
    }
    Failure { of_sdk, ..unknown.unwrap_or_default() }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
