//! Sleep and time for the calls inside one future.

use std::future::Future;

use aws_smithy_async::rt::sleep::AsyncSleep;
use aws_smithy_async::time::TimeSource;

use crate::clock::CustomTimer;
use crate::context::ambient::{Ambient, Within};

/// [`set`](crate::time::set), for the calls inside `future` alone.
pub fn with<F: Future>(
    sleep: impl AsyncSleep + 'static,
    time: impl TimeSource + 'static,
    future: F,
) -> impl Future<Output = F::Output> {
    let timer = CustomTimer::new(sleep, time);
    Within::new(future, move |ambient: &mut Ambient| ambient.timer = Some(timer))
}
