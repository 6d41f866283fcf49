use aws_retry::aws_retry;

type Answer = Result<(), std::io::Error>;

#[aws_retry(multiplier = 0.5)]
async fn shrinking() -> Answer {
    Ok(())
}

#[aws_retry(multiplier = -2)]
async fn negative() -> Answer {
    Ok(())
}

#[aws_retry(multiplier = 1e999)]
async fn infinite() -> Answer {
    Ok(())
}

#[aws_retry(multiplier = "2")]
async fn quoted() -> Answer {
    Ok(())
}

#[aws_retry(mode = "paced", scope = fn, max_rate = 0)]
async fn standstill() -> Answer {
    Ok(())
}

#[aws_retry(mode = "paced", scope = fn, share = 1.5)]
async fn more_than_all() -> Answer {
    Ok(())
}

#[aws_retry(mode = "paced", scope = fn, cost = -1)]
async fn negative_cost() -> Answer {
    Ok(())
}

#[aws_retry(mode = "paced", scope = fn, known_burst = 0)]
async fn empty_bucket() -> Answer {
    Ok(())
}

fn main() {}
