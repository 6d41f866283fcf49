//! An upload to S3 that survives throttling and a connection that is lost halfway.
//!
//! `cargo run -p aws-retry-examples --bin s3_upload`

use std::io::Write;
use std::path::Path;

use aws_retry::aws_retry;
use aws_retry_examples::{print_retries, sdk_config};
use aws_retry_testkit::endpoint::{Answer, Endpoint, Step};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::operation::put_object::PutObjectOutput;
use aws_sdk_s3::primitives::ByteStream;

/// Uploads one file, however hard S3 throttles.
///
/// The body is made *inside* the function. A stream can be read only once: the first attempt would use up a stream
/// that is an argument, so the attribute refuses it at compile time (it is not `Clone`). Take the source of the
/// stream (a path, some `Bytes`), and each attempt streams all of it, from its beginning.
///
/// `PutObject` with the same key and content may run twice without harm. So an attempt whose connection was
/// lost is retried too, although S3 may have stored the object. For an upload that must not replace an object
/// that somebody else wrote in the meantime, add `.if_none_match("*")`.
#[aws_retry(base_delay = "50ms")]
async fn upload(
    s3: &Client,
    bucket: &str,
    key: &str,
    file: &Path,
) -> anyhow::Result<PutObjectOutput> {
    println!("attempt {}: sending {}", aws_retry::attempt(), file.display());
    let body = ByteStream::from_path(file).await?;
    Ok(s3.put_object().bucket(bucket).key(key).body(body).send().await?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    print_retries();

    let mut file = tempfile::NamedTempFile::new()?;
    let line = "2026-01-31 sensor 7: 21.5 degrees\n";
    file.write_all(line.repeat(10_000).as_bytes())?;
    let size = file.as_file().metadata()?.len();

    let endpoint = Endpoint::start([slow_down(), Step::Hangup, slow_down()], stored());
    // S3 in your program needs no path style; an address on loopback does.
    let config = Builder::from(&sdk_config(&endpoint)).force_path_style(true).build();
    let s3 = Client::from_conf(config);
    let uploaded = upload(&s3, "reports", "2026/01.csv", file.path()).await?;

    println!("stored as {}", uploaded.e_tag().unwrap_or_default());
    assert_eq!(uploaded.e_tag(), Some("\"6805f2cfc46c0f04559748bb039d69ae\""));
    let requests = endpoint.requests();
    assert_eq!(requests.len(), 4, "two throttles, a lost connection, an upload");
    for request in &requests {
        assert_eq!(request.path, "/reports/2026/01.csv?x-id=PutObject");
        let sent = request.header("x-amz-decoded-content-length");
        assert_eq!(sent, Some(&*size.to_string()), "each attempt sends the whole file");
        let lines = String::from_utf8_lossy(&request.body).matches("sensor 7").count();
        assert!(lines > 9_900, "a few are split by the chunks, none is missing: {lines}");
    }
    Ok(())
}

/// S3's throttle.
fn slow_down() -> Step {
    let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>SlowDown</Code>\
                <Message>Please reduce your request rate.</Message></Error>";
    Step::Answer(Answer::new(503, "application/xml", body))
}

fn stored() -> Step {
    Step::Answer(Answer::new(200, "application/xml", ""))
        .header("etag", "\"6805f2cfc46c0f04559748bb039d69ae\"")
}
