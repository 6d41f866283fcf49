use aws_retry::aws_retry;

type Answer = Result<(), std::io::Error>;

#[aws_retry(base_delay = 5)]
async fn bare_number() -> Answer {
    Ok(())
}

#[aws_retry(base_delay = 0.5)]
async fn bare_fraction() -> Answer {
    Ok(())
}

#[aws_retry(base_delay = "5")]
async fn bare_text() -> Answer {
    Ok(())
}

#[aws_retry(base_delay = "5 seconds")]
async fn words() -> Answer {
    Ok(())
}

#[aws_retry(base_delay = "1d")]
async fn unknown_unit() -> Answer {
    Ok(())
}

#[aws_retry(base_delay = "soon")]
async fn no_number() -> Answer {
    Ok(())
}

#[aws_retry(base_delay = "1.2.3s")]
async fn malformed() -> Answer {
    Ok(())
}

#[aws_retry(base_delay = "9999999999h", max_delay = "9999999999h")]
async fn endless() -> Answer {
    Ok(())
}

#[aws_retry(base_delay = -1)]
async fn negative() -> Answer {
    Ok(())
}

#[aws_retry(base_delay = true)]
async fn no_duration() -> Answer {
    Ok(())
}

#[aws_retry(total_timeout = "0s")]
async fn no_time() -> Answer {
    Ok(())
}

#[aws_retry(deadline = "60s")]
async fn a_span() -> Answer {
    Ok(())
}

#[aws_retry(base_delay = 1 + 1)]
async fn wrong_type() -> Answer {
    Ok(())
}

#[aws_retry(base_delay = "2s", max_delay = "1s")]
async fn cap_below_base() -> Answer {
    Ok(())
}

#[aws_retry(base_delay = "1m")]
async fn base_above_default_cap() -> Answer {
    Ok(())
}

#[aws_retry(max_delay = "100ms")]
async fn cap_below_default_base() -> Answer {
    Ok(())
}

#[aws_retry(attempt_timeout = "10s", total_timeout = "5s")]
async fn attempt_above_total() -> Answer {
    Ok(())
}

fn main() {}
