use aws_retry::aws_retry;

struct Request(Vec<u8>);

impl Request {
    fn submit(self) -> usize {
        self.0.len()
    }

    fn get_all(self) -> usize {
        self.0.len()
    }
}

#[aws_retry]
async fn by_a_method(request: Request) -> Result<usize, std::io::Error> {
    Ok(request.submit())
}

#[aws_retry]
async fn by_a_method_named_as_a_getter(request: Request) -> Result<usize, std::io::Error> {
    Ok(request.get_all())
}

#[aws_retry]
async fn by_a_field(request: Request) -> Result<Vec<u8>, std::io::Error> {
    Ok(request.0)
}

impl Request {
    #[aws_retry]
    async fn itself(self) -> Result<usize, std::io::Error> {
        drop(self);
        Ok(1)
    }
}

fn main() {}
