//! Which adapter serves an error type, chosen by method resolution.
//!
//! In the attribute's expansion the error type is concrete, so that `tag.tower().aws_retry_via()` finds the
//! impl with the most references first: the tiers below stand in the order in which they are tried, and
//! the last one is never met and says what to do. The zero-sized markers they return do the work.

#![allow(missing_docs, reason = "the tiers are named by what they are there for")]

use std::error::Error;
use std::marker::PhantomData;
use std::ops::Deref;

#[cfg(feature = "sdk")]
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
#[cfg(feature = "sdk")]
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::ProvideErrorKind;

use crate::decision::failure::{AsFailure, Failure};
#[cfg(feature = "sdk")]
use crate::errors::sdk;
use crate::errors::{chain, metadata};
use crate::expansion::outcome::Outcome;

/// Carries the error type of an outcome to the tiers.
#[derive(Debug)]
pub struct Tag<E, M = Strict>(PhantomData<fn() -> (E, M)>);

impl<E, M> Clone for Tag<E, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E, M> Copy for Tag<E, M> {}

/// The last tier is a compile error that says what to do.
#[derive(Clone, Copy, Debug)]
pub struct Strict;

/// The last tier makes do with nothing.
#[derive(Clone, Copy, Debug)]
pub struct Lenient;

impl<E> Tag<E> {
    /// The same type, with a last tier that is always met.
    #[must_use]
    pub const fn lenient(self) -> Tag<E, Lenient> {
        Tag(PhantomData)
    }
}

impl<E, M> Tag<E, M> {
    /// The tag behind as many references as there are tiers: made here, since each `&` at a call site is
    /// one more temporary that the borrow checker follows.
    #[must_use]
    pub const fn tower(&self) -> &&&&&&&&&&Self {
        &&&&&&&&&&Self(PhantomData)
    }
}

/// The tag of a future's outcome.
pub const fn tag<F: Future<Output: Outcome>>(_: &F) -> Tag<<F::Output as Outcome>::Error> {
    Tag(PhantomData)
}

/// The tag of an outcome.
pub const fn tag_of<O: Outcome>(_: &O) -> Tag<O::Error> {
    Tag(PhantomData)
}

/// The tag of an error.
pub const fn tag_of_error<E>(_: &E) -> Tag<E> {
    Tag(PhantomData)
}

/// How failures are read off an error type.
pub trait Via<E> {
    /// What the error says.
    fn failure<'e>(&self, error: &'e E) -> Failure<'e>;
}

/// The tiers of `aws_retry_via`, but for the last: one trait, since each further one would be tried at every
/// number of references, at every call site.
pub trait ViaTier {
    type Marker;
    fn aws_retry_via(&self) -> Self::Marker;
}

/// The tiers of `aws_retry_stop`, but for the last.
pub trait StopTier {
    type Marker;
    fn aws_retry_stop(&self) -> Self::Marker;
}

pub use super::from_stopped::{HoldsStopped, StopNothing};

/// A tier: a marker, and the types it is there for. More references come first.
macro_rules! tier {
    (via, $marker:ident: $($target:tt)*) => {
        tier! { ViaTier aws_retry_via $marker $($target)* }
    };
    (stop, $marker:ident: $($target:tt)*) => {
        tier! { StopTier aws_retry_stop $marker $($target)* }
    };
    ($tier:ident $method:ident $marker:ident
        impl($($parameters:tt)*) for $target:ty $(where $($bounds:tt)*)?) => {
        #[derive(Clone, Copy, Debug)]
        pub struct $marker;

        impl<$($parameters)*> $tier for $target
        $(where $($bounds)*)?
        {
            type Marker = $marker;

            #[inline]
            fn $method(&self) -> $marker {
                $marker
            }
        }
    };
}

/// The last tier: there for every type, with a bound that is asked only once the tier is chosen, so that
/// the answer is the bound's text and not the list of all tiers.
macro_rules! last_tier {
    ($method:ident, $tier:ident => $marker:ident: $bound:ident) => {
        #[derive(Clone, Copy, Debug)]
        pub struct $marker;

        pub trait $tier<E> {
            #[inline]
            fn $method(&self) -> $marker
            where
                E: $bound,
            {
                $marker
            }
        }

        impl<E> $tier<E> for Tag<E, Strict> {}
    };
}

pub(super) use {last_tier, tier};

tier! { via, User:
    impl(E: AsFailure, M) for &&&&&&&&&Tag<E, M>
}

impl<E: AsFailure> Via<E> for User {
    fn failure<'e>(&self, error: &'e E) -> Failure<'e> {
        error.as_failure()
    }
}

#[cfg(feature = "sdk")]
tier! { via, Model:
    impl(E, M) for &&&&&&&&Tag<SdkError<E, HttpResponse>, M>
    where E: ProvideErrorMetadata + ProvideErrorKind + Error + 'static
}

#[cfg(feature = "sdk")]
impl<E> Via<SdkError<E, HttpResponse>> for Model
where
    E: ProvideErrorMetadata + ProvideErrorKind + Error + 'static,
{
    fn failure<'e>(&self, error: &'e SdkError<E, HttpResponse>) -> Failure<'e> {
        metadata::modeled(sdk::of_sdk_error(error), error.as_service_error())
    }
}

#[cfg(feature = "sdk")]
tier! { via, Sdk:
    impl(E: ProvideErrorMetadata, M) for &&&&&&&Tag<SdkError<E, HttpResponse>, M>
}

#[cfg(feature = "sdk")]
impl<E: ProvideErrorMetadata> Via<SdkError<E, HttpResponse>> for Sdk {
    fn failure<'e>(&self, error: &'e SdkError<E, HttpResponse>) -> Failure<'e> {
        sdk::of_sdk_error(error)
    }
}

tier! { via, Operation:
    impl(E, M) for &&&&&&Tag<E, M>
    where E: ProvideErrorMetadata + ProvideErrorKind + Error + 'static
}

impl<E> Via<E> for Operation
where
    E: ProvideErrorMetadata + ProvideErrorKind + Error + 'static,
{
    fn failure<'e>(&self, error: &'e E) -> Failure<'e> {
        metadata::modeled(chain::of_provider_or_chain(error), Some(error))
    }
}

tier! { via, MetadataChain:
    impl(E: ProvideErrorMetadata + Error + 'static, M) for &&&&&Tag<E, M>
}

impl<E: ProvideErrorMetadata + Error + 'static> Via<E> for MetadataChain {
    fn failure<'e>(&self, error: &'e E) -> Failure<'e> {
        chain::of_provider_or_chain(error)
    }
}

tier! { via, Metadata:
    impl(E: ProvideErrorMetadata, M) for &&&&Tag<E, M>
}

impl<E: ProvideErrorMetadata> Via<E> for Metadata {
    fn failure<'e>(&self, error: &'e E) -> Failure<'e> {
        metadata::of_provider(error)
    }
}

// `Box` and `Arc` of an `SdkError`.
#[cfg(feature = "sdk")]
tier! { via, BoxedSdk:
    impl(E, X, M) for &&&Tag<E, M>
    where E: Deref<Target = SdkError<X, HttpResponse>>, X: ProvideErrorMetadata + 'static
}

#[cfg(feature = "sdk")]
impl<E, X> Via<E> for BoxedSdk
where
    E: Deref<Target = SdkError<X, HttpResponse>>,
    X: ProvideErrorMetadata + 'static,
{
    fn failure<'e>(&self, error: &'e E) -> Failure<'e> {
        sdk::of_sdk_error(error)
    }
}

// `anyhow::Error`, `eyre::Report`, `Box<dyn Error ..>`, without depending on any of them.
tier! { via, Dereferenced:
    impl(E: Deref<Target: AsDynError>, M) for &&Tag<E, M>
}

impl<E: Deref<Target: AsDynError>> Via<E> for Dereferenced {
    fn failure<'e>(&self, error: &'e E) -> Failure<'e> {
        chain::of_chain((**error).as_dyn_error())
    }
}

tier! { via, Chain:
    impl(E: Error + 'static, M) for &Tag<E, M>
}

impl<E: Error + 'static> Via<E> for Chain {
    fn failure<'e>(&self, error: &'e E) -> Failure<'e> {
        chain::of_chain(error)
    }
}

last_tier! { aws_retry_via, ViaNothing => Nothing: Classifiable }

tier! { via, Opaque:
    impl(E) for Tag<E, Lenient>
}

impl<E> Via<E> for Nothing {
    fn failure<'e>(&self, _: &'e E) -> Failure<'e> {
        Failure::new()
    }
}

impl<E> Via<E> for Opaque {
    fn failure<'e>(&self, _: &'e E) -> Failure<'e> {
        Failure::new()
    }
}

/// The bound of the last tier. Nothing meets it: its text is the answer.
#[diagnostic::on_unimplemented(
    message = "`#[aws_retry]` can't tell what the error type `{Self}` says of a failure",
    label = "this error type is not one that `#[aws_retry]` can read",
    note = "return the SDK's own error, `anyhow::Error`, `eyre::Report`, `Box<dyn Error + Send + Sync>` or a type that implements `std::error::Error`",
    note = "or put `#[derive(AsFailure)]` on `{Self}`, or implement `aws_retry::AsFailure` for it (one method)",
    note = "or decide by `retry_if = |error| ..`: then the error type needs none of these"
)]
pub trait Classifiable {}

/// The unsized errors that smart pointers lead to.
pub trait AsDynError {
    /// The error without its auto traits.
    fn as_dyn_error(&self) -> &(dyn Error + 'static);
}

macro_rules! as_dyn_error {
    ($($target:ty)+) => {$(
        impl AsDynError for $target {
            fn as_dyn_error(&self) -> &(dyn Error + 'static) {
                self
            }
        }
    )+};
}

as_dyn_error! { dyn Error dyn Error + Send dyn Error + Send + Sync }
