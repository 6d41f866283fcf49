//! The part of AWS that this example needs, on loopback: STS and Secrets Manager with AWS's quotas per account and
//! region, some failing requests and some lost connections. Your program has `aws_config::load_defaults(..)` instead.

use std::io;
use std::time::Duration;

use anyhow::{Result, ensure};
use aws_retry::Report;
use aws_retry_testkit::Answer;
use aws_retry_testkit::bucket::Quota;
use aws_retry_testkit::call::{Call, Protocol};
use aws_retry_testkit::client::plain_http;
use aws_retry_testkit::endpoint::Request;
use aws_retry_testkit::proxy::{Behind, Counts, Proxy, Weather};
use aws_sdk_secretsmanager::config::{
    BehaviorVersion, Credentials, Region, SharedCredentialsProvider,
};
use aws_types::SdkConfig;
use serde_json::{Value, json};

use crate::{Args, throttles};

/// Secrets of each region of each account.
const SECRETS: usize = 600;

/// Numbers of twelve digits, as AWS gives them.
pub fn account_id(number: usize) -> String {
    (100_000_000_000 + number * 1_111).to_string()
}

pub async fn start(args: &Args) -> io::Result<Proxy> {
    let weather = Weather {
        quota: Some(Quota { burst: 5.0, rate: 5.0 }),
        latency: Duration::from_millis(20),
        faults: args.faults / 100.0,
        drops: args.drops / 100.0,
        seed: 1,
    };
    Proxy::start(Behind::handler(answer), weather).await
}

/// Compares the numbers of a report with the requests that the service counted.
pub fn compare(report: &Report, counted: Counts) -> Result<()> {
    let (requests, throttles) = (report.requests as usize, throttles(report));
    let retries = (report.retries() + report.sdk_retries) as usize;
    println!("reported: {requests} requests, {throttles} throttles, {retries} retries");
    let Counts { received, throttled, repeated, .. } = counted;
    println!("counted: {received} requests, {throttled} throttles, {repeated} retries");
    ensure!((requests, throttles, retries) == (received, throttled, repeated), "they differ");
    Ok(())
}

/// The configuration of the management account's clients.
pub fn config(service: &Proxy) -> SdkConfig {
    let credentials = Credentials::new("management", "secret", None, None, "example");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(service.url())
        .http_client(plain_http())
        .build()
}

fn answer(call: &Call, request: &Request) -> Answer {
    let body = String::from_utf8_lossy(&request.body);
    match call.operation.as_str() {
        "AssumeRole" => assumed(body.split("iam%3A%3A").nth(1).and_then(|it| it.get(..12))),
        "ListSecrets" => listed(&body),
        _ => Protocol::of(request).error(400, "UnknownOperationException", "not known here"),
    }
}

/// The access key of the role is the number of its account.
fn assumed(account: Option<&str>) -> Answer {
    let Some(account) = account else {
        return Protocol::Query.error(400, "ValidationError", "this is not the ARN of a role");
    };
    let body = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>{account}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
         <SessionToken>token</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    );
    Answer::new(200, "text/xml", body)
}

fn listed(body: &str) -> Answer {
    let input: Value = serde_json::from_str(body).unwrap_or_default();
    let start = input["NextToken"].as_str().and_then(|it| it.parse().ok()).unwrap_or(0);
    let end = SECRETS.min(start + 20);
    let page: Vec<_> = (start..end).map(|n| json!({ "Name": format!("service-{n:03}") })).collect();
    let next = (end < SECRETS).then(|| end.to_string());
    Answer::json(json!({ "SecretList": page, "NextToken": next }).to_string())
}
