use aws_retry::aws_retry;

type Answer = Result<(), std::io::Error>;

#[aws_retry(added_errors = [])]
async fn empty() -> Answer {
    Ok(())
}

#[aws_retry(added_errors = "Busy")]
async fn no_list() -> Answer {
    Ok(())
}

#[aws_retry(excluded_errors = [404])]
async fn no_text() -> Answer {
    Ok(())
}

#[aws_retry(throttling_errors = ["Slow Down"])]
async fn no_word() -> Answer {
    Ok(())
}

#[aws_retry(retryable_errors = ["Busy", ""])]
async fn no_code() -> Answer {
    Ok(())
}

#[aws_retry(added_errors = codes)]
async fn of_the_call(codes: &[&str]) -> Answer {
    Ok(())
}

fn main() {}
