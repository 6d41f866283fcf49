use aws_retry::aws_retry;

#[derive(Debug)]
struct NoDisplay;

#[aws_retry(scope = NoDisplay)]
async fn scope() -> Result<(), std::io::Error> {
    Ok(())
}

#[aws_retry(scope = ("sqs:SendMessage", NoDisplay))]
async fn in_a_tuple() -> Result<(), std::io::Error> {
    Ok(())
}

#[aws_retry(retry_if = |code: &str| code.is_empty())]
async fn predicate() -> Result<(), std::io::Error> {
    Ok(())
}

#[aws_retry(on_retry = |event| drop(event.attempt.len()))]
async fn hook() -> Result<(), std::io::Error> {
    Ok(())
}

#[aws_retry(policy = "patient")]
async fn text_as_policy() -> Result<(), std::io::Error> {
    Ok(())
}

#[derive(Debug)]
struct Mine;

impl aws_retry::AsFailure for Mine {
    fn as_failure(&self) -> aws_retry::Failure<'_> {
        aws_retry::Failure::throttled()
    }
}

#[aws_retry(base_delay = "1s", attempt_timeout = "5s")]
async fn cut() -> Result<(), Mine> {
    Ok(())
}

fn main() {}
