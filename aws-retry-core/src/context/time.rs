//! Sleep and time for the calls inside one future.

use std::future::Future;

use aws_smithy_async::rt::sleep::AsyncSleep;
use aws_smithy_async::time::TimeSource;

use crate::clock::CustomTimer;
use crate::context::ambient::{Ambient, Within};

/// [`set`](crate::time::set), but only for the calls inside `future`.
///
/// Scopes belong to the clock, and a clock is known by its time source. Calls with an equal scope share it if
/// their source is the system's, a value of the same type without fields, or that of the same `SdkConfig`
/// (handed over with its sleep). Any other source is a new one in each call of this function, and its scopes
/// are forgotten with it.
pub fn with<F: Future>(
    sleep: impl AsyncSleep + 'static,
    time: impl TimeSource + 'static,
    future: F,
) -> impl Future<Output = F::Output> {
    let timer = CustomTimer::new(sleep, time);
    Within::new(future, move |ambient: &mut Ambient| ambient.timer = Some(timer))
}
