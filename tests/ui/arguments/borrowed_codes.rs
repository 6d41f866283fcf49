use aws_retry::aws_retry;

struct Inventory {
    codes: Vec<&'static str>,
}

impl Inventory {
    #[aws_retry(added_errors = &self.codes)]
    async fn list(&self) -> std::io::Result<()> {
        Ok(())
    }
}

#[aws_retry(added_errors = codes)]
async fn list(codes: &[&'static str]) -> std::io::Result<()> {
    Ok(())
}

#[aws_retry(added_errors = codes)]
async fn late(codes: &'static [&'static str], _n: u32) -> std::io::Result<()> {
    Ok(())
}

#[aws_retry(added_errors = &codes, max_retries = n)]
async fn owned(codes: Vec<&'static str>, n: u32) -> std::io::Result<()> {
    Ok(())
}

fn main() {}
