//! The ends of HTTP/2 connections, by a real h2 client and server.

use super::*;
use aws_smithy_runtime_api::client::result::ConnectorError;

/// The server's way to end the first request.
#[derive(Clone, Copy, Debug)]
enum Ends {
    Reset(h2::Reason),
    GoAway(h2::Reason),
}

/// The client's error, as the SDK's connector passes it on: without a kind.
async fn error(ends: Ends) -> ListError {
    let (client, server) = tokio::io::duplex(1 << 16);
    let serve = async move {
        let mut server = h2::server::handshake(server).await.unwrap();
        let (_, mut respond) = server.accept().await.unwrap().unwrap();
        match ends {
            Ends::Reset(reason) => respond.send_reset(reason),
            Ends::GoAway(reason) => server.abrupt_shutdown(reason),
        }
        while server.accept().await.is_some() {}
    };
    let ask = async move {
        let (mut send, connection) = h2::client::handshake(client).await.unwrap();
        tokio::spawn(connection);
        let request = http::Request::get("http://localhost/").body(()).unwrap();
        send.send_request(request, true).unwrap().0.await.unwrap_err()
    };
    tokio::spawn(serve);
    let error = ask.await;
    ListError::dispatch_failure(ConnectorError::other(error.into(), None))
}

#[tokio::test]
async fn a_stream_or_connection_that_the_server_ended_is_transient_and_proves_nothing() {
    for ends in [
        Ends::Reset(h2::Reason::INTERNAL_ERROR),
        Ends::Reset(h2::Reason::ENHANCE_YOUR_CALM),
        Ends::GoAway(h2::Reason::ENHANCE_YOUR_CALM),
        Ends::GoAway(h2::Reason::NO_ERROR),
    ] {
        let error = error(ends).await;
        assert!(aws_retry::explain(&error).is_retried(), "{ends:?} {error:?}");
        let once = RetryPolicy::new().idempotent(false);
        assert!(!once.explain(&error).is_retried(), "{ends:?} {error:?}");
        let erased = anyhow::Error::from(aws_sdk_secretsmanager::Error::from(error));
        assert!(aws_retry::explain(&erased).is_retried(), "{ends:?} {erased:?}");
    }
}
