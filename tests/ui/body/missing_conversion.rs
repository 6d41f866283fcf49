use aws_retry::aws_retry;

#[aws_retry]
async fn converts() -> Result<u32, std::io::Error> {
    let number: u32 = "5".parse()?;
    Ok(number)
}

fn main() {}
