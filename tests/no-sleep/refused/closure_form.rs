//! A closure form.

use aws_retry::RetryPolicy;

async fn page() -> Result<u32, std::io::Error> {
    RetryPolicy::new().run(|| async { Ok::<_, std::io::Error>(42) }).await
}

fn main() {}
