//! A canceled attempt becomes a value of the function's own error type.

use std::time::Duration;

use aws_retry::{Stopped, aws_retry};

#[derive(Debug)]
enum Mine {
    Stopped(Stopped),
}

impl From<Stopped> for Mine {
    fn from(stopped: Stopped) -> Self {
        Mine::Stopped(stopped)
    }
}

impl aws_retry::AsFailure for Mine {
    fn as_failure(&self) -> aws_retry::Failure<'_> {
        aws_retry::Failure::transient()
    }
}

#[aws_retry(attempt_timeout = "1s", max_retries = 1)]
async fn stalls() -> Result<(), Mine> {
    tokio::time::sleep(Duration::from_secs(3600)).await;
    Ok(())
}

#[aws_retry(total_timeout = "2s")]
async fn stalls_as_anyhow() -> anyhow::Result<()> {
    tokio::time::sleep(Duration::from_secs(3600)).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_canceled_attempt_becomes_the_fns_own_error() {
    let Mine::Stopped(stopped) = stalls().await.unwrap_err();
    assert!(stopped.to_string().contains("attempt"), "{stopped}");
    let error = stalls_as_anyhow().await.unwrap_err();
    assert!(error.is::<Stopped>());
}
