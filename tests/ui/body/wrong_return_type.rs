use aws_retry::aws_retry;

#[aws_retry]
async fn tail() -> Result<u32, std::io::Error> {
    Ok("text")
}

#[aws_retry]
async fn forgotten_ok() -> Result<u32, std::io::Error> {
    5
}

#[aws_retry]
async fn in_a_return(early: bool) -> Result<u32, std::io::Error> {
    if early {
        return Ok("text");
    }
    Ok(1)
}

#[aws_retry]
async fn no_tail() -> Result<(), std::io::Error> {
    let _ = 1;
}

fn main() {}
