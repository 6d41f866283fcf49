//! CloudWatch metrics of every retried call, without an agent or a metrics library: one line of embedded
//! metric format (EMF) per attempt, on standard output. In Lambda, ECS or EKS with the CloudWatch log
//! driver CloudWatch turns such lines into metrics, and Logs Insights reads them as logs.
//!
//! `cargo run --example metrics_emf` prints the lines, then a query and an alarm to go with them.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_retry::observe::{self, shown};
use aws_retry::{Event, Kind, aws_retry, testing};
use aws_smithy_types::error::ErrorMetadata;
use serde_json::json;

/// Needs a third attempt.
#[aws_retry(service = "Secrets Manager", operation = "ListSecrets")]
async fn list_secrets() -> Result<u32, ErrorMetadata> {
    if aws_retry::attempt() < 3 { Err(failure("ThrottlingException")) } else { Ok(42) }
}

/// Never succeeds.
#[aws_retry(max_retries = 1, service = "SQS", operation = "SendMessage")]
async fn send_message() -> Result<(), ErrorMetadata> {
    Err(failure("RequestThrottled"))
}

fn failure(code: &str) -> ErrorMetadata {
    ErrorMetadata::builder().code(code).message("Rate exceeded").build()
}

/// One line of EMF: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.
fn emf(event: &Event<'_>) -> serde_json::Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let count = |name| json!({ "Name": name, "Unit": "Count" });
    let mut line = json!({
        "_aws": {
            "Timestamp": u64::try_from(now.as_millis()).unwrap_or_default(),
            "CloudWatchMetrics": [{
                "Namespace": "AwsRetry",
                // The names that the feature `metrics` has, as an exporter for Prometheus writes them.
                "Dimensions": [["aws_retry_function"]],
                "Metrics": [
                    count("aws_retry_attempts_total"),
                    count("aws_retry_retries_total"),
                    count("aws_retry_throttles_total"),
                    count("aws_retry_give_ups_total"),
                    // Only its sum matters: most attempts have no wait after them.
                    { "Name": "aws_retry_wait_seconds", "Unit": "Seconds" },
                ],
            }],
        },
        "aws_retry_function": event.function,
        "aws_retry_attempts_total": 1,
        "aws_retry_retries_total": u8::from(event.is_retried()),
        "aws_retry_throttles_total": u8::from(event.kind == Some(Kind::Throttled)),
        "aws_retry_give_ups_total": u8::from(event.reason.is_some()),
        "aws_retry_wait_seconds": event.delay.as_secs_f64(),
        // The rest is for Logs Insights. It is not a dimension, so it costs no metric. A server's text is cut and
        // escaped: CloudWatch refuses an event of more than a megabyte.
        "rpc.service": event.service.map(shown),
        "rpc.method": event.operation.map(shown),
        "aws_retry.attempt": event.attempt,
        "aws_retry.max_attempts": event.max_attempts,
        "error.type": event.error_type().as_deref().map(shown),
        "http.response.status_code": event.status,
        "aws.request_id": event.request_id.map(shown),
        "aws_retry.give_up.reason": event.reason.map(aws_retry::Reason::as_str),
    });
    // A name without a known value is absent.
    if let Some(fields) = line.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    line
}

const QUERY: &str = "\
fields @timestamp, @message
| filter aws_retry_give_ups_total = 1
| stats count(*) as giveUps, latest(`aws.request_id`) as lastRequest
    by aws_retry_function, `error.type`, `aws_retry.give_up.reason`
| sort giveUps desc";

/// For `aws cloudwatch put-metric-alarm --cli-input-json`.
fn alarm() -> serde_json::Value {
    json!({
        "AlarmName": "aws-retry-give-ups",
        "AlarmDescription": "Calls gave up although they were retried",
        "Namespace": "AwsRetry",
        "MetricName": "aws_retry_give_ups_total",
        "Dimensions": [{ "Name": "aws_retry_function", "Value": "send_message" }],
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    observe::set_global(|event| println!("{}", emf(event)));
    // No waits: this is an example.
    let harness = testing::Harness::new().no_waits();
    harness
        .scope(async {
            println!("list_secrets: {:?}", list_secrets().await.ok());
            println!(
                "send_message: {:?}",
                send_message().await.err().and_then(|it| it.code().map(str::to_owned))
            );
        })
        .await;
    observe::clear_global();
    println!("\nLogs Insights: who gave up, and on what\n{QUERY}");
    println!("\nAn alarm on give-ups\n{:#}", alarm());
}
