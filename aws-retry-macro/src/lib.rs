//! The attribute of `aws-retry`. Use it through the crate `aws-retry`.

#[macro_use]
mod spans;

mod args;
mod arguments;
mod attribute;
mod check;
mod diagnostics;
mod durations;
mod expand;
mod failure;
mod impl_block;
mod input;
mod instrument;
mod policy;
mod rebind;
mod refuse;
mod rename_self;
mod retry_loop;
mod returned_future;
mod shape;
mod suggest;
#[cfg(test)]
mod tests;
mod types;
mod usage;
mod value;

use proc_macro::TokenStream;

#[doc = include_str!("../ATTRIBUTE.md")]
#[proc_macro_attribute]
pub fn aws_retry(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute::expand(args.into(), &item.into()).into()
}

/// Implements `AsFailure`: what an error type of your own says of a failed attempt.
///
/// ```ignore
/// #[derive(Debug, thiserror::Error, AsFailure)]
/// enum StoreError {
///     #[error("the service said no")]
///     Service(#[from] SdkError<GetItemError>),
///     #[error("the store is busy")]
///     #[failure(throttled, code = "StoreBusy")]
///     Busy,
///     #[error("no such item")]
///     NoItem,
/// }
/// ```
///
/// A variant (or the struct) is what its attribute says it is, and what its source says otherwise:
///
/// | on a variant or struct | meaning |
/// |---|---|
/// | `#[failure(throttled)]` | the service asked to slow down |
/// | `#[failure(transient)]` | may pass, retried unless `transient = false` |
/// | `#[failure(retry)]` | worth a retry, and neither of these |
/// | `#[failure(permanent)]` | never retried, whatever its code |
/// | `#[failure(code = "..")]` | the error code, for the sets of codes, `added_errors` and the log |
/// | `#[failure(status = 503)]` | the HTTP status |
///
/// A field with `#[failure(source)]`, or with thiserror's `#[from]` or `#[source]`, supplies what the
/// attribute leaves out; it may be of any type that the attribute `#[aws_retry]` understands as an error. A
/// variant with neither is permanent, unless `retry_if` says otherwise.
///
/// `#[failure(crate = path)]` on the type says where the crate `aws-retry` is.
#[proc_macro_derive(AsFailure, attributes(failure))]
pub fn as_failure(item: TokenStream) -> TokenStream {
    failure::derive(item.into()).into()
}
