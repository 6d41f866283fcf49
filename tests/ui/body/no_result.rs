use aws_retry::aws_retry;

#[aws_retry]
async fn number() -> u32 {
    1
}

#[aws_retry]
async fn option() -> Option<u32> {
    Some(1)
}

#[aws_retry]
fn sync() -> String {
    String::new()
}

#[aws_retry]
#[track_caller]
fn tracked() -> String {
    String::new()
}

fn main() {}
