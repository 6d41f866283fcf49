//! Text from a server, made safe to show and to keep.

use std::borrow::Cow;
use std::fmt;

/// The number of characters of a text that are shown.
const SHOWN: usize = 256;
/// The number of bytes of a message that are kept; of codes and ids a quarter of it.
const KEPT: usize = 1024;

/// Foreign text as one line of at most 256 characters, and an ellipsis if that is not all of it: as log lines, spans and
/// `explain!` show it. Control characters, line breaks, terminal escape sequences, marks that change the direction of
/// writing and characters that nobody sees are escaped in Rust's notation.
///
/// ```
/// use aws_retry_core::observe::shown;
///
/// assert_eq!(shown("Rate exceeded"), "Rate exceeded");
/// assert_eq!(shown("x\nERROR forged\u{1b}[31m"), r"x\nERROR forged\u{1b}[31m");
/// ```
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    let mut first = text.chars();
    if first.by_ref().take(SHOWN).all(is_plain) && first.next().is_none() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    let mut room = SHOWN;
    for c in text.chars() {
        let escaped = escaped(c);
        // An escape is shown as a whole or not at all.
        match room.checked_sub(escaped.chars().count()) {
            Some(left) => room = left,
            None => {
                shown.push('…');
                break;
            }
        }
        shown.push_str(&escaped);
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
    // Quotes need no escape: where a text is shown between quotes, `Quoted` escapes them.
    matches!(c, '"' | '\'') || c.escape_debug().len() == 1 && !is_blank(c)
}

fn escaped(c: char) -> String {
    match c {
        _ if is_plain(c) => c.into(),
        _ if is_blank(c) => c.escape_unicode().to_string(),
        _ => c.escape_debug().to_string(),
    }
}

/// Letters and symbols that are drawn as nothing: Hangul fillers, the empty Braille pattern, the empty note head.
/// Unicode counts them as printable.
fn is_blank(c: char) -> bool {
    matches!(c, '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' | '\u{1d159}')
}

/// A text for `Debug`: [`shown`], between quotes.
pub(crate) struct Quoted<'t>(pub &'t str);

impl fmt::Debug for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", shown(self.0).replace('"', "\\\""))
    }
}

/// A text within a sentence of ours: [`shown`], between quotes unless it is a single word, since it could pass for our
/// words otherwise.
pub(crate) struct Word<'t>(pub &'t str);

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "._-:/#*@+=".contains(c);
        if !self.0.is_empty() && self.0.chars().all(is_part) {
            f.write_str(&shown(self.0))
        } else {
            write!(f, "{:?}", Quoted(self.0))
        }
    }
}

/// `Debug` for a struct that holds texts of a server: as derived, with the fields marked `: text` [`shown`].
macro_rules! debug_shown {
    ($type:ident $(<$life:lifetime>)? { $($field:ident $(: $text:ident)?),+ $(,)? }) => {
        impl std::fmt::Debug for $type $(<$life>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let Self { $($field),+ } = self;
                let mut all = f.debug_struct(stringify!($type));
                $($crate::decision::shown::debug_shown!(@all, $field $(: $text)?);)+
                all.finish()
            }
        }
    };
    (@$all:ident, $field:ident: text) => {
        $all.field(stringify!($field), &$field.as_deref().map($crate::decision::shown::Quoted))
    };
    (@$all:ident, $field:ident) => {
        $all.field(stringify!($field), $field)
    };
}
pub(crate) use debug_shown;

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
            ("a\u{200b}b\u{2060}c\u{ad}d\u{e0041}", r"a\u{200b}b\u{2060}c\u{ad}d\u{e0041}"),
            ("a\u{115f}\u{1160}b\u{3164}c\u{ffa0}", r"a\u{115f}\u{1160}b\u{3164}c\u{ffa0}"),
            ("a\u{2800}b\u{1d159}c\u{fe0f}", r"a\u{2800}b\u{1d159}c\u{fe0f}"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn debug_output_shows_it_between_quotes() {
        assert_eq!(format!("{:?}", Quoted("a\"b\\\n")), r#""a\"b\\\n""#);
        assert_eq!(format!("{:?}", Quoted(&"a".repeat(257))), format!("\"{}…\"", "a".repeat(256)));
    }

    #[test]
    fn a_text_that_is_not_one_word_is_quoted_within_a_sentence() {
        for (text, expected) in [
            ("Throttling.User", "Throttling.User"),
            ("arn:aws:dynamodb:eu-west-1:1:table/a_b", "arn:aws:dynamodb:eu-west-1:1:table/a_b"),
            ("Busy, verdict: retried", r#""Busy, verdict: retried""#),
            ("Busy) and (done", r#""Busy) and (done""#),
            (r#"a" b"#, r#""a\" b""#),
            ("", r#""""#),
        ] {
            assert_eq!(Word(text).to_string(), expected);
        }
    }

    #[test]
    fn text_from_a_server_is_cut() {
        let long = "ä".repeat(1_000_000);
        assert_eq!(shown(&long), format!("{}…", "ä".repeat(256)));
        assert_eq!(shown(&"a".repeat(256)), "a".repeat(256));
        let escapes = "\n".repeat(1_000_000);
        assert_eq!(shown(&escapes), format!("{}…", r"\n".repeat(128)));
        // An escape that does not fit is left out as a whole.
        let (fits, late) = ("a".repeat(254) + "\n", "a".repeat(255) + "\n");
        assert_eq!(shown(&fits), "a".repeat(254) + r"\n");
        assert_eq!(shown(&late), "a".repeat(255) + "…");
        assert_eq!(kept(&long).len(), 1024);
        assert_eq!(kept_id(&"日".repeat(1000)).len(), 255);
        assert_eq!(kept("short"), "short");
    }
}
