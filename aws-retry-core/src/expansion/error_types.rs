//! The error types that the crate can read, in one table: a new type is one new row. `expansion/mod.rs`
//! explains how a row is found, and the meaning of its parts.

use std::error::Error;
use std::io;
use std::marker::PhantomData;
use std::ops::Deref;

#[cfg(feature = "sdk")]
use aws_smithy_runtime_api::client::result::{CreateUnhandledError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;
use aws_smithy_types::retry::ProvideErrorKind;

use super::read_error::{AsDynError, ErrorType, FromStopped, ReadFailure, ReadRow, StoppedRow};
use super::table::error_types;
use super::to_failure::{AsFailure, ToFailure};
use crate::decision::failure::Failure;
#[cfg(feature = "sdk")]
use crate::errors::sdk::{self, RawAnswer};
use crate::errors::{Stopped, chain, metadata};

type BoxError = Box<dyn Error + Send + Sync>;

error_types! {
    /// A user's own type with [`AsFailure`](crate::AsFailure).
    User {
        read [E: AsFailure] E => |error| error.as_failure();
        closures [E: AsFailure] E => E::from_stopped();
    }

    /// A type that can be made from [`Stopped`](crate::Stopped), such as `SdkError` and `ErrorMetadata`.
    Convertible {
        stopped [E: From<Stopped>] E => Some(E::from);
    }

    /// `SdkError` of an operation or of an event stream.
    #[cfg(feature = "sdk")]
    Sdk {
        read [E: ProvideErrorMetadata + ProvideErrorKind + Error + 'static, R: RawAnswer] SdkError<E, R>
            => |error| metadata::modeled(sdk::of_sdk_error(error), error.as_service_error());
        closures [E: ProvideErrorMetadata + ProvideErrorKind + Error + 'static, R: RawAnswer] SdkError<E, R>
            => Some(SdkError::from);
    }

    /// `SdkError` of an error that is not modeled.
    #[cfg(feature = "sdk")]
    UnmodeledSdk {
        read [E: ProvideErrorMetadata, R: RawAnswer] SdkError<E, R> => |error| sdk::of_sdk_error(error);
    }

    /// An operation's error.
    Operation {
        read [E: ProvideErrorMetadata + ProvideErrorKind + Error + 'static] E
            => |error| metadata::modeled(chain::of_provider_or_chain(error), Some(error));
        #[cfg(feature = "sdk")]
        stopped [E: CreateUnhandledError] E
            => Some(|stopped| E::create_unhandled_error(Box::new(stopped), None));
        #[cfg(feature = "sdk")]
        closures [E: ProvideErrorMetadata + ProvideErrorKind + CreateUnhandledError + Error + 'static] E
            => Some(|stopped| E::create_unhandled_error(Box::new(stopped), None));
    }

    /// A service crate's `Error`.
    Service {
        read [E: ProvideErrorMetadata + Error + 'static] E
            => |error| chain::of_provider_or_chain(error);
        stopped [E: From<BuildError>] E => Some(|stopped| BuildError::other(stopped).into());
    }

    /// A modeled error, or `ErrorMetadata`. (An `SdkError` or an operation's error can't be cloned.)
    Modeled {
        read [E: ProvideErrorMetadata] E => |error| metadata::of_provider(error);
        closures [E: ProvideErrorMetadata + Clone + 'static] E => metadata::constructor_of();
    }

    /// A `Box` or an `Arc` of an `SdkError`.
    #[cfg(feature = "sdk")]
    SharedSdk {
        read [E: Deref<Target = SdkError<X, R>>, X: ProvideErrorMetadata + 'static, R: RawAnswer + 'static] E
            => |error| sdk::of_sdk_error(error);
        closures [
            E: Deref<Target = SdkError<X, R>> + From<Stopped>,
            X: ProvideErrorMetadata + 'static,
            R: RawAnswer + 'static
        ] E => Some(E::from);
    }

    /// `anyhow::Error`, `eyre::Report`, `Box<dyn Error ..>`, without a dependency on any of them.
    Pointer {
        read [E: Deref<Target: AsDynError>] E => |error| chain::of_chain((**error).as_dyn_error());
        closures [E: Deref<Target: AsDynError> + From<Stopped>] E => Some(E::from);
    }

    /// `io::Error`, and an enum that contains one.
    Io {
        stopped [E: From<io::Error>] E => Some(|stopped| io::Error::from(stopped).into());
    }

    /// An enum that contains any error.
    Boxed {
        stopped [E: From<BoxError>] E => Some(|stopped| BoxError::from(stopped).into());
    }

    /// Any other error: it is read through its sources.
    Chain {
        read [E: Error + 'static] E => |error| chain::of_chain(error);
        closures [] io::Error => Some(io::Error::from);
    }
}

#[diagnostic::do_not_recommend]
impl ToFailure<Chain> for dyn Error {
    fn failure_of(&self) -> Failure<'_> {
        chain::of_chain(self)
    }
}
