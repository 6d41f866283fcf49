use aws_retry::aws_retry;

struct Body(Vec<u8>);

fn send(body: Body) -> usize {
    body.0.len()
}

#[aws_retry]
async fn consumes(body: Body) -> Result<usize, std::io::Error> {
    Ok(send(body))
}

#[aws_retry]
async fn consumes_generic(body: impl Into<String>) -> Result<String, std::io::Error> {
    Ok(body.into())
}

fn main() {}
