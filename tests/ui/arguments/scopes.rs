use aws_retry::aws_retry;

type Answer = Result<(), std::io::Error>;

#[aws_retry(scope = "sqs:{account}")]
async fn as_if_formatted(account: &str) -> Answer {
    Ok(drop(account.len()))
}

#[aws_retry(scope = ("sqs", "{}/{region}"))]
async fn inside_a_tuple(region: &str) -> Answer {
    Ok(drop(region.len()))
}

#[aws_retry(scope = (fn, &"{region}"))]
async fn behind_a_reference(region: &str) -> Answer {
    Ok(drop(region.len()))
}

#[aws_retry(scope = (fn, 1, fn))]
async fn twice() -> Answer {
    Ok(())
}

#[aws_retry(scope = ())]
async fn empty() -> Answer {
    Ok(())
}

#[aws_retry(scope = "")]
async fn empty_text() -> Answer {
    Ok(())
}

#[aws_retry(scope = (fn region))]
async fn no_comma(region: &str) -> Answer {
    Ok(drop(region.len()))
}

#[aws_retry(name = "{region}", service = "{}", operation = "List{}", added_errors = ["{code}"])]
async fn other_texts() -> Answer {
    Ok(())
}

#[aws_retry(scope = (fn, 1, 2, 3, 4, 5, 6, 7))]
async fn seven() -> Answer {
    Ok(())
}

struct Inventory;

#[aws_retry(mode = "paced")]
impl Inventory {
    #[aws_retry(scope = fn)]
    async fn list(&self) -> Answer {
        Ok(())
    }

    async fn count(&self) -> Answer {
        Ok(())
    }

    async fn sum(&self) -> Answer {
        Ok(())
    }

    #[aws_retry(scope = "")]
    async fn mistaken(&self) -> Answer {
        Ok(())
    }

    #[aws_retry(mode = "adaptive")]
    async fn own_mode(&self) -> Answer {
        Ok(())
    }
}

fn main() {
    let _ = (as_if_formatted("a"), inside_a_tuple("a"), behind_a_reference("a"), twice(), empty(), other_texts(), seven());
    let _ = (empty_text(), no_comma("a"), Inventory.list(), Inventory.count(), Inventory.sum());
    let _ = (Inventory.mistaken(), Inventory.own_mode());
}
