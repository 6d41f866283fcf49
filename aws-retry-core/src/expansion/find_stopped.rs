//! Finds a [`Stopped`] again in the error that it became.

use std::error::Error;
use std::ops::Deref;

use super::read_error::AsDynError;
use crate::errors::Stopped;

/// Errors whose chain of sources [`stopped`] can follow. `Marker` is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no chain of sources in which to look for a `Stopped`",
    note = "implement `std::error::Error` for it, with the `Stopped` as its source"
)]
pub trait ErrorChain<Marker> {
    #[doc(hidden)]
    fn chain(&self) -> &(dyn Error + 'static);
}

#[doc(hidden)]
#[derive(Debug)]
pub struct Concrete;

#[doc(hidden)]
#[derive(Debug)]
pub struct Pointer;

impl<E: Error + 'static> ErrorChain<Concrete> for E {
    fn chain(&self) -> &(dyn Error + 'static) {
        self
    }
}

impl<E: Deref<Target: AsDynError>> ErrorChain<Pointer> for E {
    fn chain(&self) -> &(dyn Error + 'static) {
        (**self).as_dyn_error()
    }
}

macro_rules! erased {
    ($($target:ty),+) => {$(
        impl ErrorChain<Pointer> for $target {
            fn chain(&self) -> &(dyn Error + 'static) {
                self.as_dyn_error()
            }
        }
    )+};
}

erased!(dyn Error, dyn Error + Send, dyn Error + Send + Sync);

/// The [`Stopped`] in an error, if the call was ended by this crate and not by the service: a deadline, a
/// time-out, `fail_fast`.
///
/// The search follows the chain of sources of any error type that implements `Error`, of `anyhow::Error`, of
/// `eyre::Report` and of `Box<dyn Error ..>`. An `ErrorMetadata` does not hold sources.
///
/// ```
/// use aws_retry_core::{RetryPolicy, StopWhy, stopped};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let policy = RetryPolicy::new().total_timeout(Duration::from_millis(10));
/// let hangs = || std::future::pending::<Result<(), std::io::Error>>();
/// let error = policy.run(hangs).await.unwrap_err();
/// assert_eq!(stopped(&error).map(|stopped| stopped.why), Some(StopWhy::Deadline));
/// # }
/// ```
pub fn stopped<M>(error: &(impl ErrorChain<M> + ?Sized)) -> Option<&Stopped> {
    Stopped::find(error.chain())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StopWhy;
    use std::fmt;
    use std::io;

    #[derive(Debug)]
    struct Transparent(Stopped);

    impl fmt::Display for Transparent {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fmt(f)
        }
    }

    impl Error for Transparent {
        /// The form that `#[error(transparent)]` of thiserror generates.
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.0.source()
        }
    }

    fn cut() -> Stopped {
        Stopped::new(StopWhy::NoTurn, None)
    }

    fn why<M>(error: &(impl ErrorChain<M> + ?Sized)) -> Option<StopWhy> {
        stopped(error).map(|it| it.why)
    }

    #[test]
    fn a_stopped_is_found_in_every_kind_of_error_that_it_became() {
        let found = Some(StopWhy::NoTurn);
        assert_eq!(why(&cut()), found);
        assert_eq!(why(&io::Error::from(cut())), found);
        let boxed: Box<dyn Error + Send + Sync> = cut().into();
        assert_eq!(why(&boxed), found);
        assert_eq!(why(boxed.as_ref()), found);
        assert_eq!(why(&Box::<dyn Error>::from(cut())), found);
        assert_eq!(why(&anyhow::Error::from(cut()).context("reading the page")), found);
        assert_eq!(why(&Transparent(cut())), found);
        assert_eq!(why(&anyhow::Error::from(Transparent(cut()))), found);
        assert_eq!(why(&io::Error::other("else")), None);
    }

    #[cfg(feature = "sdk")]
    #[test]
    fn a_stopped_is_found_in_errors_of_the_sdk() {
        use crate::expansion::to_failure::ToFailure;
        use aws_sdk_sqs::operation::list_queues::ListQueuesError;
        use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
        use aws_smithy_runtime_api::client::result::SdkError;
        use aws_smithy_types::error::operation::BuildError;

        fn made<M, E: ToFailure<M> + Error + 'static>() -> Option<StopWhy> {
            E::from_stopped().and_then(|make| why(&make(cut())))
        }
        let found = Some(StopWhy::NoTurn);
        assert_eq!(made::<_, SdkError<ListQueuesError, HttpResponse>>(), found);
        assert_eq!(made::<_, ListQueuesError>(), found);
        assert_eq!(why(&aws_sdk_sqs::Error::from(BuildError::other(cut()))), found);
    }
}
