//! The function as Lambda runs it: a process that asks a runtime API for its events.

use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_retry_testkit::endpoint::{Answer, Endpoint, Step};

/// Kills the function, whose next event never comes.
struct Function(Child);

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An event with `budget` until its deadline.
fn event(budget: Duration) -> Step {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let deadline = (now + budget).as_millis().to_string();
    Step::Answer(Answer::new(200, "application/json", r#"{"secret": "orders/db"}"#))
        .header("lambda-runtime-aws-request-id", "4711")
        .header("lambda-runtime-deadline-ms", &deadline)
        .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:1:function:f")
}

/// Runs the function for one event, against Secrets Manager as scripted: the path that it posted to, the
/// body, the time until then, and the requests that it sent to Secrets Manager.
fn invoke(
    script: impl IntoIterator<Item = Step>,
    otherwise: Step,
    budget: Duration,
) -> (String, String, Duration, usize) {
    let aws = Endpoint::start(script, otherwise);
    let began = Instant::now();
    let lambda = Endpoint::start([event(budget), Step::empty(202)], Step::Stall);
    let function = Command::new(env!("CARGO_BIN_EXE_lambda-handler"))
        .env("AWS_LAMBDA_RUNTIME_API", lambda.url().trim_start_matches("http://"))
        .env("AWS_LAMBDA_FUNCTION_NAME", "f")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_ENDPOINT_URL", aws.url())
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKIDTEST")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .spawn()
        .expect("it starts");
    let _function = Function(function);
    let posted = loop {
        if let Some(posted) = lambda.requests().into_iter().nth(1) {
            break posted;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "no answer");
        thread::sleep(Duration::from_millis(5));
    };
    let body = String::from_utf8_lossy(&posted.body).into_owned();
    (posted.path, body, began.elapsed(), aws.arrived())
}

#[test]
fn an_event_is_answered_through_throttles_and_faults() {
    let secret = Step::ok(r#"{"Name": "orders/db", "VersionId": "v7", "SecretString": "x"}"#);
    let script = [Step::throttled(), Step::html(503)];
    let (path, body, _, requests) = invoke(script, secret, Duration::from_secs(30));
    assert_eq!(path, "/2018-06-01/runtime/invocation/4711/response");
    let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
    let wanted = serde_json::json!({"version": "v7", "attempts": 2});
    assert_eq!(answer, wanted, "the interceptor leaves the 503 to the SDK");
    assert_eq!(requests, 3);
}

#[test]
fn a_throttle_that_lasts_is_reported_before_the_deadline() {
    let budget = Duration::from_secs(5);
    let (path, body, took, requests) = invoke([], Step::throttled(), budget);
    assert_eq!(path, "/2018-06-01/runtime/invocation/4711/error");
    assert!(body.contains("ThrottlingException"), "{body}");
    assert!(took < budget, "{took:?}");
    assert!(requests > 2, "{requests}");
}

#[test]
fn a_service_that_stalls_is_cut_before_the_deadline() {
    let budget = Duration::from_secs(5);
    let (path, body, took, _) = invoke([], Step::Stall, budget);
    assert_eq!(path, "/2018-06-01/runtime/invocation/4711/error");
    assert!(body.contains("deadline"), "{body}");
    assert!(took < budget, "{took:?}");
}
