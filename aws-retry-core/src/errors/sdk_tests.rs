//! Each variant of an `SdkError`.

use super::*;
use crate::decision::codes;
use crate::decision::retry_after::RetryAfter;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::retry::ErrorKind;
use std::io;
use std::time::Duration;

type Error = SdkError<ErrorMetadata, HttpResponse>;

fn response(status: u16, headers: &[(&'static str, &'static str)]) -> HttpResponse {
    let mut response =
        HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from("<html>"));
    for (name, value) in headers {
        response.headers_mut().insert(*name, *value);
    }
    response
}

fn transport(error: ConnectorError) -> Option<Transport> {
    of_sdk_error(&Error::dispatch_failure(error)).transport
}

#[test]
fn a_service_error_has_code_message_status_and_request_id() {
    let meta = ErrorMetadata::builder().code("SlowDown").message("please").build();
    let error = Error::service_error(meta, response(503, &[("x-amz-request-id", "R-1")]));
    let failure = of_sdk_error(&error);
    assert_eq!(failure.code(), Some("SlowDown"));
    assert_eq!(failure.message(), Some("please"));
    assert_eq!(failure.status(), Some(503));
    assert_eq!(failure.request_id(), Some("R-1"));
    assert!(!failure.guessed());
}

#[test]
fn the_metadata_holds_the_request_id_where_the_response_is_gone() {
    let meta = ErrorMetadata::builder().code("A").custom("aws_request_id", "R-2").build();
    assert_eq!(metadata::of_provider(&meta).request_id(), Some("R-2"));
}

#[test]
fn an_unparsable_answer_keeps_its_status() {
    let error = Error::service_error(ErrorMetadata::default(), response(503, &[]));
    assert_eq!(of_sdk_error(&error).status(), Some(503));
    let failure = of_sdk_error(&Error::response_error("no JSON", response(200, &[]))).to_owned();
    assert_eq!((failure.status(), failure.transport), (Some(200), Some(Transport::Response)));
}

#[test]
fn failures_without_an_answer() {
    let failure = of_sdk_error(&Error::timeout_error("late")).to_owned();
    assert_eq!(failure.transport, Some(Transport::Timeout));
    let failure = of_sdk_error(&Error::construction_failure("no region")).to_owned();
    assert_eq!(failure.transport, Some(Transport::Construction));
}

#[test]
fn dispatch_failures_by_kind() {
    let io = |kind| Box::new(io::Error::from(kind));
    for (error, expected) in [
        (ConnectorError::io(io(io::ErrorKind::ConnectionReset)), Transport::Io),
        (ConnectorError::io(io(io::ErrorKind::ConnectionRefused)), Transport::NeverConnected),
        (ConnectorError::io("client error (Connect)".into()), Transport::NeverConnected),
        (ConnectorError::io("DNS".into()).never_connected(), Transport::NeverConnected),
        (ConnectorError::timeout("HTTP read timeout occurred after 1s".into()), Transport::Timeout),
        (
            ConnectorError::timeout("HTTP connect timeout occurred after 1s".into()),
            Transport::ConnectTimeout,
        ),
        (ConnectorError::user("bad uri".into()), Transport::Construction),
        (
            ConnectorError::other("incomplete".into(), Some(ErrorKind::TransientError)),
            Transport::Io,
        ),
        (
            ConnectorError::other("no providers in chain provided credentials".into(), None),
            Transport::Credentials,
        ),
        (ConnectorError::other("odd".into(), None), Transport::Other),
    ] {
        let text = format!("{error:?}");
        assert_eq!(transport(error), Some(expected), "{text}");
    }
}

#[test]
fn the_servers_hint_is_read_from_the_response() {
    let headers = [
        ("retry-after", "Wed, 21 Oct 2026 07:28:09 GMT"),
        ("date", "Wed, 21 Oct 2026 07:28:00 GMT"),
    ];
    for (headers, expected) in [
        (&headers[..], RetryAfter::Http(Duration::from_secs(9))),
        (&[("x-amz-retry-after", "1500")], RetryAfter::Amz(Duration::from_millis(1500))),
    ] {
        assert_eq!(of_response(&response(503, headers)).retry_after, Some(expected));
    }
}

#[test]
fn a_known_code_is_one_of_ours() {
    assert!(codes::is_known("ThrottlingException") && !codes::is_known("Foo"));
}

/// An established connection can report that the route to its host is gone after the request was received.
#[test]
fn only_the_phase_of_connecting_proves_that_nothing_was_sent() {
    /// The error of a connector that could not connect.
    #[derive(Debug)]
    struct Connecting(io::Error);
    impl std::fmt::Display for Connecting {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("client error (Connect)")
        }
    }
    impl std::error::Error for Connecting {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }
    for kind in [
        io::ErrorKind::HostUnreachable,
        io::ErrorKind::NetworkUnreachable,
        io::ErrorKind::NetworkDown,
    ] {
        let error = || io::Error::from(kind);
        assert_eq!(transport(ConnectorError::io(error().into())), Some(Transport::Io), "{kind}");
        assert_eq!(
            transport(ConnectorError::io(Connecting(error()).into())),
            Some(Transport::NeverConnected),
            "{kind}"
        );
    }
}

#[test]
fn a_message_in_an_event_stream_is_read_like_an_answer() {
    type StreamError = SdkError<ErrorMetadata, RawMessage>;
    let raw = || RawMessage::invalid(None);
    let meta = ErrorMetadata::builder().code("InternalFailureException").build();
    let error = StreamError::service_error(meta, raw());
    let failure = of_sdk_error(&error);
    assert_eq!((failure.code(), failure.status()), (Some("InternalFailureException"), None));
    let broken = StreamError::response_error("cut", raw());
    assert_eq!(of_sdk_error(&broken).transport, Some(Transport::Response));
    let lost = StreamError::dispatch_failure(ConnectorError::io("reset".into()));
    assert_eq!(of_sdk_error(&lost).transport, Some(Transport::Io));
}
