use aws_retry::aws_retry;

#[derive(Debug)]
enum MyError {
    Broken,
}

#[aws_retry]
async fn fails() -> Result<(), MyError> {
    Err(MyError::Broken)
}

#[aws_retry]
async fn fails_with_text() -> Result<(), String> {
    Err(String::new())
}

type Answer = Result<(), MyError>;

#[aws_retry(max_retries = 3)]
async fn fails_under_an_alias() -> Answer {
    Err(MyError::Broken)
}

fn main() {}
