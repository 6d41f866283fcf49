use aws_retry::aws_retry;

#[aws_retry(tries = 5, delay = 0.5, backoff = 2, added_exceptions = ["Busy"], exceptions = ["Slow"])]
async fn as_in_python() -> Result<(), std::io::Error> {
    Ok(())
}

fn main() {
    drop(as_in_python());
}
