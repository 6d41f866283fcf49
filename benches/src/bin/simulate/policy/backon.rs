//! The crate `backon`, as its documentation shows it.

use backon::{ExponentialBuilder, Retryable};

use super::Ended;
use crate::world::{Process, Reply};

pub async fn call(process: &Process) -> Ended {
    let mut attempts = 0;
    let seed = process.random().to_bits();
    let backoff =
        ExponentialBuilder::default().with_jitter().with_jitter_seed(seed).with_max_times(9);
    let outcome = (|| {
        attempts += 1;
        async {
            match process.request().await {
                Reply::Done => Ok(()),
                refused => Err(refused),
            }
        }
    })
    .retry(backoff)
    .await;
    Ended { attempts, failed: outcome.is_err() }
}
