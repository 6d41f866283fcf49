use aws_retry::aws_retry;

type Answer = Result<(), std::io::Error>;

#[aws_retry(max_attempts = 0)]
async fn zero() -> Answer {
    Ok(())
}

#[aws_retry(max_retries = -1)]
async fn negative() -> Answer {
    Ok(())
}

#[aws_retry(max_retries = 5_000_000_000)]
async fn large() -> Answer {
    Ok(())
}

#[aws_retry(max_retries = "5")]
async fn quoted() -> Answer {
    Ok(())
}

#[aws_retry(max_retries = 2.5)]
async fn fraction() -> Answer {
    Ok(())
}

#[aws_retry(max_retries = count)]
async fn expression(count: &str) -> Answer {
    Ok(())
}

fn main() {}
