use aws_retry::aws_retry;

type Answer = Result<(), std::io::Error>;

#[aws_retry(jitter = "ful")]
async fn mistyped() -> Answer {
    Ok(())
}

#[aws_retry(jitter = 0.5)]
async fn no_word() -> Answer {
    Ok(())
}

#[aws_retry(codes = "ruby")]
async fn unknown() -> Answer {
    Ok(())
}

#[aws_retry(codes = true)]
async fn switch() -> Answer {
    Ok(())
}

#[aws_retry(jitter = "true")]
async fn quoted_switch() -> Answer {
    Ok(())
}

#[aws_retry(mode = "standart")]
async fn mode() -> Answer {
    Ok(())
}

#[aws_retry(nested = "no", log = "verbose")]
async fn others() -> Answer {
    Ok(())
}

#[aws_retry(idempotent = "no", quota = 0)]
async fn switches() -> Answer {
    Ok(())
}

fn main() {}
