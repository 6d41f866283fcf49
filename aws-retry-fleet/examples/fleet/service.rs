//! The service, and a client of it as small as possible. Yours is a client of the AWS SDK.

use std::net::SocketAddr;
use std::time::Duration;
use std::{error, fmt, io};

use aws_retry::{AsFailure, Failure};
use aws_retry_testkit::Answer;
use aws_retry_testkit::proxy::{Behind, Proxy, Weather};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::args::Args;

/// An endpoint that throttles with one token bucket per account, region and operation.
pub async fn start(args: &Args) -> io::Result<Proxy> {
    let weather = Weather {
        quota: Some(args.quota()),
        latency: Duration::from_millis(args.latency),
        seed: 1,
        ..Weather::default()
    };
    Proxy::start(Behind::handler(|_, _| Answer::json("{}")), weather).await
}

#[derive(Debug)]
pub enum ServiceError {
    Throttled,
    Other(String),
    Lost(io::Error),
}

impl AsFailure for ServiceError {
    fn as_failure(&self) -> Failure<'_> {
        match self {
            Self::Throttled => Failure::throttled().with_code("RequestLimitExceeded"),
            Self::Other(_) => Failure::permanent(),
            Self::Lost(_) => Failure::transient(),
        }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Throttled => f.write_str("the service throttled"),
            Self::Other(head) => write!(f, "the service answered {head}"),
            Self::Lost(error) => write!(f, "no answer: {error}"),
        }
    }
}

impl error::Error for ServiceError {}

impl From<io::Error> for ServiceError {
    fn from(error: io::Error) -> Self {
        Self::Lost(error)
    }
}

/// One request, on a connection of its own.
pub async fn request(
    service: SocketAddr,
    account: &str,
    instance: u32,
) -> Result<(), ServiceError> {
    let mut stream = TcpStream::connect(service).await?;
    let body = format!("Action=DescribeInstances&InstanceId.1=i-{instance:017x}");
    let head = format!(
        "POST / HTTP/1.1\r\nhost: {service}\r\nconnection: close\r\ncontent-length: {}\r\n\
         content-type: application/x-www-form-urlencoded\r\n\
         authorization: AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/ec2/aws4_request\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    match answer.split("\r\n").next() {
        Some("HTTP/1.1 200 OK") => Ok(()),
        _ if answer.contains("RequestLimitExceeded") => Err(ServiceError::Throttled),
        Some("") | None => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
        Some(head) => Err(ServiceError::Other(head.to_owned())),
    }
}
