//! What the attribute's expansion calls: how it reads an error type that it does not know, what it passes
//! on to each attempt, and what it returns.
//!
//! # Autoref specialization
//!
//! One attribute serves `SdkError`, an operation's error, `anyhow::Error` and an enum of the user's, and
//! reads each in the best way there is. A trait with an impl for each cannot do that: an impl for all
//! `E: ProvideErrorMetadata` and one for all `E: Error` overlap, and the compiler refuses them (E0119).
//! Stable Rust has no specialization of traits, but method calls have one. In `value.method()` the compiler
//! tries the receiver's type, then the type behind one reference less, and so on, and takes the first that
//! has the method. So each way to read an error is an impl for a different number of references:
//!
//! ```text
//! impl<E: AsFailure>      ReadRow for &&&ErrorType<E>   { type Adapter = User; .. }
//! impl<E: CarriesCode>    ReadRow for  &&ErrorType<E>   { type Adapter = Service; .. }
//! impl<E: Error>          ReadRow for   &ErrorType<E>   { type Adapter = Chain; .. }
//! ```
//!
//! `error_type.read_by_priority().aws_retry_read()` begins with one reference more than the first impl has
//! and stops at the first whose bounds the type meets. This works only where the compiler knows the type,
//! as in the attribute's expansion: in a generic fn it would decide by the bounds written there. (The name
//! comes from the automatic references in method calls, which the technique uses.)
//!
//! **Priority is the order of the rows** in `error_types`. The macro `table` counts the references, and
//! `read_by_priority` and `stop_by_priority` start above the first row. Each row costs each call site one
//! step of method resolution per row above the one that fits; that is why ways to read that one bound can
//! cover share a row.
//!
//! **Two searches** go through the same table: one for an adapter that reads ([`read_error::ReadFailure`]),
//! one for an adapter that makes an error of a call that was cut ([`read_error::FromStopped`]). Each looks
//! only at the rows that have such a part. Adapters are zero-sized. The search ends in a method whose bound
//! nothing meets and whose text tells the user what to do, or, for `optional()`, in an adapter that knows
//! nothing.
//!
//! **The closure forms** ([`to_failure`]) are generic over the error type, so that method resolution cannot
//! help them. The same rows implement `ToFailure<Adapter>` for them: an impl per adapter does not overlap
//! with another's, and the compiler infers which one is meant, provided that only one fits.
//!
//! # To add an error type
//!
//! Write a row in `error_types`, above all rows that fit the type and read it worse. `read` names the types
//! and the function that reads them; `stopped` makes the type of a `Stopped`, if that can be done;
//! `closures` names the types again, with bounds that no type of another row meets, or is left out.
//!
//! The same technique with two rows decides whether an outcome is a `Result` at all (`maybe_result`) and
//! whether an argument is cloned or borrowed (`rebind`).

pub mod error_types;
pub(crate) mod find_stopped;
pub(crate) mod maybe_result;
pub(crate) mod outcome;
pub(crate) mod question_mark;
pub mod read_error;
pub(crate) mod rebind;
mod table;
pub(crate) mod to_failure;
