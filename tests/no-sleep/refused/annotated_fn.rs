//! An annotated async function.

use aws_retry::aws_retry;

#[aws_retry]
async fn page() -> Result<u32, std::io::Error> {
    Ok(42)
}

fn main() {}
