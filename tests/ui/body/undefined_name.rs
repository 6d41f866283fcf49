use aws_retry::aws_retry;

#[aws_retry]
async fn names(known: u32) -> Result<u32, std::io::Error> {
    Ok(knwon)
}

fn main() {}
