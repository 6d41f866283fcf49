//! The connector's errors: the failures of requests that did not get an answer.

use std::error::Error;

use aws_smithy_runtime_api::client::result::ConnectorError;

use super::{connection, printed, source_chain};
use crate::decision::failure::Transport;

/// The way in which the attempt that ended with `error` failed.
pub(crate) fn of_connector(error: &ConnectorError) -> Transport {
    if error.is_user() {
        Transport::Construction
    } else if is_of_no_kind(error) && is_about_credentials(error) {
        // The provider has already used up its own retries.
        Transport::Credentials
    } else if never_connected(error) {
        if error.is_timeout() { Transport::ConnectTimeout } else { Transport::NeverConnected }
    } else if error.is_timeout() {
        Transport::Timeout
    } else if error.is_io() || error.as_other().is_some() || broke_off(error) {
        Transport::Io
    } else {
        Transport::Other
    }
}

/// A failure before anything was sent arrives as a connector error, but is not one.
fn is_of_no_kind(error: &ConnectorError) -> bool {
    !error.is_timeout() && !error.is_io() && error.as_other().is_none()
}

/// The connector leaves some connection errors without a kind, mainly those of HTTP/2: RST_STREAM with
/// INTERNAL_ERROR or ENHANCE_YOUR_CALM, and GOAWAY.
fn broke_off(error: &ConnectorError) -> bool {
    source_chain::walk(error).any(|source| connection::of_http_stack(source).is_some())
}

/// Whether the connection was never made: by the connector's own mark, by an I/O error that only connecting
/// can cause, or by the words of hyper and the SDK for the phase of connecting.
fn never_connected(error: &ConnectorError) -> bool {
    error.connection_metadata().is_none()
        && (is_marked(error)
            || source_chain::walk(error).any(|source| {
                let refused = source.downcast_ref().and_then(connection::of_io)
                    == Some(Transport::NeverConnected);
                refused || {
                    let text = printed::display(source);
                    text == "client error (Connect)" || text.starts_with("HTTP connect timeout")
                }
            }))
}

/// The mark is private, and is printed last.
fn is_marked(error: &ConnectorError) -> bool {
    printed::debug(error, usize::MAX).ends_with(", connection: NeverConnected }")
}

/// A credentials provider fails as a dispatch failure without a particular kind: only its words tell.
pub(crate) fn is_about_credentials(error: &(dyn Error + 'static)) -> bool {
    source_chain::walk(error).any(|source| {
        let text = printed::display(source);
        ["credential", "identity", "SSO session", "token provider"]
            .iter()
            .any(|word| text.contains(word))
    })
}
