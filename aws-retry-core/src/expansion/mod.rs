//! The parts that the attribute's expansion calls: they read an error type that the macro does not know, pass
//! arguments on to each attempt, and return the outcome.
//!
//! # Autoref specialization
//!
//! One attribute serves `SdkError`, an operation's error, `anyhow::Error` and a user's enum, and reads each
//! in the best possible way. A trait with an impl for each can't do that: an impl for all `E:
//! ProvideErrorMetadata` and one for all `E: Error` overlap, and the compiler rejects them (E0119). Stable
//! Rust does not have specialization of traits, but method calls offer a form of it. In `value.method()` the
//! compiler tries the receiver's type, then the type behind one reference less, and so on, and takes the
//! first one that has the method. So each way to read an error is an impl for a different number of
//! references:
//! ```text
//! impl<E: AsFailure>      ReadRow for &&&ErrorType<E>   { type Adapter = User; .. }
//! impl<E: CarriesCode>    ReadRow for  &&ErrorType<E>   { type Adapter = Service; .. }
//! impl<E: Error>          ReadRow for   &ErrorType<E>   { type Adapter = Chain; .. }
//! ```
//!
//! `error_type.read_by_priority().aws_retry_read()` begins with one more reference than the first impl has,
//! and stops at the first impl whose bounds the type meets. This works only where the compiler knows the
//! type, as in the attribute's expansion: in a generic function the bounds written there would decide. (The
//! name comes from the automatic references in method calls, which the technique uses.)
//!
//! **Priority is the order of the rows** in `error_types`. The macro `table` counts the references, and
//! `read_by_priority` and `stop_by_priority` start above the first row. At each call site, method resolution
//! takes one step for each row above the one that fits. That is why several ways to read share a row if one
//! bound can cover them.
//!
//! **Two searches** go through the same table: one for an adapter that reads ([`read_error::ReadFailure`]),
//! and one for an adapter that makes an error when a call is cut short ([`read_error::FromStopped`]). Each
//! looks only at the rows that have such a part. Adapters are zero-sized. The search ends in a method whose
//! bound is never met and whose text tells the user what to do, or, for `optional()`, in an adapter that
//! knows nothing.
//!
//! **The closure forms** ([`to_failure`]) are generic over the error type, so method resolution can't help
//! them. For them the same rows implement `ToFailure<Adapter>`. The impl of one adapter does not overlap with
//! that of another, and the compiler infers the adapter, provided that only one fits.
//!
//! # Adding an error type
//!
//! Write a row in `error_types`, above all rows that fit the type but read it less well. `read` names the
//! types and the function that reads them; `stopped` makes the type from a `Stopped`, if possible; `closures`
//! names the types again, with bounds that the types of other rows do not meet, or is left out.
//!
//! The same technique with two rows decides whether an outcome is a `Result` at all (`maybe_result`), whether
//! an argument is cloned or borrowed (`rebind`), and whether an element of a scope needs formatting
//! (`scope_element`).

pub mod error_types;
pub(crate) mod find_stopped;
pub(crate) mod maybe_result;
pub(crate) mod outcome;
pub(crate) mod question_mark;
pub mod read_error;
pub(crate) mod rebind;
pub(crate) mod scope_element;
mod table;
pub(crate) mod to_failure;
