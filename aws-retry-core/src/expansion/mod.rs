//! What the attribute's expansion calls.

pub(crate) mod from_stopped;
pub(crate) mod maybe_result;
pub(crate) mod outcome;
pub mod read_error;
pub(crate) mod rebind;
pub(crate) mod to_failure;
