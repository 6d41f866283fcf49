use aws_retry::aws_retry;

#[aws_retry]
const fn constant() -> Result<(), std::io::Error> {
    Ok(())
}

#[aws_retry]
extern "C" fn foreign() -> u32 {
    0
}

#[aws_retry]
async fn nothing() {}

trait Api {
    #[aws_retry]
    async fn no_body(&self) -> Result<(), std::io::Error>;
}

#[aws_retry]
#[aws_retry(max_retries = 1)]
async fn twice() -> Result<(), std::io::Error> {
    Ok(())
}

#[aws_retry]
async fn runs_once(make: impl FnOnce() -> u32) -> Result<u32, std::io::Error> {
    Ok(make())
}

#[aws_retry]
async fn boxed_once(make: Box<dyn FnOnce() -> u32>) -> Result<u32, std::io::Error> {
    Ok(make())
}

struct Buffer(Vec<u8>);

impl Buffer {
    #[aws_retry]
    async fn lent(&mut self) -> Result<&[u8], std::io::Error> {
        Ok(&self.0)
    }
}

#[aws_retry]
async fn lent_by_name<'a>(buffer: &'a mut Vec<u8>, _other: &str) -> Result<&'a [u8], std::io::Error> {
    Ok(buffer)
}

fn main() {
    let _ = (constant(), foreign(), nothing(), twice(), runs_once(|| 1), boxed_once(Box::new(|| 1)));
}
