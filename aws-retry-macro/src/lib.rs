//! The attribute of `aws-retry`. Use it through the crate `aws-retry`.

#[macro_use]
mod spans;

mod arg_names;
mod args;
mod arguments;
mod attribute;
mod check;
mod conditional;
mod diagnostics;
mod durations;
mod expand;
mod failure;
mod impl_block;
mod inline_body;
mod input;
mod instrument;
mod kinds;
mod literals;
mod policy;
mod rebind;
mod refuse;
mod rename_self;
mod retry_loop;
mod returned_future;
mod scope;
mod scope_name;
mod shape;
mod suggest;
mod table;
#[cfg(test)]
mod tests;
mod types;
mod usage;
mod value;

#[cfg(not(fuzzing))]
use proc_macro::TokenStream;

#[cfg(not(fuzzing))]
#[doc = include_str!("../ATTRIBUTE.md")]
/// # Explanation
///
/// The expansion of one function, where `__private` stands for `::aws_retry::__private`:
///
/// ```ignore
#[doc = include_str!("../snapshots/plain.rs")]
/// ```
///
/// becomes
///
/// ```ignore
#[doc = include_str!("../snapshots/plain.expanded.rs")]
/// ```
///
/// - The **site** is a static with the parts of the policy that are literals. It costs nothing per call.
/// - The **call** counts the attempts and holds the values that are known only when it begins.
/// - The **body** is in an `async` block that is not `move`: borrowed arguments stay borrowed, and an
///   argument that the body consumes is cloned before each attempt.
/// - The **hint** is never run. It tells `?` and `return` the type into which they convert.
/// - **read** and **stop** determine how the error type is read, and how it can hold `Stopped`. The compiler
///   chooses both by the type of the outcome.
/// - The **attempt** polls the body and decides: it returns the outcome if the call is done, or nothing if
///   the loop goes on. With a predicate or a hook, which borrows the arguments, `finish_with` decides after
///   it.
#[proc_macro_attribute]
pub fn aws_retry(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute::expand(args.into(), &item.into()).into()
}

/// The expansion, for the fuzz target: `fuzz/` builds this file as an ordinary library.
#[cfg(fuzzing)]
pub fn expansion(
    args: proc_macro2::TokenStream,
    item: &proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    attribute::expand(args, item)
}

#[cfg(not(fuzzing))]
/// Implements `AsFailure`: the facts about a failed attempt that an error type of your own contains.
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
/// A variant (or the struct) is described by its attribute, and otherwise by its source:
///
/// | on a variant or struct | meaning |
/// |---|---|
/// | `#[failure(throttled)]` | a throttle: the service asked to slow down |
/// | `#[failure(transient)]` | a failure that may pass; retried unless `transient = false` |
/// | `#[failure(retry)]` | another failure that is worth a retry |
/// | `#[failure(permanent)]` | never retried, whatever its code |
/// | `#[failure(code = "..")]` | the error code, for the sets of codes, `added_errors` and the log |
/// | `#[failure(status = 503)]` | the HTTP status |
///
/// The source of a variant supplies the facts that its attribute leaves out. It is the field that
/// `std::error::Error` and thiserror see, namely the first of these:
///
/// 1. a field with `#[failure(source)]`,
/// 2. a field with thiserror's `#[from]` or `#[source]`,
/// 3. the field of an `#[error(transparent)]`,
/// 4. a field named `source`.
///
/// It may be of any type that `#[aws_retry]` can read as an error, or an `Option` of one. In the last two
/// cases a field of any other type is allowed, and says nothing. A variant without a source is permanent,
/// unless `retry_if` says otherwise.
///
/// `#[failure(crate = path)]` on the type gives the path of the crate `aws-retry`.
#[proc_macro_derive(AsFailure, attributes(failure))]
pub fn as_failure(item: TokenStream) -> TokenStream {
    failure::derive(item.into()).into()
}
