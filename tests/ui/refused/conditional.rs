use aws_retry::aws_retry;

type Answer = Result<(), std::io::Error>;

struct Inventory;

#[aws_retry(mode = "paced")]
impl Inventory {
    #[cfg_attr(all(), aws_retry(scope = fn))]
    #[cfg_attr(not(any()), aws_retry(scope = fn))]
    async fn twice(&self) -> Answer {
        Ok(())
    }

    #[aws_retry(scope = fn)]
    #[cfg_attr(all(), aws_retry(max_retries = 1))]
    async fn always_and_twice(&self) -> Answer {
        Ok(())
    }

    #[aws_retry(scope = fn)]
    #[cfg_attr(all(), aws_retry(max_retries = "1"))]
    async fn mistaken_and_twice(&self) -> Answer {
        Ok(())
    }

    #[cfg_attr(all(), aws_retry(max_retrys = 1))]
    async fn mistaken(&self) -> Answer {
        Ok(())
    }

    #[cfg_attr(any(), aws_retry(max_retrys = 1))]
    #[aws_retry(scope = fn)]
    async fn mistaken_elsewhere(&self) -> Answer {
        Ok(())
    }
}

#[aws_retry(max_retries = 1)]
#[cfg_attr(all(), aws_retry(max_retries = 2))]
async fn on_a_fn() -> Answer {
    Ok(())
}

fn main() {
    let _ = (Inventory.twice(), Inventory.mistaken(), Inventory.mistaken_elsewhere(), on_a_fn());
    let _ = (Inventory.always_and_twice(), Inventory.mistaken_and_twice());
}
