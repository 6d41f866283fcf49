use aws_retry::{RetryPolicy, aws_retry};

type Answer = Result<(), std::io::Error>;

const POLICY: RetryPolicy = RetryPolicy::new();

#[aws_retry(max_retries = 5, max_attempts = 6)]
async fn counted_twice() -> Answer {
    Ok(())
}

#[aws_retry(mode = "standard", policy = &POLICY)]
async fn mode_of_a_policy() -> Answer {
    Ok(())
}

#[aws_retry(retryable_errors = ["Busy"], codes = "python")]
async fn two_sets() -> Answer {
    Ok(())
}

#[aws_retry(idempotent = false, retry_if_ok = |_| true)]
async fn executed_already() -> Answer {
    Ok(())
}

#[aws_retry(clone(a), borrow(a))]
async fn both(a: String) -> Answer {
    drop(a);
    Ok(())
}

#[aws_retry(mode = "paced")]
async fn no_scope() -> Answer {
    Ok(())
}

#[aws_retry(max_rate = 10, fail_fast = true)]
async fn no_rate() -> Answer {
    Ok(())
}

#[aws_retry(mode = "standard", share = 0.5)]
async fn mode_without_rate() -> Answer {
    Ok(())
}

#[aws_retry(mode = "adaptive", scope = fn)]
fn sync_with_rate() -> Answer {
    Ok(())
}

#[aws_retry(attempt_timeout = "1s")]
fn sync_with_timeout() -> Answer {
    Ok(())
}

#[aws_retry(max_rate = 1.0)]
fn sync_with_max_rate() -> Answer {
    Ok(())
}

// In paced mode both counts have a meaning.
#[aws_retry(mode = "paced", scope = fn, max_retries = 5, max_attempts = 20)]
async fn allowed() -> Answer {
    Ok(())
}

#[aws_retry(cost = 5)]
async fn cost_without_rate() -> Answer {
    Ok(())
}

#[aws_retry(mode = "adaptive", scope = fn, known_rate = 20)]
async fn known_rate_of_an_adaptive_call() -> Answer {
    Ok(())
}

fn main() {}
