//! Headers and error texts of a server: any of them is read without a panic, and shown in one short line.

use std::error::Error;
use std::fmt;

use aws_retry_core::{Mode, RetryPolicy, explain};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;

const HEADERS: [&str; 6] = [
    "x-amz-retry-after",
    "retry-after",
    "date",
    "x-amzn-requestid",
    "x-amz-request-id",
    "x-amzn-errortype",
];

/// An error that has nothing but its text.
#[derive(Debug)]
struct Text(String);

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Text {}

/// Two bytes for the status, then the headers, the code and the message, each of which ends in a zero.
pub fn run(data: &[u8]) {
    let (status, data) = data.split_at(data.len().min(2));
    let status = status.iter().fold(0, |status, byte| status << 8 | u16::from(*byte));
    let mut texts =
        data.split(|byte| *byte == 0).map(|it| String::from_utf8_lossy(it).into_owned());
    let status =
        StatusCode::try_from(status).unwrap_or(StatusCode::try_from(503).expect("a status"));
    let mut response = Response::new(status, SdkBody::empty());
    for name in HEADERS {
        // What HTTP does not allow never arrives.
        let _ = response.headers_mut().try_insert(name, texts.next().unwrap_or_default());
    }
    let (code, message) = (texts.next().unwrap_or_default(), texts.next().unwrap_or_default());
    let metadata = ErrorMetadata::builder().code(&code).message(&message).build();
    is_shown_in_a_line(&explain(&SdkError::service_error(metadata, response)));
    let texts: [Box<dyn Error>; 3] = [
        Text(code.clone()).into(),
        Text(format!("{code}: {message}")).into(),
        Text(message).into(),
    ];
    for text in texts {
        is_shown_in_a_line(&explain(&*text));
        for mode in [Mode::Legacy, Mode::Standard, Mode::Paced] {
            is_shown_in_a_line(&RetryPolicy::new().mode(mode).explain(&*text));
        }
    }
}

fn is_shown_in_a_line(explanation: &aws_retry_core::Explanation<'_>) {
    for shown in [explanation.to_string(), format!("{explanation:?}")] {
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
        assert!(shown.chars().count() < 3_000, "{} characters", shown.len());
    }
}
