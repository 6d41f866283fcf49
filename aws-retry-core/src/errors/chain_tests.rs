//! A chain of sources with each kind of error that the SDK puts there.

use super::*;
use std::fmt;
use std::io;

/// An error with a text and a source, as thiserror generates it.
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

/// A modeled error as the SDK generates it.
#[derive(Debug)]
#[expect(dead_code, reason = "printed with Debug")]
struct ResourceExistsException {
    message: Option<String>,
    meta: ErrorMetadata,
}

impl fmt::Display for ResourceExistsException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResourceExistsException: it exists")
    }
}

impl Error for ResourceExistsException {}

fn modeled() -> ResourceExistsException {
    let meta = ErrorMetadata::builder().code("ResourceExists").custom("aws_request_id", "R-1");
    ResourceExistsException { message: Some("it exists".into()), meta: meta.build() }
}

#[test]
fn a_modeled_error_tells_its_code_on_the_wire_and_its_request_id() {
    let failure = of_chain(&wrap("Throttling: reading", modeled())).to_owned();
    assert_eq!(failure.code(), Some("ResourceExists"));
    assert_eq!(failure.message(), Some("it exists"));
    assert_eq!(failure.request_id(), Some("R-1"));
    assert_eq!(failure.read_from(), Some(ReadFrom::Chain));
}

#[test]
fn a_transparent_variant_around_a_modeled_error_is_read_like_it() {
    #[derive(Debug)]
    struct Transparent(ResourceExistsException);
    impl fmt::Display for Transparent {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fmt(f)
        }
    }
    impl Error for Transparent {}
    assert_eq!(of_chain(&Transparent(modeled())).code(), Some("ResourceExists"));
}

#[test]
fn the_innermost_credible_code_wins_where_there_are_only_texts() {
    let error = wrap("Throttling: reading the limits", say("InvalidParameterException: no"));
    assert_eq!(of_chain(&error).code(), Some("InvalidParameterException"));
    let error = wrap("ThrottlingException: slow", say("Store: busy"));
    assert_eq!(of_chain(&error).code(), Some("ThrottlingException"), "`Store` is not credible");
}

#[test]
fn a_lost_connection_beats_the_words_around_it() {
    let error = wrap("Throttling: reading", io::Error::from(io::ErrorKind::ConnectionReset));
    let failure = of_chain(&error).to_owned();
    assert_eq!((failure.code(), failure.transport), (None, Some(Transport::Io)));
}

#[test]
fn errors_of_the_http_stack_are_known_by_the_names_that_they_print() {
    /// Prints like a type of another crate.
    struct Printed(&'static str);
    impl fmt::Debug for Printed {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }
    impl fmt::Display for Printed {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("failed")
        }
    }
    impl Error for Printed {}
    for (debug, expected) in [
        ("hyper::Error(Body, Custom { .. })", Some(Transport::Io)),
        ("hyper::Error(IncompleteMessage)", Some(Transport::Io)),
        ("hyper::Error(User(Body))", None),
        ("hyper_util::client::legacy::Error(SendRequest)", Some(Transport::Io)),
        ("hyper_util::client::legacy::Error(Connect)", Some(Transport::NeverConnected)),
        ("hyper_util::client::legacy::Error(UserUnsupportedVersion)", None),
        ("Error { kind: Reset(StreamId(1), INTERNAL_ERROR, Remote) }", Some(Transport::Io)),
        ("Error { kind: GoAway(b\"\", ENHANCE_YOUR_CALM, Remote) }", Some(Transport::Io)),
        ("Error { kind: Io(Kind(BrokenPipe)) }", Some(Transport::Io)),
        ("Error { kind: Io(Os { code: 2, kind: NotFound, message: \"..\" }) }", None),
        ("ThroughputBelowMinimum { expected: .., actual: .. }", Some(Transport::Timeout)),
    ] {
        let error = wrap("streaming error", Printed(debug));
        assert_eq!(of_chain(&error).transport, expected, "{debug}");
    }
}

#[cfg(feature = "sdk")]
mod of_a_services_error {
    use super::*;
    use crate::errors::sdk::of_sdk_error;
    use aws_sdk_sqs::error::SdkError;
    use aws_sdk_sqs::operation::send_message::SendMessageError;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    type SendError = SdkError<SendMessageError, HttpResponse>;

    fn errors() -> Vec<(fn() -> SendError, Transport)> {
        fn response() -> HttpResponse {
            HttpResponse::new(StatusCode::try_from(200).unwrap(), SdkBody::from("{"))
        }
        vec![
            (|| SendError::timeout_error("late"), Transport::Timeout),
            (|| SendError::response_error("no JSON", response()), Transport::Response),
            (|| SendError::construction_failure("no region"), Transport::Construction),
            (|| SendError::dispatch_failure(ConnectorError::io("closed".into())), Transport::Io),
            (
                || SendError::dispatch_failure(ConnectorError::user("bad uri".into())),
                Transport::Construction,
            ),
        ]
    }

    /// A service's error and an operation's error keep the whole `SdkError` as their source.
    #[test]
    fn says_what_the_sdk_error_inside_it_said() {
        for (error, expected) in errors() {
            let typed = of_sdk_error(&error()).transport;
            assert_eq!(typed, Some(expected));
            let service = aws_sdk_sqs::Error::from(error());
            let of_operation = error().into_service_error();
            assert_eq!(of_provider_or_chain(&service).transport, typed, "{service:?}");
            assert_eq!(of_provider_or_chain(&of_operation).transport, typed, "{of_operation:?}");
            for erased in [
                anyhow::Error::from(error()),
                anyhow::Error::from(service).context("Throttling: sending"),
                anyhow::Error::from(of_operation).context("request has timed out"),
                anyhow::Error::from(error()).context("response error").context("SlowDown"),
            ] {
                let failure = of_chain(erased.as_ref());
                assert_eq!((failure.transport, failure.code()), (typed, None), "{erased:?}");
                assert!(failure.of_sdk);
            }
        }
    }

    #[test]
    fn a_wrapper_with_the_sdks_own_words_hides_nothing() {
        for words in ["request has timed out", "response error", "failed to construct request"] {
            let error = anyhow::Error::from(modeled()).context(words);
            let failure = of_chain(error.as_ref()).to_owned();
            assert_eq!((failure.code(), failure.transport), (Some("ResourceExists"), None));
        }
    }
}
