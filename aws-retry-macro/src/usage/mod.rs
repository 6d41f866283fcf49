//! The uses of a name in a body: whether it is moved, has methods called on it, or is only read. A macro can
//! judge only by syntax; `clone(..)` and `borrow(..)` override its judgment.

mod conventions;
mod found;
mod macros;
mod patterns;
mod reader;

pub use found::Usage;
pub use reader::usages;
