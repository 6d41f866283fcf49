//! Bodies that are read after the operation has succeeded: no `SdkError` describes their failures.

use super::*;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime::client::http::body::minimum_throughput::MinimumThroughputDownloadBody;
use aws_smithy_runtime::client::http::body::minimum_throughput::options::MinimumThroughputBodyOptions;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use http_body_util::StreamBody;
use hyper::body::Frame;
use std::time::SystemTime;

/// The paused clock, for the SDK.
#[derive(Debug)]
struct PausedClock(tokio::time::Instant);

impl TimeSource for PausedClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.0.elapsed()
    }
}

/// A body that never sends anything, under the SDK's protection against stalled streams.
fn stalled() -> ByteStream {
    let nothing = futures::stream::pending::<Result<Frame<bytes::Bytes>, std::io::Error>>();
    let body = MinimumThroughputDownloadBody::new(
        PausedClock(tokio::time::Instant::now()),
        TokioSleep::new(),
        SdkBody::from_body_1_x(StreamBody::new(nothing)),
        MinimumThroughputBodyOptions::default(),
    );
    ByteStream::new(SdkBody::from_body_1_x(body))
}

#[tokio::test(start_paused = true)]
async fn a_stalled_stream_is_read_again() {
    #[aws_retry]
    async fn read(attempts: &mut u32) -> anyhow::Result<usize> {
        *attempts += 1;
        let body = if *attempts == 1 { stalled() } else { ByteStream::from_static(b"body") };
        Ok(body.collect().await?.into_bytes().len())
    }
    let mut attempts = 0;
    assert_eq!(read(&mut attempts).await.unwrap(), 4);
    assert_eq!(attempts, 2);
    let error = anyhow::Error::from(stalled().collect().await.unwrap_err());
    let said = aws_retry::explain(&error).to_string();
    assert!(said.contains("reason: it timed out, read from: a type"), "{said}");
}
