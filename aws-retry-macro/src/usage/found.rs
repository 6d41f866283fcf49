//! The uses of a name that tell whether an attempt uses it up.

/// How a name is used, over all places.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct Usage {
    pub mentioned: bool,
    /// Passed on by value: the next try finds it gone.
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

/// What an expression's value is wanted for.
#[derive(Clone, Copy, PartialEq)]
pub enum Want {
    Value,
    /// A look at the place.
    Place,
    MutPlace,
}
