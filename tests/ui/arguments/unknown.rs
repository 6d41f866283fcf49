use aws_retry::aws_retry;

type Answer = Result<(), std::io::Error>;

#[aws_retry(max_retrys = 3)]
async fn mistyped() -> Answer {
    Ok(())
}

#[aws_retry(base_d)]
async fn half_typed() -> Answer {
    Ok(())
}

#[aws_retry(colour = "blue")]
async fn made_up() -> Answer {
    Ok(())
}

#[aws_retry(max_retries = 1, max_retries = 2)]
async fn repeated() -> Answer {
    Ok(())
}

#[aws_retry(5)]
async fn no_name() -> Answer {
    Ok(())
}

#[aws_retry(max_retries: 5)]
async fn wrong_sign() -> Answer {
    Ok(())
}

#[aws_retry(max_retries = 5 base_delay = "1s")]
async fn missing_comma() -> Answer {
    Ok(())
}

#[aws_retry(max_retries = , base_delay)]
async fn missing_values() -> Answer {
    Ok(())
}

// The item survives each of these, expanded with the arguments that are right.
async fn callers() -> Answer {
    mistyped().await?;
    half_typed().await?;
    made_up().await?;
    repeated().await?;
    no_name().await?;
    wrong_sign().await?;
    missing_comma().await?;
    missing_values().await
}

fn main() {}
