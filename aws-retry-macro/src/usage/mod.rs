//! What a body does with a name: uses it up, calls methods on it, or merely looks at it.
//! The compiler knows; we judge by syntax, and `clone(..)`/`borrow(..)` overrule.

mod conventions;
mod found;
mod macros;
mod patterns;
mod reader;

pub use found::Usage;
pub use reader::usages;
