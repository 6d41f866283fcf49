//! A crate that renames its dependency: `crate = path` says where it is.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use resend::{AsFailure, aws_retry as retried};

#[derive(Debug, AsFailure)]
#[failure(crate = resend)]
enum StoreError {
    #[failure(throttled)]
    Busy,
    Io(#[failure(source)] io::Error),
}

#[retried(crate = resend, max_retries = 2)]
async fn ask(runs: &AtomicU32) -> Result<u32, StoreError> {
    match runs.fetch_add(1, SeqCst) {
        0 => Err(StoreError::Busy),
        1 => Err(StoreError::Io(io::ErrorKind::ConnectionReset.into())),
        run => Ok(run),
    }
}

struct Store(AtomicU32);

#[retried(crate = ::resend)]
impl Store {
    async fn ask(&self, name: String) -> Result<String, StoreError> {
        ask(&self.0).await?;
        Ok(name)
    }
}

mod elsewhere {
    pub use resend as moved;
}

#[retried(crate = crate::elsewhere::moved)]
async fn through_a_path() -> io::Result<()> {
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_crate_is_where_the_argument_says() {
    assert_eq!(ask(&AtomicU32::new(0)).await.ok(), Some(2));
    let store = Store(AtomicU32::new(0));
    assert_eq!(store.ask("a".into()).await.ok().as_deref(), Some("a"));
    assert!(through_a_path().await.is_ok());
}
