//! The start of an error's `Debug` output: it names types that are private or generic, which nobody can
//! downcast to.

use std::error::Error;
use std::fmt::{self, Write};

/// At most `limit` bytes of what `error` prints with `{:?}`; the rest is never formatted.
pub(crate) fn debug(error: &(dyn Error + 'static), limit: usize) -> String {
    let mut start = Start { text: String::new(), limit };
    // An error means that the limit is reached.
    let _ = write!(start, "{error:?}");
    start.text
}

struct Start {
    text: String,
    limit: usize,
}

impl Write for Start {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let room = self.limit.saturating_sub(self.text.len());
        let fitting = piece.get(..piece.floor_char_boundary(room)).unwrap_or(piece);
        self.text.push_str(fitting);
        if fitting.len() < piece.len() { Err(fmt::Error) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_output_is_cut_between_two_characters() {
        let error = std::io::Error::other("ä".repeat(100));
        let text = debug(&error, 40);
        assert!((38..=40).contains(&text.len()) && text.starts_with("Custom {"), "{text}");
        assert_eq!(debug(&error, 10_000), format!("{error:?}"));
    }
}
