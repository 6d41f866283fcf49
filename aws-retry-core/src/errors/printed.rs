//! The start of an error's output. Its `Debug` form names types that are private or generic and so can't be
//! downcast to; its `Display` form may contain the body of an answer of any length.

use std::error::Error;
use std::fmt::{self, Write};

/// The number of bytes of a text that are searched for a code.
const READ: usize = 4096;

/// The start of the `{}` output of `error`; the rest is never formatted.
pub(crate) fn display(error: &(dyn Error + 'static)) -> String {
    start(format_args!("{error}"), READ)
}

/// At most `limit` bytes of the `{:?}` output of `error`; the rest is never formatted.
pub(crate) fn debug(error: &(dyn Error + 'static), limit: usize) -> String {
    start(format_args!("{error:?}"), limit)
}

fn start(output: fmt::Arguments<'_>, limit: usize) -> String {
    let mut start = Start { text: String::new(), limit };
    // An error means that the limit has been reached.
    let _ = start.write_fmt(output);
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

    #[test]
    fn of_a_body_of_a_hundred_megabytes_four_kilobytes_are_formatted() {
        let error = std::io::Error::other("a".repeat(100_000_000));
        let text = display(&error);
        assert_eq!(text.len(), READ);
        assert!(text.capacity() <= 2 * READ);
        assert_eq!(display(&std::io::Error::other("short")), "short");
    }
}
