use aws_retry::aws_retry;

type Answer = Result<(), std::io::Error>;

#[aws_retry(skip)]
async fn skipped() -> Answer {
    Ok(())
}

#[aws_retry(sync = true)]
async fn synced() -> Answer {
    Ok(())
}

struct Api;

#[aws_retry(name = "x", clone(a))]
impl Api {
    async fn ask(&self, a: String) -> Answer {
        drop(a);
        Ok(())
    }

    #[aws_retry(skip, max_retries = 1)]
    async fn half_skipped(&self) -> Answer {
        Ok(())
    }

    #[aws_retry]
    #[aws_retry]
    async fn twice(&self) -> Answer {
        Ok(())
    }
}

#[aws_retry(clone(b), borrow())]
async fn unknown_argument(a: String) -> Answer {
    drop(a);
    Ok(())
}

#[aws_retry(name = 5, service = "", scope = (), policy = 5, retry_if = true, on_retry = "x", crate = "x", clone = a)]
async fn wrong_kinds(a: String) -> Answer {
    drop(a);
    Ok(())
}

fn main() {}
