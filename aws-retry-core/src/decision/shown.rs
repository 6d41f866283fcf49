//! Text from a server, made safe to show and to keep.

use std::borrow::Cow;

/// The number of characters of a text that are shown.
const SHOWN: usize = 256;
/// The number of bytes of a message that are kept; of codes and ids a quarter of it.
const KEPT: usize = 1024;

/// `text` as one line of at most 256 characters and an ellipsis. Control characters, line breaks, terminal
/// escape sequences and marks that change the direction of writing are escaped in Rust's notation.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    let end = text.char_indices().nth(SHOWN).map_or(text.len(), |(end, _)| end);
    let start = text.get(..end).unwrap_or_default();
    if start.len() == text.len() && start.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    for c in start.chars() {
        if is_plain(c) {
            shown.push(c);
        } else {
            shown.extend(c.escape_debug());
        }
    }
    if start.len() < text.len() {
        shown.push('…');
    }
    Cow::Owned(shown)
}

/// The start of a message that is worth keeping.
pub(crate) fn kept(message: &str) -> &str {
    start_of(message, KEPT)
}

/// The start of a code or an id that is worth keeping.
pub(crate) fn kept_id(id: &str) -> &str {
    start_of(id, KEPT / 4)
}

fn start_of(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

fn is_plain(c: char) -> bool {
    // Quotes need no escape, since the text is never shown between quotes of ours.
    matches!(c, '"' | '\'') || c.escape_debug().len() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_a_server_is_one_line_that_cannot_steer_a_terminal() {
        for (text, expected) in [
            ("Rate exceeded", "Rate exceeded"),
            ("user \"a\" isn't allowed: größer, 日本", "user \"a\" isn't allowed: größer, 日本"),
            ("a\nERROR forged\r\t\0", r"a\nERROR forged\r\t\0"),
            ("\u{1b}[31mred", r"\u{1b}[31mred"),
            ("\u{202e}gnp.exe\u{2066}\u{200f}", r"\u{202e}gnp.exe\u{2066}\u{200f}"),
            ("a\u{2028}b\u{85}c\u{9b}d\u{feff}", r"a\u{2028}b\u{85}c\u{9b}d\u{feff}"),
            (r"back\slash", r"back\\slash"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn text_from_a_server_is_cut() {
        let long = "ä".repeat(1_000_000);
        assert_eq!(shown(&long), format!("{}…", "ä".repeat(256)));
        assert_eq!(shown(&"a".repeat(256)), "a".repeat(256));
        let escapes = "\n".repeat(1_000_000);
        assert_eq!(shown(&escapes), format!("{}…", r"\n".repeat(256)));
        assert_eq!(kept(&long).len(), 1024);
        assert_eq!(kept_id(&"日".repeat(1000)).len(), 255);
        assert_eq!(kept("short"), "short");
    }
}
