//! `clone(..)` and `borrow(..)` overrule what the body's syntax suggests.

use std::sync::atomic::Ordering::SeqCst;

use aws_retry::aws_retry;

use crate::support::{Clones, ErrorMetadata, Once, Service, throttles};

impl Clones {
    /// Its name is a getter's, and it takes the value.
    fn get_all(self) {}
}

#[aws_retry(clone(taken), borrow(level, asked))]
async fn send(
    service: &Service,
    taken: Clones,
    level: Level,
    asked: Clones,
) -> Result<u32, ErrorMetadata> {
    taken.get_all();
    asked.ask();
    let more = match level {
        Level::Of(n) => n,
    };
    service.ask().await.map(|run| run + more)
}

impl Clones {
    fn ask(&self) {}
}

enum Level {
    Of(u32),
}

#[tokio::test(start_paused = true)]
async fn written_clone_and_borrow_overrule_the_syntax() {
    let service = throttles(2);
    let (taken, asked) = (Clones::default(), Clones::default());
    let (takes, asks) = (taken.counter(), asked.counter());
    assert_eq!(send(&service, taken, Level::Of(4), asked).await.ok(), Some(7));
    assert_eq!((takes.load(SeqCst), asks.load(SeqCst)), (3, 0));
    assert_eq!(Once(1), Once(1));
}
