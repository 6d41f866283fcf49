//! Overrides of annotated functions: by the name in force, and by the path. This is one test, since there is one
//! process.

use std::io::{Error, ErrorKind};

use aws_retry::overrides::{self, Override};
use aws_retry::{RetryPolicy, aws_retry};

static NAMED: RetryPolicy = RetryPolicy::new().name("of_the_policy");

#[aws_retry(name = "written")]
async fn renamed() -> Result<(), Error> {
    Err(ErrorKind::ConnectionReset.into())
}

#[aws_retry(policy = &NAMED)]
async fn named_by_its_policy() -> Result<(), Error> {
    Err(ErrorKind::ConnectionReset.into())
}

#[aws_retry(policy = &NAMED, name = "written_too")]
async fn named_by_both() -> Result<(), Error> {
    Err(ErrorKind::ConnectionReset.into())
}

#[aws_retry]
async fn unnamed() -> Result<(), Error> {
    Err(ErrorKind::ConnectionReset.into())
}

/// The names of the functions that `pattern` covers.
async fn covered(pattern: &str) -> Vec<&'static str> {
    overrides::set(pattern, Override::off());
    let (_, report) = aws_retry::report(async {
        let _ = (renamed().await, named_by_its_policy().await);
        let _ = (named_by_both().await, unnamed().await);
    })
    .await;
    assert!(overrides::remove(pattern).is_some());
    assert_eq!(report.calls, 4);
    let once = |it: &&aws_retry::FailedAttempt| it.attempt == 1 && it.reason.is_some();
    report.failures.iter().filter(once).map(|it| it.function).collect()
}

#[tokio::test(start_paused = true)]
async fn an_override_covers_a_function_by_its_name_in_force_and_by_its_path() {
    assert_eq!(covered("written").await, ["written"]);
    assert_eq!(covered("renamed").await, [""; 0], "a name replaces the fn's");
    assert_eq!(covered("of_the_policy").await, ["of_the_policy"], "what is written wins");
    assert_eq!(covered("named_by_*").await, [""; 0]);
    assert_eq!(covered("unnamed").await, ["unnamed"]);
    assert_eq!(covered("overrides::written*").await, ["written", "written_too"]);
    let all = ["written", "of_the_policy", "written_too", "unnamed"];
    assert_eq!(covered("overrides::*").await, all);
    assert_eq!(covered("elsewhere::*").await, [""; 0]);
}
