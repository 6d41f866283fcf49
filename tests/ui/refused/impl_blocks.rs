use aws_retry::aws_retry;

struct Api;

#[aws_retry]
impl Api {
    fn sync(&self) -> Result<(), std::io::Error> {
        Ok(())
    }
}

#[aws_retry(max_retries = 0.5)]
impl Api {
    async fn one(&self) -> Result<(), std::io::Error> {
        Ok(())
    }

    #[aws_retry(base_delay = 5)]
    async fn two(&self) -> Result<(), std::io::Error> {
        Ok(())
    }
}

#[aws_retry(mode = "paced")]
impl Api {
    async fn three(&self) -> Result<(), std::io::Error> {
        Ok(())
    }

    async fn four(&self) -> Result<(), std::io::Error> {
        Ok(())
    }
}

fn main() {
    let _ = (Api.sync(), Api.one(), Api.two(), Api.three(), Api.four());
}
