use aws_retry::aws_retry;

#[aws_retry]
async fn breaks(stop: bool) -> Result<(), std::io::Error> {
    if stop {
        break;
    }
    Ok(())
}

#[aws_retry]
async fn continues(stop: bool) -> Result<(), std::io::Error> {
    match stop {
        true => continue,
        false => Ok(()),
    }
}

#[aws_retry]
fn sync(stop: bool) -> Result<(), std::io::Error> {
    while stop {
        break;
    }
    break
}

fn main() {}
