//! The chain of sources beneath an error.

use std::error::Error;
use std::io;

/// The longest chain that is followed: real ones are shorter, and a longer one may be a ring.
const LONGEST: usize = 32;

/// `error` and its sources, the outermost first. An `io::Error` that wraps an error returns that error's
/// source as its own, so the wrapped error itself is visited, too.
pub(crate) fn walk<'e>(
    error: &'e (dyn Error + 'static),
) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| below(*error)).take(LONGEST)
}

fn below<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
