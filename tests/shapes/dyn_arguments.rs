//! Arguments of `dyn` types: borrowed, mutably borrowed and boxed.

use std::fmt::{Debug, Write};

use aws_retry::aws_retry;

use crate::support::{ErrorMetadata, Service, throttles};

#[aws_retry]
async fn describe(
    service: &Service,
    what: &(dyn Debug + Sync),
    out: &mut (dyn Write + Send),
    boxed: Box<dyn Debug + Send + Sync>,
) -> Result<u32, ErrorMetadata> {
    write!(out, "{what:?}{boxed:?};").unwrap();
    service.ask().await
}

#[tokio::test(start_paused = true)]
async fn dyn_arguments_reach_each_attempt() {
    let service = throttles(1);
    let mut out = String::new();
    assert_eq!(describe(&service, &1, &mut out, Box::new(2)).await.ok(), Some(2));
    assert_eq!(out, "12;12;");
}
