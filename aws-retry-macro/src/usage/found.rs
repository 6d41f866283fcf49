//! The uses of a name that show whether an attempt uses it up.

/// The use of a name, over all places.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct Usage {
    pub mentioned: bool,
    /// Passed on by value: it is gone for the next attempt.
    pub moved: bool,
    /// Used as a receiver, or read through a field: only its type shows whether it is used up.
    pub received: bool,
    /// Its target is taken by value; a `Box` is left empty by that.
    pub dereferenced: bool,
    /// Called as a function.
    pub called: bool,
    /// Borrowed with `&mut`.
    pub mut_borrowed: bool,
    /// Written to, with `=` or `+=`.
    pub assigned: bool,
}

/// The use of an expression's value.
#[derive(Clone, Copy, PartialEq)]
pub enum Want {
    Value,
    /// The place is read, but its value is not taken.
    Place,
    MutPlace,
}
