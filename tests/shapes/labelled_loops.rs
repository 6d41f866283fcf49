//! `break` and `continue` with labels stay inside the body.

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn search(service: &Service, wanted: u32) -> Result<u32, ErrorMetadata> {
    let mut looks = 0;
    let found = 'outer: loop {
        for candidate in 0.. {
            looks += 1;
            if candidate % 2 == 1 {
                continue;
            }
            if candidate > wanted {
                continue 'outer;
            }
            if candidate == wanted {
                break 'outer candidate;
            }
        }
    };
    let block = 'block: {
        if found > 2 {
            break 'block 10;
        }
        20
    };
    service.ask().await?;
    Ok(looks + block)
}

#[tokio::test(start_paused = true)]
async fn labelled_jumps_stay_inside_the_body() {
    let service = throttles(1);
    assert_eq!(search(&service, 4).await.ok(), Some(15));
    assert_eq!(service.runs(), 2);
}
