//! Connection failures: I/O errors, and the errors of the HTTP stack, whose crates this one does not depend
//! on.

use std::error::Error;
use std::io;

use super::printed;
use crate::decision::failure::Transport;

/// The kind of connection failure; `None` if the I/O error's kind is not about connections.
///
/// "Never connected" needs proof: an established connection can report that its host, its network or the
/// local interface is gone after the service has received the request.
pub(crate) fn of_io(error: &io::Error) -> Option<Transport> {
    use io::ErrorKind as K;
    match error.kind() {
        K::ConnectionRefused | K::AddrNotAvailable => Some(Transport::NeverConnected),
        K::TimedOut => Some(Transport::Timeout),
        K::ConnectionReset
        | K::ConnectionAborted
        | K::NotConnected
        | K::BrokenPipe
        | K::UnexpectedEof
        | K::Interrupted
        | K::WouldBlock
        | K::HostUnreachable
        | K::NetworkUnreachable
        | K::NetworkDown => Some(Transport::Io),
        _ => None,
    }
}

/// The start of the `Debug` output of the HTTP stack's connection errors, and their meaning.
const PRINTED: &[(&str, Option<Transport>)] = &[
    // These are the caller's faults.
    ("hyper::Error(User", None),
    ("hyper_util::client::legacy::Error(User", None),
    ("hyper_util::client::legacy::Error(Connect", Some(Transport::NeverConnected)),
    ("hyper::Error(", Some(Transport::Io)),
    ("hyper_util::client::legacy::Error(", Some(Transport::Io)),
    // h2: RST_STREAM, GOAWAY.
    ("Error { kind: Reset(StreamId(", Some(Transport::Io)),
    ("Error { kind: GoAway(b\"", Some(Transport::Io)),
    ("Error { kind: Reason(", Some(Transport::Io)),
    // The SDK's protection against stalled streams.
    ("ThroughputBelowMinimum {", Some(Transport::Timeout)),
];

/// The kind of connection failure, if this is an error of the HTTP stack about one.
pub(crate) fn of_http_stack(error: &(dyn Error + 'static)) -> Option<Transport> {
    #[cfg(feature = "sdk")]
    if error.is::<aws_smithy_async::future::timeout::TimedOutError>() {
        return Some(Transport::Timeout);
    }
    let printed = printed::debug(error, 128);
    // h2 does not return the I/O error that it holds as its source. Other types print the same for a file
    // error.
    if let Some(io) = printed.strip_prefix("Error { kind: Io(") {
        return LOST.iter().any(|kind| io.contains(kind)).then_some(Transport::Io);
    }
    PRINTED.iter().find(|(start, _)| printed.starts_with(start)).and_then(|(_, it)| *it)
}

/// The kinds of I/O error that only a connection has, as they are printed.
const LOST: &[&str] =
    &["BrokenPipe", "ConnectionAborted", "ConnectionReset", "NotConnected", "UnexpectedEof"];
