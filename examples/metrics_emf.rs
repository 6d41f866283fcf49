//! CloudWatch metrics of every retried call, without an agent or a metrics library: one line of embedded
//! metric format (EMF) per attempt, on standard output. In Lambda, ECS or EKS with the CloudWatch log
//! driver CloudWatch turns such lines into metrics, and Logs Insights reads them as logs.
//!
//! `cargo run --example metrics_emf` prints the lines, then a query and an alarm to go with them.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_retry::{Event, Kind, aws_retry, observe, testing};
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
    json!({
        "_aws": {
            "Timestamp": u64::try_from(now.as_millis()).unwrap_or_default(),
            "CloudWatchMetrics": [{
                "Namespace": "AwsRetry",
                "Dimensions": [["function", "service"]],
                "Metrics": [
                    count("Attempts"),
                    count("Retries"),
                    count("Throttles"),
                    count("GiveUps"),
                    // Only its sum matters: most attempts have no wait after them.
                    { "Name": "WaitSeconds", "Unit": "Seconds" },
                ],
            }],
        },
        "function": event.function,
        "service": event.service.unwrap_or("unknown"),
        "Attempts": 1,
        "Retries": u8::from(event.is_retried()),
        "Throttles": u8::from(event.kind == Some(Kind::Throttled)),
        "GiveUps": u8::from(event.reason.is_some()),
        "WaitSeconds": event.delay.as_secs_f64(),
        // The rest is for Logs Insights. It is not a dimension, so it costs no metric.
        "operation": event.operation,
        "attempt": event.attempt,
        "maxAttempts": event.max_attempts,
        "code": event.code,
        "status": event.status,
        "requestId": event.request_id,
        "reason": event.reason.map(aws_retry::Reason::as_str),
    })
}

const QUERY: &str = "\
fields @timestamp, function, code, reason, attempt, requestId
| filter GiveUps = 1
| stats count(*) as giveUps, latest(requestId) as lastRequest by function, code, reason
| sort giveUps desc";

/// For `aws cloudwatch put-metric-alarm --cli-input-json`.
fn alarm() -> serde_json::Value {
    json!({
        "AlarmName": "aws-retry-give-ups",
        "AlarmDescription": "Calls gave up although they were retried",
        "Namespace": "AwsRetry",
        "MetricName": "GiveUps",
        "Dimensions": [
            { "Name": "function", "Value": "send_message" },
            { "Name": "service", "Value": "SQS" },
        ],
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
