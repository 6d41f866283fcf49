//! The uses of a name that tell whether an attempt uses it up.

/// How a name is used, over all places.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct Usage {
    pub mentioned: bool,
    /// Passed on by value: it is gone for the next attempt.
    pub moved: bool,
    /// A receiver, or read through a field: only its type tells whether it is used up.
    pub received: bool,
    /// Its target is taken by value: of a `Box` it is moved out.
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
    /// The place is only looked at.
    Place,
    MutPlace,
}
