//! The source of sleep of a build, known at compile time.

use std::future::Future;
use std::pin::Pin;

/// A wait.
pub(crate) type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A source that can time the waits of a call that returns `T`.
#[diagnostic::on_unimplemented(
    message = "`aws-retry` was built without a source of sleep, so an async call could never wait",
    label = "this retries, and between two attempts it has to wait",
    note = "enable the feature `tokio` of `aws-retry`, or its feature `sdk` and set the SDK's `AsyncSleep` with `aws_retry::time::set`"
)]
pub trait Timer<T> {}

/// tokio's timer.
#[cfg(feature = "tokio")]
#[derive(Clone, Copy, Debug)]
pub struct TokioTimer;

#[cfg(feature = "tokio")]
impl<T> Timer<T> for TokioTimer {}

/// The source of sleep of this build.
#[cfg(feature = "tokio")]
pub type DefaultTimer = TokioTimer;

/// The SDK's `AsyncSleep`, once it is handed over.
#[cfg(all(feature = "sdk", not(feature = "tokio")))]
#[derive(Clone, Copy, Debug)]
pub struct HandedTimer;

#[cfg(all(feature = "sdk", not(feature = "tokio")))]
impl<T> Timer<T> for HandedTimer {}

/// The source of sleep of this build.
#[cfg(all(feature = "sdk", not(feature = "tokio")))]
pub type DefaultTimer = HandedTimer;

/// There is no source of sleep: the name says what to do.
#[cfg(not(any(feature = "sdk", feature = "tokio")))]
#[derive(Clone, Copy, Debug)]
pub struct PleaseEnableTheFeatureTokioOrSdkOfAwsRetry;

/// The source of sleep of this build.
#[cfg(not(any(feature = "sdk", feature = "tokio")))]
pub type DefaultTimer = PleaseEnableTheFeatureTokioOrSdkOfAwsRetry;
