//! What a chain of sources still holds, for each thing that the SDK puts there.

use super::*;
use std::fmt;
use std::io;

/// An error with a text and a source, as thiserror writes it.
#[derive(Debug)]
struct Wrapped(&'static str, Option<Box<dyn Error + Send + Sync>>);

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Wrapped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|source| source as _)
    }
}

fn wrap(text: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Wrapped {
    Wrapped(text, Some(source.into()))
}

fn say(text: &'static str) -> Wrapped {
    Wrapped(text, None)
}

#[test]
fn unmodeled_errors_end_in_their_metadata() {
    let meta = ErrorMetadata::builder().code("SlowDown").message("slow").build();
    let error = wrap("upload", wrap("service error", wrap("unhandled error (SlowDown)", meta)));
    let failure = of_chain(&error);
    assert_eq!((failure.code(), failure.message()), (Some("SlowDown"), Some("slow")));
    assert!(!failure.guessed());
}

#[test]
fn modeled_errors_speak_by_their_text() {
    let error = wrap("upload", wrap("service error", say("ThrottlingException: Rate exceeded")));
    let failure = of_chain(&error);
    assert_eq!(failure.code(), Some("ThrottlingException"));
    assert_eq!(failure.message(), Some("Rate exceeded"));
    assert!(failure.guessed());
}

#[test]
fn a_known_code_beats_an_earlier_text_that_only_looks_like_one() {
    let error = wrap("Upload", wrap("Store: failed", say("SlowDown")));
    assert_eq!(of_chain(&error).code(), Some("SlowDown"));
    let error = wrap("Upload: failed", say("nothing known"));
    assert_eq!(of_chain(&error).code(), Some("Upload"), "for the user's own lists");
}

#[test]
fn where_the_sdk_found_no_code_there_is_none() {
    let meta = ErrorMetadata::builder().build();
    assert_eq!(meta.to_string(), "Error", "reads like a code");
    let error = wrap("upload", wrap("service error", wrap("unhandled error", meta)));
    let failure = of_chain(&error);
    assert_eq!((failure.code(), failure.of_sdk), (None, true));
}

#[test]
fn the_sdks_own_text_beats_one_that_only_looks_like_a_code() {
    let error = wrap("Upload: failed", wrap("service error", say("NotYetKnown: message")));
    let failure = of_chain(&error);
    assert_eq!((failure.code(), failure.message()), (Some("NotYetKnown"), Some("message")));
}

#[test]
fn a_code_in_the_middle_of_a_text_is_none() {
    let failure = of_chain(&say("could not list: ThrottlingException: Rate exceeded")).to_owned();
    assert_eq!(failure.code(), None);
}

#[test]
fn time_outs_and_lost_connections() {
    let io = |kind: io::ErrorKind| io::Error::from(kind);
    for (error, expected) in [
        (wrap("read", say("request has timed out")), Some(Transport::Timeout)),
        (wrap("read", io(io::ErrorKind::ConnectionReset)), Some(Transport::Io)),
        (wrap("read", io(io::ErrorKind::UnexpectedEof)), Some(Transport::Io)),
        (wrap("read", io(io::ErrorKind::TimedOut)), Some(Transport::Timeout)),
        (wrap("read", io(io::ErrorKind::ConnectionRefused)), Some(Transport::NeverConnected)),
        (wrap("read", io(io::ErrorKind::NotFound)), None),
        (wrap("read", Stopped::new(crate::StopWhy::Deadline, None)), Some(Transport::Timeout)),
    ] {
        assert_eq!(of_chain(&error).transport, expected, "{error:?}");
    }
}

#[cfg(feature = "sdk")]
#[test]
fn a_connectors_error_in_the_chain() {
    use aws_smithy_runtime_api::client::result::ConnectorError;
    let error = wrap("dispatch failure", ConnectorError::io("connection closed".into()));
    assert_eq!(of_chain(&error).transport, Some(Transport::Io));
}

#[test]
fn an_error_inside_an_io_error_is_visited() {
    let meta = ErrorMetadata::builder().code("SlowDown").build();
    let error = io::Error::other(wrap("reader", meta));
    assert_eq!(of_chain(&error).code(), Some("SlowDown"));
}

#[test]
fn erased_by_anyhow() {
    let meta = ErrorMetadata::builder().code("Throttling").build();
    let error = anyhow::Error::from(meta).context("listing").context("scanning");
    let failure = of_chain(error.as_ref()).to_owned();
    assert_eq!(failure.code(), Some("Throttling"));
}

#[test]
fn a_ring_of_sources_ends() {
    #[derive(Debug)]
    struct Ring;
    impl fmt::Display for Ring {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("ring")
        }
    }
    impl Error for Ring {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&Ring)
        }
    }
    assert_eq!(of_chain(&Ring), Failure::new());
}
