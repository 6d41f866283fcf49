//! The ways in which no answer comes.

/// The way in which an attempt failed if no service answered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// The connection was never made: the service certainly has not seen the request.
    NeverConnected,
    /// The connection was not made in time: again, the service certainly has not seen the request.
    ConnectTimeout,
    /// The connection was lost, or a body ended early.
    Io,
    /// A time-out; the service may have executed the request.
    Timeout,
    /// A response arrived that could not be parsed.
    Response,
    /// The request was wrong before it was sent.
    Construction,
    /// No credentials could be loaded.
    Credentials,
    /// The connector failed for another reason.
    Other,
}

impl Transport {
    /// The way as a label: `"timeout"`, `"connection_lost"`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeverConnected => "not_connected",
            Self::ConnectTimeout => "connect_timeout",
            Self::Io => "connection_lost",
            Self::Timeout => "timeout",
            Self::Response => "invalid_response",
            Self::Construction => "invalid_request",
            Self::Credentials => "no_credentials",
            Self::Other => "connector",
        }
    }
}
