#![deny(warnings)]
use aws_retry::aws_retry;

#[aws_retry]
async fn unused(argument: u32, mut fine: u32, mut needless: String) -> Result<u32, std::io::Error> {
    let local = 1;
    let mut changed = 2;
    fine += 1;
    drop(needless);
    Ok(changed + fine)
}

#[aws_retry]
async fn unreachable() -> Result<u32, std::io::Error> {
    return Ok(1);
    println!("never");
}

#[aws_retry]
async fn must_use() -> Result<(), std::io::Error> {
    std::fs::read("x");
    Ok(())
}

fn main() {
    drop((unused(1, 2, String::new()), unreachable(), must_use()));
}
