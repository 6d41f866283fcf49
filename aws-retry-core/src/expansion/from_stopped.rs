//! How a call that was cut becomes an error of the fn: the tiers of `aws_retry_stop`, as in `tiers`.

#![allow(missing_docs, reason = "the tiers are named by what they are there for")]

#[cfg(feature = "sdk")]
use aws_smithy_runtime_api::client::result::{CreateUnhandledError, SdkError};
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::operation::BuildError;

use super::read_error::{Lenient, StopTier, Strict, Tag, last_tier, tier};
use crate::errors::Stopped;
use crate::expansion::outcome::Outcome;

/// How an outcome can hold a [`Stopped`].
pub trait StopAs<O> {
    /// Whether it can at all.
    const CAN: bool;
    /// The outcome of a call that was stopped.
    fn outcome(&self, stopped: Stopped) -> Option<O>;
}

// What can't fail can't be cut, whatever the arguments of its impl block say.
tier! { stop, Passing:
    impl(M) for &&&&&&&&&Tag<crate::expansion::maybe_result::Never, M>
}

impl<O> StopAs<O> for Passing {
    const CAN: bool = false;
    fn outcome(&self, _: Stopped) -> Option<O> {
        None
    }
}

// Types that nobody else can implement `From<Stopped>` for: one look for all of them.
#[cfg(feature = "sdk")]
tier! { stop, AsTimeout:
    impl(E, R, M) for &&&&&&&&&Tag<SdkError<E, R>, M>
}

#[cfg(feature = "sdk")]
impl<O: Outcome<Error = SdkError<E, R>>, E, R> StopAs<O> for AsTimeout {
    const CAN: bool = true;
    fn outcome(&self, stopped: Stopped) -> Option<O> {
        Some(O::of_error(SdkError::timeout_error(stopped)))
    }
}

tier! { stop, AsMetadata:
    impl(M) for &&&&&&&&&Tag<ErrorMetadata, M>
}

impl<O: Outcome<Error = ErrorMetadata>> StopAs<O> for AsMetadata {
    const CAN: bool = true;
    fn outcome(&self, stopped: Stopped) -> Option<O> {
        let error = ErrorMetadata::builder().code("RequestTimeout").message(stopped.to_string());
        Some(O::of_error(error.build()))
    }
}

tier! { stop, ByFrom:
    impl(E: From<Stopped>, M) for &&&&&&&&Tag<E, M>
}

impl<O: Outcome<Error: From<Stopped>>> StopAs<O> for ByFrom {
    const CAN: bool = true;
    fn outcome(&self, stopped: Stopped) -> Option<O> {
        Some(O::of_error(stopped.into()))
    }
}

#[cfg(feature = "sdk")]
tier! { stop, AsUnhandled:
    impl(E: CreateUnhandledError, M) for &&&&&&&Tag<E, M>
}

#[cfg(feature = "sdk")]
impl<O: Outcome<Error: CreateUnhandledError>> StopAs<O> for AsUnhandled {
    const CAN: bool = true;
    fn outcome(&self, stopped: Stopped) -> Option<O> {
        Some(O::of_error(CreateUnhandledError::create_unhandled_error(Box::new(stopped), None)))
    }
}

// A service crate's `Error`.
tier! { stop, AsBuildError:
    impl(E: From<BuildError>, M) for &&&&&&Tag<E, M>
}

impl<O: Outcome<Error: From<BuildError>>> StopAs<O> for AsBuildError {
    const CAN: bool = true;
    fn outcome(&self, stopped: Stopped) -> Option<O> {
        Some(O::of_error(BuildError::other(stopped).into()))
    }
}

tier! { stop, Never:
    impl(E) for &&&&&Tag<E, Lenient>
}

last_tier! { aws_retry_stop, StopNothing => Impossible: HoldsStopped }

impl<O> StopAs<O> for Never {
    const CAN: bool = false;
    fn outcome(&self, _: Stopped) -> Option<O> {
        None
    }
}

impl<O> StopAs<O> for Impossible {
    const CAN: bool = false;
    fn outcome(&self, _: Stopped) -> Option<O> {
        None
    }
}

/// The bound of the last tier of `aws_retry_stop`. Nothing meets it: its text is the answer.
#[diagnostic::on_unimplemented(
    message = "a call that is cut needs a value of the error type `{Self}`, and none can be made",
    label = "this argument can end a call that has no error yet",
    note = "implement `From<aws_retry::Stopped>` for `{Self}`"
)]
pub trait HoldsStopped {}
